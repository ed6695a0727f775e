"""Saving answers. A saved answer is a new row; what was acknowledged is in the database."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection, models, transaction
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from assessments.enums import AnswerState, Certainty, SaveStatus
from assessments.kinds import ParseError
from assessments.models import Attempt, AttemptItem, Response
from assessments.selectors.checks import tries_allowed, tries_at
from enablement.core.errors import DomainError
from enablement.core.prepared import Prepared
from people.models import User

MAX_SEQUENCE = 2**53 - 1  # the largest whole number that JavaScript counts exactly
# Far more than anybody types in one attempt; it keeps a broken script from filling the disk.
MAX_RESPONSES_PER_QUESTION = 2000
UNCHANGED: object = object()  # nothing is sent about how sure somebody is, so what they said stays


@dataclass(frozen=True)
class SaveResult:
    """What the server holds after a save: with STALE, `value`, `certainty` and `sequence` are those of the newer answer
    that won.
    """

    status: SaveStatus
    sequence: int
    value: Any
    saved_at: datetime
    deadline_at: datetime | None
    state: AnswerState
    hint: str
    understood: str
    certainty: int | None = None


def _closed() -> DomainError:
    return DomainError(
        _("The time is up. Everything that was saved before counts; this answer came too late."), code="closed"
    )


def check_place(attempt: Attempt, position: int) -> None:
    """Refuse what is not the question that stands open, where they come one after the other."""
    if not attempt.is_sequential or position == attempt.reached:
        return
    if position < attempt.reached:
        message = _(
            "You have left this question, so it cannot be changed any more. The answer that was saved before is kept."
        )
        raise DomainError(message, code="left")
    raise DomainError(_("This question comes later. Nothing was saved; your other answers are kept."), code="not_yet")


def _open_attempt(user: User, attempt: Attempt | UUID) -> Attempt:
    """The attempt, locked; refused when it is closed or its time with grace is over by the server's clock."""
    uuid = attempt.uuid if isinstance(attempt, Attempt) else attempt
    locked = Attempt.objects.select_for_update().get(uuid=uuid, user=user)
    if not locked.takes_answers(timezone.now()):
        raise _closed()
    return locked


def _locked_question(uuid: Any, user: Any, position: Any) -> models.QuerySet[AttemptItem]:
    items = AttemptItem.objects.filter(attempt__uuid=uuid, attempt__user=user, position=position).order_by()
    # `of`: the row of the attempt is the lock; the others never change.
    of = ("attempt",) if connection.features.has_select_for_update_of else ()
    return items.select_related("attempt", "item_version").select_for_update(of=of)


_question = Prepared(
    _locked_question, uuid=models.UUIDField(), user=models.BigIntegerField(), position=models.IntegerField()
)
_newest = Prepared(
    lambda item: Response.objects.filter(attempt_item=item).order_by("-sequence")[:1], item=models.BigIntegerField()
)


def open_question(user: User, attempt: Attempt | UUID, position: int) -> AttemptItem:
    """A question with its attempt, which is locked, and its version, in one query; refused like `_open_attempt`."""
    uuid = attempt.uuid if isinstance(attempt, Attempt) else attempt
    item = _question.first(uuid=uuid, user=user.pk, position=position)
    if item is None:
        _open_attempt(user, attempt)  # says why, unless it is the question that is missing
        raise AttemptItem.DoesNotExist
    if not item.attempt.takes_answers(timezone.now()):
        raise _closed()
    return item


def newest_response(item: AttemptItem) -> Response | None:
    """The answer that counts. One query."""
    return _newest.first(item=item.pk)


