"""The JSON that the player's script talks to. The answers it must understand:

- 200 `{saved_at, sequence, stale, value, certainty, state, remark, understood, remaining_seconds}`
- 400 this is no answer to this question, or no JSON
- 401 log in again (a redirect to the log-in page would look like success to a script)
- 404 no such attempt of this person
- 409 the attempt is closed; `next` is its result
- 410 the time is up; `next` is the result
"""

import json
from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from assessments.enums import SaveStatus
from assessments.models import Attempt, AttemptItem
from assessments.selectors import own_attempt
from assessments.services import UNCHANGED, save_response, set_flag
from enablement.core.errors import DomainError
from people.models import User

MAX_BYTES = 64 * 1024
View = Callable[[HttpRequest, User, UUID], HttpResponse]


def _told(status: int, code: str, message: str, **more: object) -> JsonResponse:
    return JsonResponse({"code": code, "message": message, **more}, status=status)


def _closed(user: User, uuid: UUID) -> JsonResponse:
    """409 or 410: over for good. Reads the row now, because another tab may have submitted it meanwhile."""
    attempt = own_attempt(user, uuid)
    if attempt.hand_in_only(timezone.now()):
        url = reverse("assessments:review", kwargs={"uuid": uuid})
        return _told(410, "deadline", _("The time is up. What was saved before is kept: hand in now."), next=url)
    url = reverse("assessments:result", kwargs={"uuid": uuid})
    if attempt.is_open:
        return _told(410, "deadline", _("The time is up."), next=url)
    return _told(409, "closed", _("This attempt is closed. What was saved before counts."), next=url)


def _refused(user: User, uuid: UUID, error: DomainError) -> JsonResponse:
    if error.code == "closed":
        return _closed(user, uuid)
    if error.code == "malformed" and not Attempt.objects.filter(user=user, uuid=uuid).exists():
        return _told(404, "not_found", _("There is no such attempt."))  # the same as for a request in order
    return _told(400, error.code, str(error.message))


def _own_attempt_only(view: View) -> Callable[[HttpRequest, UUID], HttpResponse]:
    @wraps(view)
    def wrapped(request: HttpRequest, uuid: UUID) -> HttpResponse:
        if not isinstance(request.user, User):
            return _told(401, "login", _("Log in again; your answers are kept on this device."))
        try:
            return view(request, request.user, uuid)
        except Attempt.DoesNotExist:
            return _told(404, "not_found", _("There is no such attempt."))
        except AttemptItem.DoesNotExist:
            return _told(404, "not_found", _("There is no such question."))
        except DomainError as error:
            return _refused(request.user, uuid, error)

    return wrapped


def _body(request: HttpRequest) -> dict[str, Any]:
    """The JSON object of the request. Raises DomainError for anything else."""
    malformed = DomainError(_("The request could not be read."), code="malformed")
    if int(request.headers.get("Content-Length") or 0) > MAX_BYTES:
        raise malformed
    try:
        body = json.loads(request.body)
    except ValueError as error:  # includes broken UTF-8
        raise malformed from error
    if not isinstance(body, dict) or not isinstance(body.get("position"), int) or isinstance(body["position"], bool):
        raise malformed
    if not 0 <= body["position"] < 32_768:
        raise malformed
    return body


def _remaining(deadline_at: datetime | None) -> int | None:
    """Whole seconds to the deadline by the server's clock; None: no limit."""
    if deadline_at is None:
        return None
    return max(int((deadline_at - timezone.now()).total_seconds()), 0)


@login_not_required  # answers 401 itself
@never_cache
@require_POST
@_own_attempt_only
def save(request: HttpRequest, user: User, uuid: UUID) -> HttpResponse:
    """Append one answer, and how sure the person is of it. Without `certainty` in the request, that stays as it was."""
    body = _body(request)
    saved = save_response(
        user,
        attempt=uuid,
        position=body["position"],
        value=body.get("value"),
        sequence=body.get("sequence", 0),
        tab=str(body.get("tab", "")),
        certainty=body.get("certainty", UNCHANGED),
    )
    return JsonResponse(
        {
            "saved_at": saved.saved_at.isoformat(),
            "sequence": saved.sequence,
            "stale": saved.status is SaveStatus.STALE,
            "value": saved.value,
            "certainty": saved.certainty,
            "state": saved.state,
            "remark": saved.hint,
            "understood": saved.understood,
            "remaining_seconds": _remaining(saved.deadline_at),
        }
    )


@login_not_required  # answers 401 itself
@never_cache
@require_POST
@_own_attempt_only
def flag(request: HttpRequest, user: User, uuid: UUID) -> HttpResponse:
    """Mark a question to come back to, or take the mark away."""
    attempt = own_attempt(user, uuid)
    body = _body(request)
    flagged = set_flag(user, attempt=attempt, position=body["position"], flagged=body.get("flagged") is True)
    return JsonResponse(
        {
            "saved_at": timezone.now().isoformat(),
            "flagged": flagged,
            "remaining_seconds": _remaining(attempt.deadline_at),
        }
    )


@login_not_required  # answers 401 itself
@never_cache
@require_safe
@_own_attempt_only
def state(request: HttpRequest, user: User, uuid: UUID) -> HttpResponse:
    """Whether the attempt is open, and how long by the server's clock. 410 from the deadline on, before grace ends."""
    attempt = own_attempt(user, uuid)
    remaining = _remaining(attempt.deadline_at)
    if not attempt.is_open or remaining == 0:
        return _closed(user, uuid)
    return JsonResponse({"open": True, "remaining_seconds": remaining})
