"""Work by the clock."""

from celery import shared_task

from assessments import mails
from assessments.analysis.work import compute_analysis
from assessments.kinds.pictures import FOLDER
from assessments.models import QuizAnalysis, Regrading
from assessments.services import clear_files, close_overdue, refresh_analyses, regrading
from enablement.core.copies import clear_copies
from enablement.core.models import Heartbeat
from enablement.core.wake import wake


@shared_task(name="assessments.tasks.sweep_attempts")
def sweep_attempts() -> None:
    """Close attempts whose time is up, wake jobs that lapsed. Safe to run twice and at once with another worker."""
    close_overdue()
    Regrading.work.give_up_exhausted()
    for pk in Regrading.work.claimable().order_by("pk").values_list("pk", flat=True)[:20]:
        wake(run_regrading, pk)
    Heartbeat.beat("attempts")
    clear_files()  # last: a storage that is slow or away holds up nothing of the above


@shared_task(name="assessments.tasks.send_result_mails")
def send_result_mails() -> None:
    """Tell people that an answer of theirs was marked, or that a result was corrected."""
    mails.send_waiting()
    Heartbeat.beat("result_mails")


@shared_task(name="assessments.tasks.run_regrading")
def run_regrading(pk: int) -> None:
    regrading.run_regrading(pk)


@shared_task(name="assessments.tasks.sweep_analyses")
def sweep_analyses() -> None:
    """Wake analyses whose message or worker was lost, give up those that keep killing their worker."""
    QuizAnalysis.work.give_up_exhausted()
    for pk in QuizAnalysis.work.claimable().order_by("pk").values_list("pk", flat=True)[:100]:
        wake(compute_analysis, pk)
    Heartbeat.beat("analyses")


@shared_task(name="assessments.tasks.refresh_analyses")
def refresh() -> None:
    """At night: compute again what has new attempts."""
    refresh_analyses()


@shared_task(name="assessments.tasks.clear_copies")
def clear_question_copies() -> None:
    """At night: take away copies of pictures and recordings that no version came to name."""
    clear_copies(FOLDER)
