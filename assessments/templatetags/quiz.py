"""What the templates of questions need: `{% load quiz %}`."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from django import template
from django.utils.translation import get_language

from assessments.kinds import get_kind
from assessments.kinds.base import in_order
from assessments.views.start_screen import StartScreen, start_screen
from courses.models import ActivityPage
from people.models import User

register = template.Library()


@register.filter
def entry(data: Mapping[str, Any] | None, key: str) -> Any:
    """`{{ response|entry:pair.id }}`: the value of a key that the template knows only at run time; empty if missing."""
    return (data or {}).get(key, "")


@register.filter(name="json")
def as_json(value: Any) -> str:
    """`data-value="{{ response|json }}"`: for scripts; escaped like every text."""
    return json.dumps(value, ensure_ascii=False)


@register.filter
def arranged(entries: Sequence[dict[str, Any]], response: object) -> list[dict[str, Any]]:
    """Entries of an ordering question as the learner has arranged them, or as the attempt has mixed them."""
    return in_order(entries, response) if response else list(entries)


@register.filter
def with_answer(question: dict[str, Any], response: object) -> dict[str, Any]:
    """`{% with told=question|with_answer:response %}`: what a kind's template shows of an answer beyond its value."""
    return get_kind(question["kind"]).with_answer(question, response)


@register.filter
def letter(place: int) -> str:
    """`{{ forloop.counter|letter }}`: A, B, … Z, AA: what one writes on paper for a choice."""
    name = ""
    while place > 0:
        place, rest = divmod(place - 1, 26)
        name = chr(ord("A") + rest) + name
    return name


@register.filter
def place_of(entries: Sequence[dict[str, Any]], key: str) -> int:
    """`{{ question.turns|place_of:choice.goes }}`: which one of them it is, from 1; 0 where it is none."""
    return next((place for place, one in enumerate(entries, 1) if one["id"] == key), 0)


@register.simple_tag(takes_context=True)
def start_card(context: template.Context, page: ActivityPage) -> StartScreen | None:
    """`{% start_card page as start %}`: the card before a test for the person who reads. Reads only."""
    user = context["request"].user
    return start_screen(user, page, get_language() or "de") if isinstance(user, User) else None
