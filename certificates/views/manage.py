"""HR's list and revocation, and the sample for those who set up the layout."""

from typing import cast

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from certificates import selectors, services
from certificates.enums import CertificateKind
from certificates.forms import FindForm, RevokeForm
from certificates.rendering import render_pdf
from certificates.tasks import render_certificate
from enablement.core.wake import wake
from people import roles
from people.models import User
from people.services import log_access

PAGE_SIZE = 25


def _hr(request: HttpRequest) -> User:
    if not roles.may_revoke(request.user):
        raise Http404
    return cast("User", request.user)


@require_safe
def manage(request: HttpRequest) -> HttpResponse:
    """Certificates within HR's scope. Every look is logged: who is listed, and what was searched."""
    actor = _hr(request)
    form = FindForm(request.GET)
    values = form.values()
    found = selectors.search_manageable(actor, query=values["q"], state=values["state"])
    page = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page"))
    subjects = {certificate.user_id: certificate.user for certificate in page.object_list}
    log_access(
        actor, subjects=subjects.values(), action="certificates.list", detail=f"q={values['q']} state={values['state']}"
    )
    return render(request, "certificates/manage.html", {"form": form, "page": page, "filtered": any(values.values())})


@require_http_methods(["GET", "HEAD", "POST"])
def revoke(request: HttpRequest, pk: int) -> HttpResponse:
    """Confirm with a reason, then revoke."""
    actor = _hr(request)
    certificate = get_object_or_404(selectors.manageable(actor).select_related("user"), pk=pk)
    form = RevokeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        services.revoke_certificate(actor, certificate=certificate, reason=form.cleaned_data["reason"])
        messages.success(request, _("Certificate %(number)s is revoked.") % {"number": certificate.number})
        return redirect("certificates:manage")
    if request.method != "POST":
        log_access(actor, subjects=[certificate.user], action="certificate.view", detail=certificate.number)
    return render(request, "certificates/revoke.html", {"certificate": certificate, "form": form})


@require_POST
def render_again(request: HttpRequest, pk: int) -> HttpResponse:
    """Try a certificate again whose rendering was given up."""
    actor = _hr(request)
    certificate = get_object_or_404(selectors.manageable(actor).select_related("user"), pk=pk)
    if services.render_again(actor, certificate=certificate):
        wake(render_certificate, certificate.pk)
        messages.success(request, _("%(number)s is being rendered again.") % {"number": certificate.number})
    return redirect("certificates:manage")


@require_safe
def sample(request: HttpRequest) -> HttpResponse:
    """A sample with the saved layout, for those who set it up. Records nothing: there is no row, no number."""
    user = request.user
    if not (roles.may_author(user) or roles.may_manage_people(user)):
        raise Http404
    language = "en" if (request.GET.get("language") or get_language() or "de").startswith("en") else "de"
    kind = CertificateKind.ATTENDANCE if request.GET.get("kind") == "attendance" else CertificateKind.ACHIEVEMENT
    data = render_pdf(
        services.sample_content(kind=kind, language=language, today=timezone.now()),
        kind=kind,
        language=language,
        number="DP-0000-000000",
        code="0" * 28,
        verify_url=f"{settings.BASE_URL}/verify/{'0' * 28}",
        sample=True,
    )
    response = HttpResponse(data, content_type="application/pdf")
    response["Content-Disposition"] = 'inline; filename="sample.pdf"'
    response["Cache-Control"] = "private, no-store"
    return response
