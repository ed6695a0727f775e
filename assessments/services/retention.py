"""Answers do not stay for ever: after the company's limit they become counts about nobody in particular."""

from collections import Counter
from collections.abc import Sequence
from decimal import Decimal

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from assessments.enums import AttemptState
from assessments.models import Attempt, AttemptItem, ItemVersionStatistic, QuizException, Response
from assessments.selectors.attempts import current_responses
from assessments.selectors.checks import checked_tries
from assessments.services.submitting import submit_attempt
from assessments.services.uploads import discard_files
from people.models import User
from people.personal_data import RetentionPolicy


def forget_answers(policy: RetentionPolicy) -> int:
    """Delete the answers of attempts that ended before `policy.answers_before`; returns how many responses went.

    Score, pass and dates of the attempt stay: they are the record. Safe to run twice and to be killed in between:
    counting and deleting one attempt's answers is one transaction.
    """
    old = Attempt.objects.filter(answers_deleted_at=None, submitted_at__lt=policy.answers_before)
    return _forget(old)


def forget_person(user: User) -> int:
    """Delete the answers of a person that is being erased; a running attempt is handed in first."""
    for attempt in Attempt.objects.filter(user=user, state=AttemptState.OPEN):
        submit_attempt(user, attempt=attempt)
    QuizException.objects.filter(user=user, withdrawn_at=None).update(withdrawn_at=timezone.now())
    QuizException.objects.filter(user=user).update(reason="")
    return _forget(Attempt.objects.filter(user=user, answers_deleted_at=None))


def forget_reasons(policy: RetentionPolicy) -> int:
    """Empty the reasons of exceptions that ended before `policy.answers_before`, or were given and last used before it.

    Use is an attempt of this person at this test, in any cycle. What the exception gives holds on without its reason.
    Returns how many were emptied.
    """
    before = policy.answers_before
    ended = Q(withdrawn_at__lt=before) | Q(expires_at__lt=before)
    recent = Q(state=AttemptState.OPEN) | Q(started_at__gte=before) | Q(submitted_at__gte=before)
    used = Attempt.objects.filter(recent, user=OuterRef("user"), activity=OuterRef("activity"))
    idle = Q(created_at__lt=before) & (Q(closes_at=None) | Q(closes_at__lt=before)) & ~Exists(used)
    return QuizException.objects.filter(ended | idle).exclude(reason="").update(reason="")


def _forget(attempts: QuerySet[Attempt]) -> int:
    ids = attempts.filter(~Q(state=AttemptState.OPEN)).order_by("pk").values_list("pk", flat=True)
    return sum(_forget_one(pk) for pk in list(ids))


@transaction.atomic
def _forget_one(pk: int) -> int:
    attempt = Attempt.objects.select_for_update().get(pk=pk)
    if attempt.answers_deleted_at is not None:
        return 0
    # In the order of versions, so that two workers lock the statistics in the same order.
    items = list(AttemptItem.objects.filter(attempt=attempt).select_related("item_version").order_by("item_version"))
    if attempt.state != AttemptState.ABANDONED:  # as the analysis: what was not handed in says little of a question
        _count(attempt, items)
    discard_files(attempt)
    deleted = Response.objects.filter(attempt_item__attempt=attempt).delete_after_counting()
    AttemptItem.objects.filter(attempt=attempt).update(flagged=False)
    Attempt.objects.filter(pk=pk).update(answers_deleted_at=timezone.now())
    return deleted


def _count(attempt: Attempt, items: Sequence[AttemptItem]) -> None:
    responses = current_responses(attempt)
    tries = checked_tries([attempt])
    for item in items:
        version = item.item_version
        statistic, _created = ItemVersionStatistic.objects.select_for_update().get_or_create(item_version=version)
        response = responses.get(item.pk)
        value, score = response.value if response else None, item.score
        if item.pk in tries:  # as the analysis: what came after help says little of a question
            value, score = tries[item.pk].values[0], tries[item.pk].scores[0]
        counts = Counter(statistic.option_counts)
        counts.update(version.kind_object.tally(item.content, value))
        statistic.responses += 1
        statistic.score_sum += score or Decimal(0)
        statistic.option_counts = dict(counts)
        statistic.save(update_fields=["responses", "score_sum", "option_counts"])
