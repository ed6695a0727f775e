"""Celery's door to the computation: thin, because a message only wakes a row."""

from celery import shared_task


@shared_task(name="assessments.tasks.compute_analysis")
def compute_analysis(pk: int) -> None:
    """Claim and compute one analysis; does nothing when somebody else has it."""
    # NumPy costs a process 30 MB: only the worker that computes pays.
    from assessments.analysis.production import compute  # noqa: PLC0415

    compute(pk)
