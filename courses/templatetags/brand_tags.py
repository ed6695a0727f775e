"""The company's look in the shell and in the CMS."""

from django import template
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from courses.models.branding import Brand, current_brand

register = template.Library()


@register.simple_tag
def brand() -> Brand:
    """`{% brand as company %}`: name and logo, empty when the product's own look is used."""
    return current_brand()


@register.simple_tag
def brand_stylesheet() -> SafeString:
    """The link to the company's colours, after base.css; nothing when it has none."""
    current = current_brand()
    if not current.stylesheet:
        return SafeString("")
    return format_html('<link rel="stylesheet" href="{}?v={}">', reverse("brand_stylesheet"), current.version)


@register.simple_tag
def brand_logo() -> SafeString:
    """The company's logo with its name as alternative text; nothing when it has none."""
    current = current_brand()
    if not current.logo:
        return SafeString("")
    return format_html(
        '<img class="brand__logo" src="{}?v={}" width="{}" height="{}" alt="{}">',
        reverse("brand_logo"),
        current.version,
        current.logo_width,
        current.logo_height,
        current.name,
    )
