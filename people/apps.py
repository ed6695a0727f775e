from django.apps import AppConfig, apps
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _
from wagtail.users.apps import WagtailUsersAppConfig


class PeopleConfig(AppConfig):
    name = "people"
    verbose_name = _("People")
    default_auto_field = "django.db.models.BigAutoField"
    default = True

    def ready(self) -> None:
        from people import checks, exporters, permissions  # noqa: F401, PLC0415 - they need the models
        from people.cms.policies import register_policies  # noqa: PLC0415 - needs the models

        register_policies()
        # Permissions of an app exist only after its own post_migrate, so roles are granted after the last one.
        last = list(apps.get_app_configs())[-1]
        post_migrate.connect(permissions.grant_after_migrate, sender=last, dispatch_uid="people.grant")


class UsersConfig(WagtailUsersAppConfig):
    """Wagtail's user administration, replaced by ours: nobody edits people or groups past `people.roles`."""

    user_viewset = "people.cms.people.PeopleViewSet"
    group_viewset = "people.cms.groups.NoGroupsViewSet"

    def ready(self) -> None:
        """Wagtail would register policies by Django permissions here; ours are registered by the people app."""
