"""Request ids, content security policy, and refusals that people can read."""

import logging
import re
import secrets
from collections.abc import Callable
from http import HTTPStatus

from csp.middleware import CSPMiddleware, PolicyParts
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect, JsonResponse
from django.middleware.locale import LocaleMiddleware
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language

from enablement.core.errors import DomainError
from enablement.core.logs import request_id

GetResponse = Callable[[HttpRequest], HttpResponseBase]
access_log = logging.getLogger("doppelpass.access")
_SAFE_ID = re.compile(r"[A-Za-z0-9_-]{8,64}")


class RequestIdMiddleware:
    """Takes a well-formed X-Request-ID from the proxy or makes one, and gives it to the logs and the response."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        sent = request.headers.get("X-Request-ID", "")
        token = request_id.set(sent if _SAFE_ID.fullmatch(sent) else secrets.token_hex(8))
        try:
            response = self.get_response(request)
            response["X-Request-ID"] = request_id.get()
            access_log.info("%s %s %s", request.method, request.path, response.status_code)
            return response
        finally:
            request_id.reset(token)


class LanguageMiddleware(LocaleMiddleware):
    """Django's, but a 404 that a view answered stays a 404.

    Django takes every 404 outside the language prefixes as "the prefix is missing" and redirects to `/de/…`, where the
    page tree's catch-all matches anything; so `/admin/…` and `/media/…` would never say "not found".
    """

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        if response.status_code == HTTPStatus.NOT_FOUND and request.resolver_match is not None:
            response.headers.setdefault("Content-Language", get_language() or settings.LANGUAGE_CODE)
            return response
        return super().process_response(request, response)


class ContentSecurityPolicyMiddleware(CSPMiddleware):
    """The strict policy everywhere, the CMS's looser one under the CMS's own path only."""

    def get_policy_parts(
        self, request: HttpRequest, response: HttpResponseBase, report_only: bool = False
    ) -> PolicyParts:
        parts = super().get_policy_parts(request, response, report_only)
        if not report_only and request.path.startswith(reverse("wagtailadmin_home")):
            parts.config = settings.CMS_CONTENT_SECURITY_POLICY
        return parts


class DomainErrorMiddleware:
    """Turns a `DomainError` into an answer: JSON 409 for scripts, a message and the way back for people."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, DomainError):
            return None
        if request.accepts("application/json") and not request.accepts("text/html"):
            return JsonResponse({"code": exception.code, "message": str(exception.message)}, status=409)
        back = request.headers.get("Referer", "")
        if request.method == "POST" and url_has_allowed_host_and_scheme(back, {request.get_host()}):
            messages.error(request, str(exception.message))
            redirect = HttpResponseRedirect(back)
            patch_vary_headers(redirect, ["Referer"])
            return redirect
        return render(request, "errors/refused.html", {"message": exception.message}, status=409)
