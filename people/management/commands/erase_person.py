"""`manage.py erase_person EMAIL`: anonymise one person for good."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from people.models import User
from people.services import erase_person


class Command(BaseCommand):
    help = (
        "Anonymise a person's name, e-mail and external ID. Rows stay, so that anonymous counts stay. Not reversible."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")
        parser.add_argument("--reason", default="request of the person", help="for the deletion log; name nobody")
        parser.add_argument("--yes", action="store_true", help="do not ask")

    def handle(self, *args: Any, **options: Any) -> None:
        person = User.objects.filter(email__iexact=options["email"], erased_at=None).first()
        if person is None:
            raise CommandError("There is nobody with this e-mail address.")
        if not options["yes"] and input(f"Erase {person.email} for good? Type yes: ") != "yes":
            raise CommandError("Nothing was changed.")
        erase_person(person, reason=options["reason"])
        self.stdout.write("Erased. The deletion log has an entry.")
