"""What publishing a test sets in motion."""

from typing import Any

from wagtail.signals import page_published

from assessments.models import QuizPage
from assessments.services.closing import reach_running


def reach_who_runs(sender: type, instance: QuizPage, **kwargs: Any) -> None:
    reach_running(instance)


def connect() -> None:
    page_published.connect(reach_who_runs, sender=QuizPage, dispatch_uid="assessments.closing")
