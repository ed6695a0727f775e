from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AssessmentsConfig(AppConfig):
    name = "assessments"
    verbose_name = _("Assessments")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Fill the registers of lower rooms."""
        # Models are ready only now.
        from assessments import (  # noqa: PLC0415
            content_checks,  # noqa: F401
            exporters,
            package,
            practice,
            receivers,
            verification,  # noqa: F401
        )
        from assessments.services import retention  # noqa: PLC0415
        from courses.checks import register_check_renderer  # noqa: PLC0415
        from courses.withholding import register_withheld_scores  # noqa: PLC0415
        from people.personal_data import register_erasure, register_personal_data, register_retention  # noqa: PLC0415

        register_check_renderer(practice.render_check, queryset=practice.practice_items)
        register_personal_data("tests", exporters.export_attempts)
        register_personal_data("test_exceptions", exporters.export_exceptions)
        register_withheld_scores(exporters.withheld_scores)
        register_retention("answers", retention.forget_answers)
        register_retention("reasons of exceptions", retention.forget_reasons)
        register_erasure("answers", retention.forget_person)
        package.register()
        receivers.connect()
