"""Forms of the certificates room."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _


class RevokeForm(forms.Form):
    reason = forms.CharField(
        label=_("Reason"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("The holder reads it on the certificate wall. The public page does not show it."),
    )


class FindForm(forms.Form):
    q = forms.CharField(label=_("Name or number"), required=False, max_length=120)
    state = forms.ChoiceField(
        label=_("State"),
        required=False,
        choices=[("", _("All")), ("valid", _("Not revoked")), ("revoked", _("Revoked")), ("failed", _("Not rendered"))],
    )

    def values(self) -> dict[str, Any]:
        """Cleaned values; an invalid query counts as no filter."""
        return self.cleaned_data if self.is_valid() else {"q": "", "state": ""}
