"""Roles become Wagtail permissions. Runs after every migrate and may run at any time: it only adds and removes what
differs, so a permission that somebody clicked together elsewhere does not survive.
"""

from collections.abc import Iterable
from typing import Any

from django.apps import apps
from django.conf import settings
from django.contrib.auth.management import create_permissions
from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.db.models import Model, Q
from django.utils import translation
from django.utils.translation import gettext as _
from wagtail.models import (
    Collection,
    GroupApprovalTask,
    GroupCollectionPermission,
    GroupPagePermission,
    Page,
    Workflow,
    WorkflowContentType,
    WorkflowMixin,
    WorkflowPage,
    WorkflowTask,
)
from wagtail.snippets.models import get_snippet_models

from people.enums import Role

# Predicates decide on people, logs and settings (people.roles, people.cms.policies); Django permissions decide on
# content, because Wagtail asks for them.
CMS_ROLES = (Role.TRAINER, Role.REVIEWER, Role.HR, Role.DATA_PROTECTION, Role.ADMIN)
AUTHOR_ROLES = (Role.TRAINER, Role.REVIEWER, Role.ADMIN)
_PAGE = {
    Role.TRAINER: ("add_page", "change_page"),
    Role.REVIEWER: ("add_page", "change_page", "publish_page", "lock_page", "unlock_page"),
    Role.ADMIN: ("add_page", "change_page", "publish_page", "lock_page", "unlock_page", "bulk_delete_page"),
}
_FILES = tuple(f"{verb}_{kind}" for kind in ("image", "document") for verb in ("add", "change", "choose"))
# Never by a Django permission, not even for administrators: accounts, groups, log-ins, records, logs.
_NEVER_APPS = ("auth", "contenttypes", "sessions", "account", "mfa", "usersessions", "people", "wagtailusers")


def grant_after_migrate(**kwargs: Any) -> None:
    using = kwargs.get("using", "default")
    if using != "default" or not apps.is_installed("people"):
        return
    for config in apps.get_app_configs():
        create_permissions(config, verbosity=0, using=using)
    grant_roles()


@transaction.atomic
def grant_roles() -> None:
    """Create the role groups and give each exactly its permissions."""
    groups = {role: Group.objects.get_or_create(name=role.value)[0] for role in Role}
    # Wagtail's own first groups would be a second, unknown way to permissions.
    Group.objects.filter(name__in=("Moderators", "Editors"), user__isnull=True).delete()
    for role, group in groups.items():
        group.permissions.set(_model_permissions(role))
    root = Page.objects.filter(depth=1).first()
    if root is not None:
        grant_page_permissions(root)
        ensure_workflow(root)
    collection = Collection.get_first_root_node()
    if collection is not None:
        _grant_files(collection)


def _model_permissions(role: Role) -> list[Permission]:
    query = Q(pk__in=())
    if role in CMS_ROLES:
        query |= Q(content_type__app_label="wagtailadmin", codename="access_admin")
    if role in AUTHOR_ROLES:
        query |= Q(content_type__app_label="wagtail_localize", codename="submit_translation")
        for model in authoring_models():
            name = model._meta.model_name
            verbs = (
                ("add", "change", "view") if role is Role.TRAINER else ("add", "change", "view", "delete", "publish")
            )
            query |= Q(
                content_type=ContentType.objects.get_for_model(model, for_concrete_model=False),
                codename__in=[f"{verb}_{name}" for verb in verbs],
            )
    permissions = Permission.objects.filter(query)
    if role is Role.ADMIN:
        everything = Permission.objects.exclude(content_type__app_label__in=_NEVER_APPS)
        permissions = Permission.objects.filter(Q(pk__in=permissions) | Q(pk__in=everything))
    return list(permissions)


def authoring_models() -> list[type[Model]]:
    """Snippets that carry content: all but those of this room."""
    return [model for model in get_snippet_models() if model._meta.app_label != "people"]


def grant_page_permissions(root_page: Page) -> None:
    """Give the author roles their permissions on the tree below (idempotent)."""
    for role, codenames in _PAGE.items():
        group = Group.objects.get(name=role.value)
        wanted = set(
            Permission.objects.filter(content_type__app_label="wagtailcore", codename__in=codenames).values_list(
                "pk", flat=True
            )
        )
        given = GroupPagePermission.objects.filter(group=group, page=root_page)
        given.exclude(permission__in=wanted).delete()
        missing = wanted - set(given.values_list("permission", flat=True))
        GroupPagePermission.objects.bulk_create(
            GroupPagePermission(group=group, page=root_page, permission_id=pk) for pk in sorted(missing)
        )


def _grant_files(collection: Collection) -> None:
    wanted = set(
        Permission.objects.filter(
            content_type__app_label__in=("wagtailimages", "wagtaildocs"), codename__in=_FILES
        ).values_list("pk", flat=True)
    )
    for role in AUTHOR_ROLES:
        group = Group.objects.get(name=role.value)
        given = GroupCollectionPermission.objects.filter(group=group, collection=collection)
        missing = wanted - set(given.values_list("permission", flat=True))
        GroupCollectionPermission.objects.bulk_create(
            GroupCollectionPermission(group=group, collection=collection, permission_id=pk) for pk in sorted(missing)
        )


def ensure_workflow(root_page: Page, *, snippets: Iterable[type[Model]] | None = None) -> Workflow:
    """One review by the reviewer group, for all pages below `root_page` and for every snippet with a workflow.

    Idempotent; replaces the workflow that Wagtail comes with. `snippets` defaults to all content snippets.
    """
    reviewers = Group.objects.get(name=Role.REVIEWER.value)
    with translation.override(settings.LANGUAGE_CODE):
        name = _("Review by the editorial team")
    task = GroupApprovalTask.objects.filter(groups=reviewers, active=True).first()
    if task is None:
        task = GroupApprovalTask.objects.create(name=name)
        task.groups.set([reviewers])
    step = WorkflowTask.objects.filter(task=task.task_ptr, workflow__active=True).select_related("workflow").first()
    workflow = step.workflow if step else Workflow.objects.create(name=name)
    if step is None:
        WorkflowTask.objects.create(workflow=workflow, task=task.task_ptr, sort_order=0)
    Workflow.objects.filter(name="Moderators approval", active=True).exclude(pk=workflow.pk).update(active=False)
    WorkflowPage.objects.update_or_create(page=root_page, defaults={"workflow": workflow})
    for model in authoring_models() if snippets is None else snippets:
        if issubclass(model, WorkflowMixin):
            WorkflowContentType.objects.get_or_create(
                content_type=ContentType.objects.get_for_model(model), defaults={"workflow": workflow}
            )
    return workflow
