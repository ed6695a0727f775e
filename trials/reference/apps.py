from allauth.account.apps import AccountConfig
from django.apps import AppConfig


class ReferenceConfig(AppConfig):
    """Tables by `migrate --run-syncdb`: nothing here is kept."""

    name = "trials.reference"
    label = "reference"
    default_auto_field = "django.db.models.BigAutoField"


class QuietAccountConfig(AccountConfig):
    """allauth's models, which our log-in imports, without its demand for a middleware."""

    def ready(self) -> None:
        pass
