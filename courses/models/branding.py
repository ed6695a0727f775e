"""A company's own name, logo and colour. The colour is checked when it is saved, its dark variant is computed."""

import hashlib
from dataclasses import dataclass
from typing import Any, ClassVar

from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models, transaction
from django.template.loader import render_to_string
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.contrib.settings.models import BaseGenericSetting, register_setting

from enablement.core.cache import forget, kept
from enablement.core.colours import LEAST, LIGHT_GROUNDS, hsl, least_contrast, palettes

_CACHE_KEY = "courses.brand"
_CACHE_SECONDS = 300
LOGO_RENDITION = "max-480x96|preserve-svg"


@dataclass(frozen=True)
class Brand:
    """What pages need on every request. `stylesheet` and `logo` are empty when the product's own look is used.

    `version` changes with every change, so that stylesheet and logo can be cached for ever under their address.
    """

    name: str = ""
    stylesheet: str = ""
    logo: str = ""
    logo_width: int = 0
    logo_height: int = 0

    @property
    def version(self) -> str:
        text = f"{self.name}\0{self.stylesheet}\0{self.logo}"
        return hashlib.sha256(text.encode()).hexdigest()[:12]


@register_setting(icon="brush", order=100)
class BrandSettings(BaseGenericSetting):
    """Company name, logo and primary colour. Empty fields keep the product's own look."""

    company_name = models.CharField(
        _("company name"), max_length=80, blank=True, help_text=_("Stands beside the logo and in the window title.")
    )
    logo = models.ForeignKey(
        "wagtailimages.Image",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("logo"),
        help_text=_("Wide, on a transparent background. SVG or PNG. It must be readable on white and on near-black."),
    )
    primary_colour = models.CharField(
        _("primary colour"),
        max_length=7,
        blank=True,
        validators=[RegexValidator(r"^#[0-9a-fA-F]{6}$", _("Write the colour as # and six digits, such as #0b6272."))],
        help_text=_("Buttons and links. The variant for the dark theme is computed from it."),
    )

    panels: ClassVar = [FieldPanel("company_name"), FieldPanel("logo"), FieldPanel("primary_colour")]

    class Meta:
        verbose_name = _("brand")

    def clean(self) -> None:
        super().clean()
        self.primary_colour = self.primary_colour.lower()
        if self.primary_colour and (ratio := least_contrast(self.primary_colour, LIGHT_GROUNDS)) < LEAST:
            message = gettext(
                "On our light backgrounds this colour has a contrast of %(ratio).1f to 1; text needs %(least).1f. "
                "Choose a darker one."
            ) % {"ratio": ratio, "least": LEAST}
            raise ValidationError({"primary_colour": message})

    def save(self, *args: Any, **kwargs: Any) -> None:
        super().save(*args, **kwargs)
        transaction.on_commit(_forget_brand)

    def as_brand(self) -> Brand:
        logo = self.logo.get_rendition(LOGO_RENDITION) if self.logo else None
        return Brand(
            name=self.company_name,
            stylesheet=stylesheet(self.primary_colour) if self.primary_colour else "",
            logo=logo.file.name if logo else "",
            logo_width=logo.width if logo else 0,
            logo_height=logo.height if logo else 0,
        )


def stylesheet(primary: str) -> str:
    """The custom properties of both themes, and those of the CMS."""
    light, dark = palettes(primary)
    hue, saturation, lightness = hsl(primary)
    context = {"light": light, "dark": dark, "hue": hue, "saturation": saturation, "lightness": lightness}
    return render_to_string("courses/brand.css", context)


def current_brand() -> Brand:
    """The brand, from the cache; read from the database after a change and every five minutes."""
    return kept(_CACHE_KEY, _cached_brand)


def _cached_brand() -> Brand:
    brand = cache.get(_CACHE_KEY)
    return brand if isinstance(brand, Brand) else remember_brand()


def _forget_brand() -> None:
    cache.delete(_CACHE_KEY)
    forget(_CACHE_KEY)


def remember_brand() -> Brand:
    """Read the brand and put it into the cache."""
    brand: Brand = BrandSettings.load().as_brand()
    cache.set(_CACHE_KEY, brand, _CACHE_SECONDS)
    forget(_CACHE_KEY)
    return brand
