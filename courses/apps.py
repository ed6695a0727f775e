import mimetypes

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CoursesConfig(AppConfig):
    name = "courses"
    verbose_name = _("Courses")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # Models must be loaded first; the checks register themselves when they are imported.
        from courses import content_checks, exports, receivers, serving, verification  # noqa: PLC0415, F401
        from courses.package import types  # noqa: PLC0415

        receivers.connect()
        types.register()
        serving.connect()
        exports.connect()
        mimetypes.add_type("text/vtt", ".vtt")  # captions; Debian's slim images have no table of types
