"""Saving a reflection or a checklist: a plain POST, or one from the script that saves while you write."""

from typing import cast
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404
from django.utils import formats, timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from courses.enums import ActivityKind
from courses.models import Activity, LessonPage
from courses.services.notes import save_note
from people.models import User

NOTE_BLOCKS = ("checklist", "reflection")


def _kind_of_block(activity: Activity, block_id: UUID) -> str:
    """`checklist` or `reflection`: what the block is in a live page of this lesson. Raises Http404 for any other."""
    for page in LessonPage.objects.live().filter(translation_key=activity.key):
        for raw in page.body.raw_data:
            if raw.get("id") == str(block_id) and raw["type"] in NOTE_BLOCKS:
                return str(raw["type"])
    raise Http404


@require_POST
def save(request: HttpRequest, activity_key: UUID, block_id: UUID) -> HttpResponse:
    """Keep the note of the person who is logged in. A block that the lesson does not have is a 404."""
    user = cast("User", request.user)
    activity = get_object_or_404(
        Activity, key=activity_key, kind=ActivityKind.LESSON, is_live=True, parent__is_live=True
    )
    if _kind_of_block(activity, block_id) == "checklist":
        note = save_note(user, activity=activity, block_id=block_id, ticks=request.POST.getlist("ticks"))
    else:
        note = save_note(user, activity=activity, block_id=block_id, text=request.POST.get("text", ""))
    if request.accepts("application/json") and not request.accepts("text/html"):
        time = formats.time_format(timezone.localtime(note.updated_at), "TIME_FORMAT")
        return JsonResponse({"status": _("Saved %(time)s") % {"time": time}})
    back = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure()):
        back = "/"
    return HttpResponseRedirect(f"{back.partition('#')[0]}#block-{block_id}")
