"""Factories: the shortest way to a consistent record. Each room's factories stand under its own heading."""

from collections.abc import Sequence
from typing import Any

import factory
from django.contrib.auth.models import Group

from people.enums import Role
from people.models import Function, OrgUnit, User

# --- people ---------------------------------------------------------------------------------------------------------
PASSWORD = "correct horse battery staple"


def function(slug: str) -> Function:
    names = {"marketing": ("Marketing", "Marketing"), "sales": ("Vertrieb", "Sales")}
    german, english = names.get(slug, (slug.title(), slug.title()))
    return Function.objects.get_or_create(slug=slug, defaults={"name_de": german, "name_en": english})[0]


def org_unit(name: str, parent: OrgUnit | None = None) -> OrgUnit:
    if parent is None:
        return OrgUnit.add_root(name=name)
    return OrgUnit.objects.get(pk=parent.pk).add_child(name=name)


class UserFactory(factory.django.DjangoModelFactory[User]):
    class Meta:
        model = User
        skip_postgeneration_save = True

    email = factory.Sequence(lambda n: f"person{n}@example.com")
    first_name = "Pat"
    last_name = factory.Sequence(lambda n: f"Person{n}")
    password = factory.django.Password(PASSWORD)

    @factory.post_generation
    def roles(self: User, create: bool, extracted: Sequence[Role] | None, **kwargs: Any) -> None:
        for role in extracted or ():
            self.groups.add(Group.objects.get_or_create(name=role.value)[0])
