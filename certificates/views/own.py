"""What the holder sees: the wall and the file."""

from typing import cast

from django.contrib import messages
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from certificates import selectors
from certificates.models import Certificate
from certificates.services import set_initials_shown
from people import roles
from people.models import User


def _own(request: HttpRequest, pk: int) -> Certificate:
    """The reader's own certificate; 404 for another person's, the same as for one that does not exist."""
    return get_object_or_404(selectors.wall(cast("User", request.user)), pk=pk)


@require_safe
def wall(request: HttpRequest) -> HttpResponse:
    user = cast("User", request.user)
    context = {"certificates": list(selectors.wall(user)), "may_manage": roles.may_revoke(user)}
    return render(request, "certificates/wall.html", context)


@require_safe
def download(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The PDF for its holder. As an attachment, never sniffed, never cached by what stands between."""
    certificate = _own(request, pk)
    if not certificate.is_ready:
        raise Http404
    response = FileResponse(
        default_storage.open(certificate.file, "rb"),
        as_attachment=True,
        filename=f"{certificate.number}.pdf",
        content_type="application/pdf",
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response


@require_POST
def initials(request: HttpRequest, pk: int) -> HttpResponse:
    """The holder's consent to initials on the public page, given or taken back."""
    certificate = _own(request, pk)
    shown = request.POST.get("shown") == "1"
    set_initials_shown(cast("User", request.user), certificate=certificate, shown=shown)
    messages.success(
        request,
        _("The verification page now shows your initials.")
        if shown
        else _("The verification page does not show your initials."),
    )
    return redirect("certificates:wall")
