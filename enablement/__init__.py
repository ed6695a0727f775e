"""The project: settings, urls, celery and wsgi. Wiring only, no domain logic."""

from enablement.celery import app as celery_app

__all__ = ["celery_app"]
