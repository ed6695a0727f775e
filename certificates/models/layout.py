"""What a company may change about its certificates, in the CMS."""

import re
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator, RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, FieldRowPanel, HelpPanel, MultiFieldPanel
from wagtail.contrib.settings.models import BaseGenericSetting, register_setting

from certificates.logo import LogoError, store_logo
from certificates.wording import MISLEADING
from enablement.core.colours import WHITE, contrast

DEFAULT_ACCENT = "#0b6272"
HEX_COLOUR = re.compile(r"#[0-9a-f]{6}", re.IGNORECASE)
LEAST_CONTRAST = 4.5


@register_setting(icon="clipboard-list")
class CertificateSettings(BaseGenericSetting):
    """Logo, issuer, signatory, accent and text. A change holds for certificates that are issued from then on."""

    issuer = models.CharField(
        _("issuer"), max_length=120, default="Doppelpass", help_text=_("The company as it stands in the register.")
    )
    place = models.CharField(_("place"), max_length=80, blank=True, help_text=_("Printed before the date."))
    signatory_name = models.CharField(_("signatory"), max_length=120, blank=True)
    signatory_role_de = models.CharField(_("role of the signatory (German)"), max_length=120, blank=True)
    signatory_role_en = models.CharField(_("role of the signatory (English)"), max_length=120, blank=True)
    logo = models.ForeignKey(
        "wagtailimages.Image",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("logo"),
        help_text=_("PNG, JPEG, WebP or SVG. It stands at the top left, up to 60 × 18 mm."),
    )
    logo_file = models.CharField(max_length=255, blank=True, editable=False)
    accent = models.CharField(
        _("accent colour"),
        max_length=7,
        default=DEFAULT_ACCENT,
        validators=[RegexValidator(HEX_COLOUR.pattern + r"\Z", _("Write it as #0b6272."))],
        help_text=_("For the lines and headings. It needs a contrast of 4.5 against white paper."),
    )
    attendance_text_de = models.CharField(_("sentence on attendance (German)"), max_length=160, blank=True)
    attendance_text_en = models.CharField(_("sentence on attendance (English)"), max_length=160, blank=True)
    achievement_text_de = models.CharField(_("sentence on achievement (German)"), max_length=160, blank=True)
    achievement_text_en = models.CharField(_("sentence on achievement (English)"), max_length=160, blank=True)
    validity_months = models.PositiveSmallIntegerField(
        _("valid for (months)"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text=_("Empty: certificates do not expire."),
    )

    panels: ClassVar = [
        HelpPanel(template="certificates/cms/preview_panel.html", heading=_("Look at a sample")),
        MultiFieldPanel([FieldPanel("issuer"), FieldPanel("place"), FieldPanel("logo")], heading=_("Issuer")),
        MultiFieldPanel(
            [
                FieldPanel("signatory_name"),
                FieldRowPanel([FieldPanel("signatory_role_de"), FieldPanel("signatory_role_en")]),
            ],
            heading=_("Signatory"),
        ),
        FieldPanel("accent"),
        MultiFieldPanel(
            [
                FieldRowPanel([FieldPanel("attendance_text_de"), FieldPanel("attendance_text_en")]),
                FieldRowPanel([FieldPanel("achievement_text_de"), FieldPanel("achievement_text_en")]),
            ],
            heading=_("Text between name and title"),
            help_text=_("Empty fields keep the standard sentence. Avoid words that suggest an official examination."),
        ),
        FieldPanel("validity_months"),
    ]

    class Meta:
        verbose_name = _("certificate layout")

    def clean(self) -> None:
        super().clean()
        self.accent = self.accent.lower()
        errors: dict[str, str] = {}
        if HEX_COLOUR.fullmatch(self.accent) and contrast(self.accent, WHITE) < LEAST_CONTRAST:
            errors["accent"] = str(
                _("The contrast against white paper is %(ratio).1f; it must be at least 4.5. Choose a darker colour.")
                % {"ratio": contrast(self.accent, WHITE)}
            )
        for name in ("attendance_text_de", "attendance_text_en", "achievement_text_de", "achievement_text_en"):
            if found := MISLEADING.search(getattr(self, name)):
                errors[name] = str(
                    _("“%(word)s” suggests an official examination and may not stand on an internal certificate.")
                    % {"word": found[0]}
                )
        if self.logo_id:
            try:
                self.logo_file = store_logo(self.logo)
            except LogoError as error:
                errors["logo"] = str(error)
        else:
            self.logo_file = ""
        if errors:
            raise ValidationError(errors)

    def signatory_role(self, language: str) -> str:
        return str(self._in(language, "signatory_role"))

    def text(self, kind: str, language: str) -> str:
        """The company's own sentence for `kind` (a `CertificateKind` value), or an empty string."""
        return str(self._in(language, f"{kind}_text"))

    def _in(self, language: str, name: str) -> Any:
        return getattr(self, f"{name}_{'en' if language.startswith('en') else 'de'}")
