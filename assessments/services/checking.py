"""Practice: an answer is checked. The server counts the tries; what was told once is kept."""

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from assessments.enums import AnswerState
from assessments.models import Attempt, AttemptItem, Check
from assessments.selectors.attempts import asked_elsewhere
from assessments.selectors.checks import tries_allowed
from assessments.services.answering import check_place, newest_response, open_question
from enablement.core.errors import DomainError
from people.models import User


@transaction.atomic
def check_answer(user: User, *, attempt: Attempt | UUID, position: int) -> Check:
    """Check the newest saved answer to a question: one try. The check that is there already, if it was checked before.

    So a double click, two tabs and a request that is sent again are one try. When nothing is left to try, the last
    check is returned. Raises like `save_response`, and DomainError `not_practice`, `nothing_to_check` (no try was
    used), `asked_elsewhere`.
    """
    item = open_question(user, attempt, position)
    check_place(item.attempt, position)
    allowed = tries_allowed(item)
    if not allowed:
        raise DomainError(_("This question is not checked here. Your answer is kept."), code="not_practice")
    checks = list(Check.objects.filter(attempt_item=item).order_by("number"))
    if checks and (checks[-1].score >= 1 or len(checks) >= allowed):
        return checks[-1]
    newest = newest_response(item)
    again = next((check for check in checks if newest is not None and check.response_id == newest.pk), None)
    if again is not None:
        return again
    kind, content = item.item_version.kind_object, item.content
    if newest is None or kind.answer_state(content, newest.value) is not AnswerState.ANSWERED:
        raise DomainError(_("Answer the whole question first; this has not used a try."), code="nothing_to_check")
    _refuse_if_tested(item)
    outcome = kind.grade(content, newest.value)
    if outcome is None:  # for the type checker: such kinds have no tries
        raise AssertionError
    return Check.objects.create(attempt_item=item, response=newest, number=len(checks) + 1, score=outcome.score)


def _refuse_if_tested(item: AttemptItem) -> None:
    """The threat: practice would be an oracle for the same question in a test that this person has open."""
    if asked_elsewhere(item.attempt, [item.item_version.item_key]):
        raise DomainError(
            _("A test that you have open asks this question too. Your answer is kept; check it after handing that in."),
            code="asked_elsewhere",
        )
