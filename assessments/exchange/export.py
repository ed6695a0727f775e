"""Items of the bank as a file."""

from django.db.models import QuerySet

from assessments.exchange.bank import shown_items
from assessments.exchange.formats import get_format
from assessments.exchange.items import WriteResult
from assessments.models import Item


def export_items(items: QuerySet[Item], *, format_name: str, language: str) -> WriteResult:
    """A file of these items in their order; what it cannot hold is listed. Live items as they are live."""
    return get_format(format_name).write(shown_items(items), language)


def file_name(format_name: str, language: str) -> str:
    """`items-de.gift`; a format that holds both languages names none."""
    form = get_format(format_name)
    return f"items.{form.suffix}" if form.bilingual else f"items-{language}.{form.suffix}"
