"""Template parts of the shell that every room uses. Built in: templates need no `{% load %}`.

Components are templates in `templates/components/`, included with `{% include %}`; their first comment is a sample.
"""

import re
from functools import lru_cache

from django import template
from django.template.defaultfilters import stringfilter
from django.utils import formats, timezone
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _
from lucide import _render_icon

register = template.Library()

# The one state vocabulary: state -> (icon, word, pill class). States are icon + word, never colour alone.
STATES = {
    "not_started": ("circle", _("Not started"), "pill"),
    "in_progress": ("circle-dot", _("In progress"), "pill pill--info"),
    "completed": ("circle-check", _("Completed"), "pill pill--success"),
    "overdue": ("clock-alert", _("Overdue"), "pill pill--danger"),
    "due_soon": ("clock", _("Due soon"), "pill pill--warn"),
    "expiring": ("rotate-ccw", _("Expiring"), "pill pill--warn"),
    "locked": ("lock", _("Locked"), "pill"),
    "not_assigned": ("circle-slash", _("Not assigned"), "pill"),
    "passed": ("circle-check", _("Passed"), "pill pill--success"),
    "failed": ("circle-x", _("Not passed"), "pill pill--danger"),
    "marking": ("hourglass", _("Being marked"), "pill pill--info"),
}


# How lines are drawn stands in base.css, once; in a module of 300 activities it would be a third of the page.
_NEEDLESS = re.compile(r' (?:xmlns|width|height|fill|stroke(?:-\w+)?)="[^"]*"(?=[^>]* class="icon")|\n\s*')


@lru_cache(maxsize=256)
def _icon(name: str, label: str) -> str:
    attributes: dict[str, object] = {"class": "icon"}
    attributes |= {"role": "img", "aria-label": label} if label else {"aria-hidden": "true"}
    return _NEEDLESS.sub("", _render_icon(name, None, **attributes)).replace(" />", "/>")


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """A lucide icon as inline SVG. Decorative unless a label is given."""
    return mark_safe(_icon(str(name), str(label)))  # noqa: S308 - built by lucide from its own files and escaped attributes


@register.inclusion_tag("components/state.html")
def state(name: str, text: str = "") -> dict[str, object]:
    """`{% state "completed" %}`: a pill with icon and word; `text` replaces the word."""
    symbol, word, css = STATES[name]
    return {"icon": symbol, "word": text or word, "css": css}


@register.inclusion_tag("components/ring.html")
def ring(done: int, total: int, label: str = "") -> dict[str, object]:
    """The progress ring, the arc of the pass: `{% ring 2 5 %}`."""
    share = 0 if not total else min(100, round(100 * done / total))
    # Six characters, as in 7.5/10, are wider than the hole of the ring.
    return {"done": done, "total": total, "share": share, "label": label, "long": len(f"{done}/{total}") > 5}


@register.inclusion_tag("components/pass_arc.html")
def pass_arc(done: int = 1, total: int = 2, *, turn: bool = False) -> dict[str, object]:
    """The motif of empty states and of progress: the arc of a pass with the ball as far as the work is.

    Decorative; the numbers stand beside it as text. The ball is amber when it is the reader's turn.
    """
    share = min(1.0, done / total) if total else 0.0
    # A quadratic Bezier curve from (34, 52) over (120, -36) to (206, 52).
    x = (1 - share) ** 2 * 34 + 2 * (1 - share) * share * 120 + share**2 * 206
    y = (1 - share) ** 2 * 52 + 2 * (1 - share) * share * -36 + share**2 * 52
    return {"x": f"{x:.1f}", "y": f"{y:.1f}", "share": round(share * 100), "turn": turn}


@register.filter
@stringfilter
def initials(name: str) -> str:
    """First letters of the first and last word, for a person's disc."""
    words = name.split()
    return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper()


@register.filter
def local_date(value: object) -> str:
    """A date in the reader's language and the site's time zone, spelled so that nobody mixes day and month."""
    if not value:
        return ""
    if hasattr(value, "tzinfo") and value.tzinfo is not None:
        value = timezone.localtime(value)  # type: ignore[arg-type]  # has tzinfo, so it is a datetime
    return formats.date_format(value, "DATE_FORMAT")  # type: ignore[arg-type]  # date or datetime by contract


@register.simple_tag(takes_context=True)
def url_with(context: template.Context, **params: object) -> str:
    """The current query string with these parameters replaced; None or empty removes one. `?`-prefixed."""
    query = context["request"].GET.copy()
    query.pop("page", None)
    for key, value in params.items():
        if value in (None, ""):
            query.pop(key, None)
        else:
            query[key] = str(value)
    return f"?{query.urlencode()}"
