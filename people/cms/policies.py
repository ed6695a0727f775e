"""Which predicate opens which model in the CMS."""

from django.contrib.auth.models import AnonymousUser, Group
from wagtail.permissions import register_permission_policy

from people import roles
from people.models import AccessLogEntry, DeletionLogEntry, Function, OrgUnit, User
from people.policies import RolePolicy


def _nobody(user: User | AnonymousUser) -> bool:
    return False


def register_policies() -> None:
    """Called once, before Wagtail loads its hooks."""
    manage = roles.may_manage_people
    register_permission_policy(User, RolePolicy(User, manage, per_instance=roles.may_manage_person))
    register_permission_policy(Group, RolePolicy(Group, _nobody))
    register_permission_policy(Function, RolePolicy(Function, roles.may_configure))
    register_permission_policy(OrgUnit, RolePolicy(OrgUnit, manage))
    for log in (AccessLogEntry, DeletionLogEntry):
        register_permission_policy(log, RolePolicy(log, roles.may_read_access_log, actions=("view",)))