def save_response(
    user: User,
    *,
    attempt: Attempt | UUID,
    position: int,
    value: object,
    sequence: int,
    tab: str = "",
    certainty: object = UNCHANGED,
) -> SaveResult:
    """Append an answer. The highest sequence wins. Three queries: the attempt is read once, locked.

    `attempt` is the attempt or its uuid; `value` is raw JSON (see `Kind.parse`). `sequence` is one more than the
    highest the tab knows (that of the `QuestionView` or of the last `SaveResult`), `tab` a random name of the tab. Sent
    again unchanged, it is acknowledged again (REPEATED). A tab that does not know the newest answer is told so and
    nothing is changed (STALE). `certainty` is how sure the person is, 1 to 3 or None; it travels with the answer under
    the same rules, and is not kept where the question does not ask for it.

    Raises DomainError `closed` after submission or deadline + grace, `left` and `not_yet` for a question that does not
    stand open in a test with one question after the other, `invalid_answer` for what is no answer to this question,
    `finished` in practice when nothing is left to try; Attempt.DoesNotExist or AttemptItem.DoesNotExist for what is not
    the person's own.
    """
    with transaction.atomic():
        item = open_question(user, attempt, position)
        kind, content = item.item_version.kind_object, item.content
        if isinstance(sequence, bool) or not isinstance(sequence, int) or not 1 <= sequence <= MAX_SEQUENCE:
            raise _invalid()
        try:
            parsed = kind.parse(content, value)
        except ParseError as error:
            raise _invalid() from error
        tab = tab[:64]
        newest = newest_response(item)
        certain = _certainty(item, newest, certainty)
        status = _status(newest, sequence=sequence, tab=tab, value=parsed, certainty=certain)
        if status is not SaveStatus.REPEATED:  # what was acknowledged is acknowledged again, also later
            check_place(item.attempt, position)
        if status is SaveStatus.SAVED or newest is None:
            before = newest.value if newest else None
            if allowed := tries_allowed(item):
                tries = tries_at(item)
                if tries.is_done(allowed):
                    raise _finished()
                if tries.values:  # said before the first check, or never: after it, everybody is sure
                    certain = newest.certainty if newest else None
            if before != parsed and not kind.may_follow(content, before, parsed):
                raise _invalid()
            if newest is not None and is_full(newest):
                raise _invalid()
            newest = Response.objects.create(
                attempt_item=item, sequence=sequence, value=parsed, certainty=certain, tab=tab
            )
        return result_of(item, newest, status)


def result_of(item: AttemptItem, newest: Response, status: SaveStatus) -> SaveResult:
    """What to tell of the answer that counts."""
    kind, content = item.item_version.kind_object, item.content
    return SaveResult(
        status=status,
        sequence=newest.sequence,
        value=newest.value,
        saved_at=newest.received_at,
        deadline_at=item.attempt.deadline_at,
        state=kind.answer_state(content, newest.value),
        hint=kind.hint(content, newest.value),
        understood=kind.understood(content, newest.value, get_language() or settings.LANGUAGE_CODE),
        certainty=newest.certainty,
    )


def is_full(newest: Response) -> bool:
    """Whether the question holds as many answers as it may. Sequences differ, so they are counted only beyond that."""
    if newest.sequence < MAX_RESPONSES_PER_QUESTION:
        return False
    return Response.objects.filter(attempt_item=newest.attempt_item_id).count() >= MAX_RESPONSES_PER_QUESTION


def _invalid() -> DomainError:
    return DomainError(
        _("This is not an answer to this question. Your last saved answer is kept."), code="invalid_answer"
    )


def _finished() -> DomainError:
    return DomainError(_("This question is finished; the answer that was checked counts."), code="finished")


def _certainty(item: AttemptItem, newest: Response | None, said: object) -> int | None:
    """What to keep of how sure somebody says they are."""
    if said is not UNCHANGED and said is not None and (isinstance(said, bool) or said not in Certainty.values):
        raise _invalid()
    if not item.asks_certainty:
        return None
    if said is UNCHANGED:
        return newest.certainty if newest else None
    return next((level.value for level in Certainty if level == said), None)


def _status(newest: Response | None, *, sequence: int, tab: str, value: object, certainty: int | None) -> SaveStatus:
    if newest is None or sequence > newest.sequence:
        return SaveStatus.SAVED
    if (newest.value, newest.certainty) == (value, certainty) and (sequence == newest.sequence or newest.tab == tab):
        return SaveStatus.REPEATED
    if newest.tab == tab and tab and sequence < newest.sequence:
        # The tab's own queue replays something that a later answer of its own has replaced already.
        return SaveStatus.REPEATED
    return SaveStatus.STALE


@transaction.atomic
def set_flag(user: User, *, attempt: Attempt | UUID, position: int, flagged: bool) -> bool:
    """Mark a question to come back to, or take the mark away. Raises like `save_response`."""
    locked = _open_attempt(user, attempt)
    check_place(locked, position)
    if not AttemptItem.objects.filter(attempt=locked, position=position).update(flagged=flagged):
        raise AttemptItem.DoesNotExist
    return flagged


@transaction.atomic
def leave_question(user: User, *, attempt: Attempt | UUID, position: int) -> int:
    """Go on from a question; returns the position that stands open then.

    Where one may move freely that is simply the next one. Where one may not, the question is closed for good; a double
    click, or a tab in which it still shows, goes on from the question that stands open and closes no other one. Raises
    DomainError `closed`, Attempt.DoesNotExist.
    """
    locked = _open_attempt(user, attempt)
    if not locked.is_sequential:
        return position + 1
    if locked.reached == position and AttemptItem.objects.filter(attempt=locked, position=position + 1).exists():
        locked.reached = position + 1
        locked.save(update_fields=["reached"])
    return locked.reached
