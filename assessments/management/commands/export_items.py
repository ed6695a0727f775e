"""`manage.py export_items --format … [--language de] [--tag M01] [--output FILE]`: items of the bank as a file."""

import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from assessments.enums import ItemState
from assessments.exchange.export import export_items
from assessments.exchange.formats import formats
from assessments.exchange.items import Level
from assessments.kinds.base import LANGUAGES
from assessments.models import Item

_WORDS = {Level.FILE: "error", Level.ITEM: "left out", Level.LOSS: "lost"}


class Command(BaseCommand):
    help = "Export items of the bank. docs/item-formats.md says what each format can hold."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--format", choices=list(formats()), required=True)
        parser.add_argument("--language", choices=LANGUAGES, default="de", help="of a file in one language")
        parser.add_argument("--tag", action="append", default=[], help="items with this tag; several: with all of them")
        parser.add_argument("--state", choices=ItemState.values, help="items in this state only")
        parser.add_argument("--output", type=Path, help="the file; without it, standard output")

    def handle(self, *args: Any, **options: Any) -> None:
        items = Item.objects.order_by("title", "pk")
        for tag in options["tag"]:
            items = items.filter(tagged_items__tag__name=tag)
        if options["state"]:
            items = items.filter(state=options["state"])
        result = export_items(items, format_name=options["format"], language=options["language"])
        path: Path | None = options["output"]
        if path is None:
            sys.stdout.buffer.write(result.content)
        else:
            try:
                path.write_bytes(result.content)
            except OSError as error:
                raise CommandError(f"{path} cannot be written: {error.strerror}") from error
        for problem in result.problems:
            self.stderr.write(f"{_WORDS[problem.level]} “{problem.where}”: {problem.message}")
        left_out = sum(problem.level is Level.ITEM for problem in result.problems)
        self.stderr.write(f"{result.written} items written, {left_out} left out.")
