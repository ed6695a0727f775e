"""The public check of a certificate. No log-in; the page says nothing that is not on the paper, and less."""

from datetime import date
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_POST, require_safe

from certificates import selectors
from certificates.codes import normalise_code, printed_code
from certificates.enums import CertificateKind
from certificates.throttle import too_many
from certificates.upload import HashOnlyUploadHandler


@login_not_required
@require_safe
def short_verify(request: HttpRequest, code: str = "") -> HttpResponse:
    """What the QR and the paper name: on to the page in the reader's language. Looks nothing up."""
    language = translation.get_language_from_request(request)
    with translation.override(language):
        known = normalise_code(code)
        target = reverse("certificates:verify", args=[known]) if known else reverse("certificates:verify_form")
    response = redirect(target)
    response["Vary"] = "Accept-Language, Cookie"
    return response


@login_not_required
@require_safe
def verify_form(request: HttpRequest) -> HttpResponse:
    """The form for a code; with `?code=` on to its page."""
    typed = request.GET.get("code", "").strip()
    if typed:
        return redirect("certificates:verify", code=normalise_code(typed) or "-")
    return render(request, "certificates/verify.html", {"result": None, "typed": ""})


def _day(value: str) -> date | None:
    return date.fromisoformat(value) if value else None


def _answer(request: HttpRequest, code: str, **more: Any) -> HttpResponse:
    """The result page. An unknown code gets the same status and the same queries as a known one."""
    result = selectors.verify(code)
    context = {
        "result": result,
        "kind": CertificateKind(result.kind).label if result.kind else "",
        "issued_on": _day(result.issued_on),
        "valid_until": _day(result.valid_until),
        "revoked_on": _day(result.revoked_on),
        "printed": printed_code(normalise_code(code)),
        "typed": "",
        **more,
    }
    return render(request, "certificates/verify.html", context)


def _slow_down(request: HttpRequest) -> HttpResponse:
    return render(request, "certificates/slow_down.html", status=429)


@login_not_required
@never_cache
@require_safe
def verify(request: HttpRequest, code: str) -> HttpResponse:
    return _slow_down(request) if too_many(request, action="verify") else _answer(request, code)


@csrf_exempt  # only so that the handler can be set before the body is read; `_verify_file` checks the token
@login_not_required
@never_cache
@require_POST
def verify_file(request: HttpRequest, code: str) -> HttpResponse:
    """Without JavaScript: compare an uploaded file with the hash that was kept. Nothing is stored."""
    request.upload_handlers = [HashOnlyUploadHandler(request)]
    return _slow_down(request) if too_many(request, action="verify") else _verify_file(request, code)


@csrf_protect
def _verify_file(request: HttpRequest, code: str) -> HttpResponse:
    uploaded = request.FILES.get("file")
    digest = getattr(uploaded, "sha256", "")
    kept = selectors.verify(code).sha256
    if not digest:
        return _answer(request, code, file_result="missing")
    return _answer(request, code, file_result="same" if kept and digest == kept else "different")
