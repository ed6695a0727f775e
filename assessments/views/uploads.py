"""Files as answers: handing one in, and having it back.

With scripts the answer is JSON; without them the question's own form comes here, with or without a file, and goes on as
any question's form does.
"""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.files.storage import default_storage
from django.core.files.uploadhandler import StopUpload, TemporaryFileUploadHandler
from django.http import (
    FileResponse,
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    JsonResponse,
)
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_POST, require_safe

from assessments.enums import SaveStatus
from assessments.kinds.file_upload import LARGEST
from assessments.models import AnswerFile, Attempt, AttemptItem
from assessments.selectors import own_attempt
from assessments.selectors.files import own_file
from assessments.services import SaveResult, save_upload
from assessments.services.uploads import too_large
from assessments.views.attempts import answer, find_open_attempt, signed_in, stale_answer
from enablement.core.byte_ranges import in_part
from enablement.core.errors import DomainError
from people.models import User

FORM_BYTES = 64 * 1024  # what a form has beside its file


class LimitedHandler(TemporaryFileUploadHandler):
    """Onto the disk, and no further than the largest file that any question takes."""

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        if start + len(raw_data) > LARGEST * 1024 * 1024:
            raise StopUpload(connection_reset=True)
        super().receive_data_chunk(raw_data, start)


@csrf_exempt  # only so that the limit holds before the body is read; `_upload` checks the token
@login_not_required  # answers 401 itself to scripts
@never_cache
@require_POST
def upload(request: HttpRequest, uuid: UUID, position: int) -> HttpResponse:
    """Keep a file as the answer to a question of one's own attempt."""
    scripted = "application/json" in request.headers.get("Accept", "")
    if not isinstance(request.user, User):
        if scripted:
            return JsonResponse({"message": _("Log in again, then choose the file once more.")}, status=401)
        return redirect("account_login")
    try:
        limit = _limit(request.user, uuid, position)
    except (Attempt.DoesNotExist, AttemptItem.DoesNotExist) as error:
        raise Http404 from error
    if int(request.headers.get("Content-Length") or 0) > limit * 1024 * 1024 + FORM_BYTES:
        return _refused(request, uuid, position, too_large(limit), status=413, scripted=scripted)
    request.upload_handlers = [LimitedHandler(request)]
    return _upload(request, uuid, position, scripted)


def _limit(user: User, uuid: UUID, position: int) -> int:
    """Megabytes that the question takes; 0 for a question that takes no file."""
    item = AttemptItem.objects.select_related("item_version").get(attempt=own_attempt(user, uuid), position=position)
    return int(item.content["megabytes"]) if item.item_version.kind_object.uploads else 0


@csrf_protect
def _upload(request: HttpRequest, uuid: UUID, position: int, scripted: bool) -> HttpResponse:
    attempt = find_open_attempt(request, uuid)
    if not attempt.is_open:
        return _closed(request, uuid, scripted=scripted)
    file = request.FILES.get("file")
    if file is None:
        nothing = JsonResponse({"message": _("Choose a file first.")}, status=400)
        return nothing if scripted else answer(request, attempt, position)
    try:
        shown = request.POST.get("shown", "")
        saved = save_upload(signed_in(request), attempt=uuid, position=position, file=file, shown=shown)
    except DomainError as error:
        return _refused(request, uuid, position, error, status=400, scripted=scripted)
    if scripted:
        return _told(saved)
    if saved.status is SaveStatus.STALE:
        messages.warning(request, stale_answer())
        return redirect("assessments:player", uuid=uuid, position=position)
    return answer(request, attempt, position)


def _told(saved: SaveResult) -> JsonResponse:
    stale = saved.status is SaveStatus.STALE
    told = {"value": saved.value, "stale": stale, "saved_at": saved.saved_at.isoformat()}
    return JsonResponse({**told, "sequence": saved.sequence, "message": stale_answer() if stale else ""})


def _closed(request: HttpRequest, uuid: UUID, *, scripted: bool) -> HttpResponse:
    message = _("This attempt is closed. What was saved before counts.")
    if scripted:
        url = reverse("assessments:result", kwargs={"uuid": uuid})
        return JsonResponse({"message": message, "next": url}, status=409)
    messages.warning(request, message)
    return redirect("assessments:result", uuid=uuid)


def _refused(
    request: HttpRequest, uuid: UUID, position: int, error: DomainError, *, status: int, scripted: bool
) -> HttpResponse:
    if error.code == "closed":
        return _closed(request, uuid, scripted=scripted)
    if scripted:
        return JsonResponse({"code": error.code, "message": str(error.message)}, status=status)
    messages.error(request, str(error.message))
    return redirect("assessments:player", uuid=uuid, position=position)


@never_cache
@require_safe
def own(request: HttpRequest, uuid: UUID) -> HttpResponseBase:
    """A file of one's own."""
    try:
        return sent(request, own_file(signed_in(request), uuid))
    except AnswerFile.DoesNotExist as error:
        raise Http404 from error


def sent(request: HttpRequest, row: AnswerFile, *, name: str = "") -> HttpResponseBase:
    """The file as an attachment of its true type, never sniffed and never run; parts of it for players that seek.

    Raises Http404 when the storage does not have it.
    """
    try:
        file = default_storage.open(row.stored_as, "rb")
    except FileNotFoundError as error:
        raise Http404 from error
    response = FileResponse(file, as_attachment=True, filename=name or row.name, content_type=row.media_type)
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Cache-Control"] = "private, no-store"
    return in_part(request, response)
