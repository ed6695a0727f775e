"""Wagtail asks a permission policy; these policies ask `people.roles`. No Django permission opens people or logs."""

from collections.abc import Callable, Iterable
from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import Model, QuerySet
from wagtail.permission_policies import BasePermissionPolicy

Predicate = Callable[[Any], bool]
PerInstance = Callable[[Any, Any], bool]


class RolePolicy(BasePermissionPolicy):
    """Actions are allowed by one predicate; actions that are not listed are allowed to nobody."""

    def __init__(
        self,
        model: type[Model] | str,
        predicate: Predicate,
        *,
        actions: Iterable[str] = ("add", "change", "view", "choose"),
        per_instance: PerInstance | None = None,
    ) -> None:
        super().__init__(model)
        self.predicate = predicate
        self.actions = frozenset(actions)
        self.per_instance = per_instance

    def user_has_permission(self, user: Any, action: str) -> bool:
        return action in self.actions and self.predicate(user)

    def user_has_permission_for_instance(self, user: Any, action: str, instance: Any) -> bool:
        if not self.user_has_permission(user, action):
            return False
        return self.per_instance is None or self.per_instance(user, instance)

    def users_with_any_permission(self, actions: Iterable[str]) -> QuerySet[Any]:
        users = get_user_model().objects
        if not self.actions & set(actions):
            return users.none()
        people = users.filter(is_active=True, groups__isnull=False).distinct().prefetch_related("groups")
        return users.filter(pk__in=[person.pk for person in people if self.predicate(person)])
