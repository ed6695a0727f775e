from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from courses.package.problems import PackageError
from courses.package.writer import export_package


class Command(BaseCommand):
    help = "Exports a course package to a folder, or to a ZIP when the name ends with .zip."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("out", type=Path, help="folder or name.zip")
        parser.add_argument("--package", default="", help="identifier; without it, the package imported first")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            files = export_package(options["out"], identifier=options["package"])
        except PackageError as error:
            for problem in error.problems:
                self.stderr.write(str(problem))
            raise CommandError(f"{len(error.problems)} problems; nothing was exported") from None
        self.stdout.write(f"{len(files)} files written to {options['out']}")
