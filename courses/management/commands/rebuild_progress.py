"""`manage.py rebuild_progress`: enrolment and progress from the learning events alone."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from courses.rebuild import rebuild
from courses.verification import differences
from people.models import User


class Command(BaseCommand):
    help = "Rebuild enrolments and progress from learning events. With --check nothing is written; 1 if they differ."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--check", action="store_true", help="only compare")
        parser.add_argument("--user", help="e-mail of one person; else everybody")

    def handle(self, *args: Any, **options: Any) -> None:
        people = User.objects.order_by("pk")
        if options["user"]:
            people = people.filter(email__iexact=options["user"])
            if not people.exists():
                raise CommandError(f"nobody has the address {options['user']}")
        found = 0
        for user in people.iterator(500):
            own = list(differences([user.pk])) if options["check"] else rebuild(user)
            found += len(own)
            for each in own:
                self.stdout.write(str(each))
        self.stdout.write(f"{found} differences")
        if found and options["check"]:
            raise CommandError(f"{found} differences", returncode=1)
