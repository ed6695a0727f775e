"""Roles as Wagtail permissions: trainers write, reviewers publish, and one workflow joins them."""

from django.contrib.auth.models import Group, Permission
from wagtail.models import Page, Workflow, WorkflowPage

from courses.models import CatalogueIndexPage, HomePage
from people.enums import Role
from people.models import User
from people.permissions import CMS_ROLES, grant_roles
from people.roles import may_enter_cms
from people.services import ensure_workflow, grant_page_permissions
from tests import factories


def test_trainers_edit_and_do_not_publish_reviewers_do(
    catalogue: CatalogueIndexPage, trainer: User, reviewer: User, hr: User
) -> None:
    grant_roles()
    page = catalogue.permissions_for_user
    assert page(trainer).can_edit()
    assert page(trainer).can_add_subpage()
    assert not page(trainer).can_publish()
    assert page(reviewer).can_publish()
    assert not page(hr).can_edit()


def test_granting_twice_changes_nothing_and_foreign_permissions_go(home: HomePage) -> None:
    grant_roles()
    group = Group.objects.get(name=Role.TRAINER.value)
    before = (group.permissions.count(), group.page_permissions.count(), group.collection_permissions.count())
    group.permissions.add(Permission.objects.get(content_type__app_label="people", codename="change_user"))
    root = Page.objects.get(depth=1)
    publish = Permission.objects.get(content_type__app_label="wagtailcore", codename="publish_page")
    group.page_permissions.create(page=root, permission=publish)
    grant_roles()
    after = (group.permissions.count(), group.page_permissions.count(), group.collection_permissions.count())
    assert before == after
    grant_page_permissions(home)
    grant_page_permissions(home)
    assert group.page_permissions.filter(page=home).count() == 2


def test_no_role_holds_a_permission_on_accounts_or_groups(db: None) -> None:
    grant_roles()
    apps = ("auth", "people", "account", "mfa", "sessions", "usersessions")
    assert not Permission.objects.filter(group__isnull=False, content_type__app_label__in=apps).exists()


def test_cms_access_is_what_the_predicate_says(db: None) -> None:
    grant_roles()
    for role in Role:
        person = factories.UserFactory(roles=[role])
        assert may_enter_cms(person) == (role in CMS_ROLES) == person.has_perm("wagtailadmin.access_admin"), role


def test_one_workflow_for_the_whole_tree(home: HomePage, trainer: User, reviewer: User) -> None:
    root = Page.objects.get(depth=1)
    first = ensure_workflow(root)
    assert ensure_workflow(root) == first
    assert WorkflowPage.objects.filter(page=root).count() == 1
    assert Workflow.objects.filter(active=True).count() == 1
    assert home.get_workflow() == first
    home.save_revision(user=trainer)
    state = first.start(home, trainer)
    task = state.current_task_state.task.specific
    assert task.user_can_access_editor(home, reviewer)
    assert [name for name, _label, _modal in task.get_actions(home, reviewer)]
    assert not task.get_actions(home, trainer)
