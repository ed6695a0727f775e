"""`manage.py seed_population`: a synthetic company with three years of learning, for trials of size."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from trials.population.seeding import RefusedError, Wish, seed


class Command(BaseCommand):
    help = (
        "Make a synthetic company of N learners in a database without real people, or let it grow to N. Nobody else "
        "may write to the database meanwhile. Called again with the same numbers it adds nothing."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--learners", type=int, required=True, help="how many the company has afterwards")
        parser.add_argument("--modules", type=int, default=10, help="modules with six lessons and a test (10)")
        parser.add_argument("--seed", type=int, default=1, help="another number gives another company (1)")
        parser.add_argument("--password", help="everybody can log in with it; without it nobody can")
        parser.add_argument(
            "--certificate-files", type=int, default=5, help="learners whose module certificates get a file (5)"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        wish = Wish(
            learners=options["learners"],
            modules=options["modules"],
            seed=options["seed"],
            password=options["password"],
            certificate_files=options["certificate_files"],
        )
        try:
            added = seed(wish, say=self.stdout.write)
        except RefusedError as error:
            raise CommandError(str(error)) from None
        self.stdout.write(f"{added:,} learners added.")
