"""`manage.py import_people FILE [--dry-run]`: people from CSV, all or nothing."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from people.importing import ImportPlan, apply_import, plan_import, read_people


class Command(BaseCommand):
    help = "Import people from a CSV file. docs/operations.md describes the columns."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--dry-run", action="store_true", help="say what would happen, change nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"]
        try:
            content = path.read_bytes()
        except OSError as error:
            raise CommandError(f"{path} cannot be read: {error.strerror}") from error
        plan = self._dry_run(content) if options["dry_run"] else apply_import(content, actor=None)
        for fault in plan.faults:
            self.stderr.write(f"{path}: {fault}")
        if plan.faults:
            raise CommandError("Nothing was imported.")
        done = "would be " if options["dry_run"] else ""
        counts = plan.counts()
        self.stdout.write(
            f"{counts['created']} {done}created, {counts['changed']} {done}changed, {counts['unchanged']} unchanged."
        )

    @staticmethod
    def _dry_run(content: bytes) -> ImportPlan:
        rows, faults = read_people(content)
        return ImportPlan(faults=faults) if faults else plan_import(rows, actor=None)
