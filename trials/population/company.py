"""Who works in the synthetic company: functions, org tree, staff, and the learner of each number."""

import random
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group

from people.demo import DEMO_PEOPLE
from people.enums import FunctionSlug, Role
from people.models import Function, OrgUnit, User
from people.services import grant_roles
from trials.population.calendar import DAY, text_of
from trials.population.rows import new_uuid
from trials.population.tables import Row

if TYPE_CHECKING:
    from trials.population.plan import Plan

DOMAIN = "@population.example"
COMPANY = "Beispielwerke AG"
TEAM, UNIT, DIVISION = 10, 100, 1000  # people
FUNCTIONS = (
    (FunctionSlug.MARKETING.value, "Marketing", "Marketing"),
    (FunctionSlug.SALES.value, "Vertrieb", "Sales"),
    ("service", "Kundenservice", "Customer service"),
    ("product", "Produkt", "Product"),
)
# Functions by the place in a team of ten: a lead, three pairs of marketing and sales, and three more.
_TEAM = ("sales", "marketing", "sales", "marketing", "sales", "marketing", "sales", "service", "product", "sales")
_DUOS = {1: 2, 2: 1, 3: 4, 4: 3, 5: 6, 6: 5}
STAFF = (Role.HR, Role.TRAINER, Role.REVIEWER, Role.ADMIN)
_NAMES = """\
Aylin Anna Andrea Arda Ben Birgit Carla Can Clara Daniel David Elif Elena Emil Emma Eva Farid Felix Finn
Franziska Georg Greta Hannah Heike Ivan Ines Jakob Jan Jonas Julia Katharina Kemal Lara Lea Lena Leon Lukas
Maja Marie Mehmet Mia Milan Nadia Nina Noah Olga Paul Petra Rana Robin Sara Selin Simon Sofia Stefan Sven
Tarek Tim Ute Yasmin Zoë
|
Albrecht Aksoy Bauer Becker Berger Böhm Brandt Busch Demir Dietrich Ebert Engel Fischer Frank Friedrich Fuchs
Graf Groß Haas Hahn Hartmann Heinrich Hofmann Horn Huber Jansen Jung Kaiser Kaya Keller Klein Koch König Kovač
Kraus Krüger Kuhn Lang Lehmann Lorenz Maier Martin Meyer Möller Müller Nguyen Nowak Otto Peters Pohl Richter
Roth Sauer Schmidt Schneider Schubert Schulz Seidel Simon Sommer Stein Vogel Wagner Weber Weiß Winkler Wolf
Yıldız Ziegler Zimmermann
"""
_FIRST, _LAST = (part.split() for part in _NAMES.split("|"))


@dataclass(frozen=True)
class Person:
    """A learner, by number from 0. Moments are seconds (UTC); `skill` is the chance of a right answer."""

    number: int
    pk: int
    name: str
    function: str
    language: str
    extra_time: int
    skill: float
    joined: float
    left: float | None


def has_real_people() -> bool:
    """Whether anybody is here whose address could be somebody's. Erased people were real ones.

    No mail reaches the top-level domain `.example` (RFC 2606): there, and in the demo company, nobody is real.
    """
    demo = [person.email for person in DEMO_PEOPLE]
    return User.objects.exclude(email__iendswith=".example").exclude(email__in=demo).exists()


def email_of(number: int) -> str:
    return f"learner-{number:06d}{DOMAIN}"


def known_keys() -> dict[int, int]:
    """Number of each learner who is here -> primary key."""
    rows = User.objects.filter(email__startswith="learner-", email__endswith=DOMAIN).values_list("email", "pk")
    return {int(email[8:14]): pk for email, pk in rows.iterator(10_000)}


def ensure_staff(password: str | None) -> User:
    """HR, trainer, reviewer and administrator with their roles, and the functions. Returns HR."""
    grant_roles()
    for slug, german, english in FUNCTIONS:
        Function.objects.get_or_create(slug=slug, defaults={"name_de": german, "name_en": english})
    encoded = make_password(password)
    for role in STAFF:
        person, created = User.objects.get_or_create(
            email=f"{role.value}{DOMAIN}",
            defaults={"first_name": role.value.capitalize(), "last_name": "Population", "password": encoded},
        )
        if created:
            person.groups.set(Group.objects.filter(name=role.value))
    return User.objects.get(email=f"{Role.HR.value}{DOMAIN}")


def ensure_units(root: OrgUnit, learners: int) -> list[int]:
    """The divisions and units that so many learners need below the root; the units' keys in order."""
    divisions = {unit.name: unit for unit in root.get_children()}
    units: list[int] = []
    for first in range(0, learners, DIVISION):
        name = f"Bereich {first // DIVISION + 1:03d}"
        if name not in divisions:
            # Read again: treebeard keeps the number of children on the instance.
            divisions[name] = OrgUnit.objects.get(pk=root.pk).add_child(name=name)
        known = dict(divisions[name].get_children().values_list("name", "pk"))
        for place in range(first, min(first + DIVISION, learners), UNIT):
            unit = f"Abteilung {place // UNIT + 1:04d}"
            if unit not in known:
                known[unit] = OrgUnit.objects.get(pk=divisions[name].pk).add_child(name=unit).pk
            units.append(known[unit])
    return units


def manager_of(number: int) -> int | None:
    """Team, unit, division, company: the first of each leads it."""
    for size in (TEAM, UNIT, DIVISION):
        if number % size:
            return number - number % size
    return 0 if number else None


def invent(number: int, pk: int, plan: "Plan", rng: random.Random) -> Person:
    """The learner of this number."""
    long_here = rng.random() < 0.55
    span = plan.until - plan.begins
    joined = plan.begins - rng.uniform(0, 3000) * DAY if long_here else plan.begins + rng.random() * span
    left = rng.uniform(max(joined, plan.begins) + 30 * DAY, plan.until) if rng.random() < 0.08 else None
    return Person(
        number=number,
        pk=pk,
        name=f"{rng.choice(_FIRST)} {rng.choice(_LAST)}",
        function=_TEAM[number % TEAM],
        language="de" if rng.random() < 0.7 else "en",
        extra_time=rng.choice((25, 50)) if rng.random() < 0.01 else 0,
        skill=rng.triangular(0.62, 0.99, 0.93),
        joined=joined,
        left=left if left is None or left < plan.until else None,
    )


def row_of(person: Person, plan: "Plan", keys: dict[int, int], rng: random.Random) -> Row:
    """The row of `people.User`. Both of a duo stand in one batch, for batches hold whole teams."""
    first, _blank, last = person.name.partition(" ")
    manager = manager_of(person.number)
    place = person.number % TEAM
    duo = person.number - place + _DUOS[place] if place in _DUOS else None
    return (
        person.pk, plan.password, None, False, new_uuid(rng), email_of(person.number), first, last,
        plan.functions[person.function], plan.units[person.number // UNIT], None if manager is None else keys[manager],
        None if duo is None else keys[duo], None, person.language, f"P-{person.number:06d}", person.extra_time,
        person.left is None, text_of(person.joined), None if person.left is None else text_of(person.left), None,
    )  # fmt: skip
