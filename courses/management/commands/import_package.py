from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import translation

from courses.package.importer import import_package
from courses.package.problems import PackageError


class Command(BaseCommand):
    help = "Imports a course package (a folder or a ZIP): all of it, or nothing and every problem with file and line."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("package", type=Path, help="folder or ZIP")
        parser.add_argument("--dry-run", action="store_true", help="check everything and import nothing")
        parser.add_argument(
            "--overwrite",
            action="store_true",
            help="also reset what was edited in the CMS since the last import; by default such pages stay",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            with translation.override("en"):
                report = import_package(options["package"], dry_run=options["dry_run"], overwrite=options["overwrite"])
        except PackageError as error:
            for problem in error.problems:
                self.stderr.write(str(problem))
            raise CommandError(f"{len(error.problems)} problems; nothing was imported") from None
        for line in report.lines():
            self.stdout.write(line)
        if options["dry_run"]:
            self.stdout.write("Dry run: nothing was imported.")
