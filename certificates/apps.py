from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CertificatesConfig(AppConfig):
    name = "certificates"
    verbose_name = _("Certificates")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Listen to the courses; register the record checks and the handling of personal data."""
        from certificates import home, receivers, services, verification  # noqa: F401, PLC0415 - they need the models
        from courses.home_panels import register_home_panel  # noqa: PLC0415 - it needs the models
        from people.services import register_erasure, register_personal_data  # noqa: PLC0415 - they need the models

        register_personal_data("certificates", services.personal_data_of)
        register_erasure("certificates", services.erase_person)
        register_home_panel("certificates", template="certificates/home_panel.html", build=home.newest_certificates)
