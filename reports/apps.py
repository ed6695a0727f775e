from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ReportsConfig(AppConfig):
    name = "reports"
    verbose_name = _("Reports")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        import_module("reports.verification")  # registers the room's record checks
        personal = import_module("reports.personal")  # needs the models, which are ready only now
        services = import_module("people.services")
        services.register_personal_data("exports", personal.export_own)
        services.register_erasure("exports", personal.erase)
