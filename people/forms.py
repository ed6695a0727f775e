"""Forms of one's own profile."""

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

THEMES = [("", _("As my device")), ("light", _("Light")), ("dark", _("Dark"))]


class LanguageForm(forms.Form):
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES, widget=forms.RadioSelect)


class ThemeForm(forms.Form):
    theme = forms.ChoiceField(label=_("Appearance"), choices=THEMES, required=False, widget=forms.RadioSelect)
