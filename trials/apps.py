from django.apps import AppConfig


class TrialsConfig(AppConfig):
    """Without models: the room brings a command and programs that look at the product from outside."""

    name = "trials"
    default_auto_field = "django.db.models.BigAutoField"
