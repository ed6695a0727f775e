"""`manage.py load_demo_people`: the demo company, in the embedded mode only."""

from typing import Any

from django.conf import settings
from django.contrib.auth.models import Group
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from people.demo import DEMO_PASSWORD, DEMO_PEOPLE, DemoPerson
from people.models import Function, User
from people.services import grant_roles, org_unit_at, pair_duo

FUNCTIONS = (("marketing", "Marketing", "Marketing"), ("sales", "Vertrieb", "Sales"))


class Command(BaseCommand):
    help = "Create the demo people with their functions, units, roles and duo. Existing people stay as they are."

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.PRODUCTION:
            raise CommandError("Demo people have a public password; they are not made under production settings.")
        with transaction.atomic():
            created = self._load()
        self.stdout.write(f"Demo people: {created} created, {len(DEMO_PEOPLE) - created} already there.")

    def _load(self) -> int:
        grant_roles()
        for slug, german, english in FUNCTIONS:
            Function.objects.get_or_create(slug=slug, defaults={"name_de": german, "name_en": english})
        fresh = [person for person in DEMO_PEOPLE if not User.objects.filter(email__iexact=person.email).exists()]
        for person in fresh:
            self._create(person)
        everybody = {user.email: user for user in User.objects.filter(email__in=[p.email for p in DEMO_PEOPLE])}
        for person in fresh:
            user = everybody[person.email]
            if person.manager in everybody:
                user.manager = everybody[person.manager]
                user.save(update_fields=["manager"])
            if person.duo in everybody:
                pair_duo(user, everybody[person.duo])
        return len(fresh)

    def _create(self, person: DemoPerson) -> None:
        user = User.objects.create_user(
            person.email,
            DEMO_PASSWORD,
            first_name=person.first_name,
            last_name=person.last_name,
            function=Function.objects.filter(slug=person.function).first() if person.function else None,
            org_unit=org_unit_at(person.unit),
            language=person.language,
            external_id=person.external_id or None,
        )
        user.groups.set(Group.objects.filter(name__in=[role.value for role in person.roles]))
