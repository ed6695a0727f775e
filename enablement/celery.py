"""The Celery application. Workers: `celery -A enablement worker`, the clock: `celery -A enablement beat`."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "enablement.settings")

app = Celery("enablement")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
