"""`manage.py import_items FILE [--format …] [--language de] [--dry-run]`: items as drafts, all or nothing."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from assessments.exchange.apply import apply_import
from assessments.exchange.formats import formats
from assessments.exchange.items import FileError, Level
from assessments.exchange.limits import read_file
from assessments.exchange.plan import Action, ImportPlan, plan_import
from assessments.kinds.base import LANGUAGES
from enablement.core.errors import DomainError

_WORDS = {Level.FILE: "error", Level.ITEM: "left out", Level.LOSS: "lost"}


class Command(BaseCommand):
    help = "Import items into the bank as drafts. docs/item-formats.md says what each format can hold."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--format", choices=list(formats()), default="", help="told from the file if not named")
        parser.add_argument("--language", choices=LANGUAGES, default="de", help="of a file in one language")
        parser.add_argument("--dry-run", action="store_true", help="say what would happen, change nothing")
        parser.add_argument("--strict", action="store_true", help="change nothing if an item has to be left out")

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"]
        choice = {"format_name": options["format"], "language": options["language"]}
        try:
            content = read_file(path)
        except OSError as error:
            raise CommandError(f"{path} cannot be read: {error.strerror}") from error
        except FileError as error:
            raise CommandError(f"{path}: {error}") from error
        plan = plan_import(content, **choice)
        refused = not plan.items or (options["strict"] and bool(plan.at(Level.ITEM)))
        if not refused and not options["dry_run"]:
            try:
                plan = apply_import(content, actor=None, **choice)
            except DomainError as error:
                raise CommandError(str(error)) from error
        self._report(path, plan, dry_run=options["dry_run"])
        if refused:
            raise CommandError("Nothing was imported.")

    def _report(self, path: Path, plan: ImportPlan, *, dry_run: bool) -> None:
        for planned in plan.items:
            if planned.action is not Action.UNCHANGED or dry_run:
                missing = f" [missing: {', '.join(planned.missing)}]" if planned.missing else ""
                source = planned.source
                file = f"{path}/{source.file}" if source.file else str(path)
                self.stdout.write(f"{file}:{source.line}: {planned.action} {source.kind} “{source.name}”{missing}")
        for problem in plan.problems:
            file = f"{path}/{problem.file}" if problem.file else str(path)
            where = f"{file}:{problem.line}" if problem.line else file
            name = f" “{problem.where}”" if problem.where else ""
            self.stderr.write(f"{where}: {_WORDS[problem.level]}{name}: {problem.message}")
        if plan.ok:
            counts, would = plan.counts(), "would be " if dry_run else ""
            self.stdout.write(
                f"{counts['new']} {would}created as drafts, {counts['changed']} {would}changed in a new draft,"
                f" {counts['unchanged']} unchanged, {counts['left_out']} left out."
            )
            if pictures := len(plan.new_pictures) if dry_run else plan.stored_pictures:
                self.stdout.write(f"{pictures} pictures {would}added to the library.")
