"""Items of the bank as a file."""

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from assessments.exchange.bank import shown_items
from assessments.exchange.formats import get_format
from assessments.exchange.items import ExchangeItem, Level, Problem, WriteResult, gathered
from assessments.exchange.library import leaving_pictures
from assessments.exchange.pictures import numbers_in
from assessments.models import Item


def export_items(items: QuerySet[Item], *, format_name: str, language: str) -> WriteResult:
    """A file of these items in their order; what it cannot hold is listed. Live items as they are live."""
    shown = shown_items(items)
    form = get_format(format_name)
    if form.pictured:
        _bring_pictures(shown)
    result = form.write(shown, language)
    if not form.bilingual:
        message = _("The lesson that teaches it, and for whom it is, have no place in this format.")
        result.problems += [
            Problem(Level.LOSS, 0, item.name, message)
            for item in shown
            if item.lesson or item.audience not in {"", "both"}
        ]
    result.problems = gathered(result.problems)
    return result


def _bring_pictures(items: list[ExchangeItem]) -> None:
    numbers = {item.identifier: set(numbers_in(item.raw)) for item in items}
    found = leaving_pictures({number for named in numbers.values() for number in named})
    for item in items:
        named = map(str, numbers[item.identifier])
        item.pictures = {number: found[number] for number in named if number in found}


def file_name(format_name: str, language: str) -> str:
    """`items-de.gift`; a format that holds both languages names none."""
    form = get_format(format_name)
    return f"items.{form.suffix}" if form.bilingual else f"items-{language}.{form.suffix}"
