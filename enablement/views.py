"""Health endpoints and protected media: wiring that belongs to no room."""

import logging
import mimetypes
import secrets
import sys
from collections.abc import Callable
from datetime import timedelta

from celery import current_app
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import DatabaseError, connection
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.template.loader import get_template
from django.urls import reverse
from django.views.decorators.http import require_safe

from courses.views.documents import in_parts
from enablement.core import metrics
from enablement.core.errors import is_outage
from enablement.core.models import Heartbeat

logger = logging.getLogger(__name__)
SWEEPS = ("analyses", "attempts", "certificates", "exports", "mails", "outlines")


@login_not_required
@require_safe
def health_live(request: HttpRequest) -> HttpResponse:
    """The process answers. For the process manager: restart when it does not."""
    return JsonResponse({"status": "ok"})


def _database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def _broker() -> None:
    with current_app.connection_for_write(connect_timeout=2) as broker:
        broker.ensure_connection(max_retries=1, timeout=3)


def _storage() -> None:
    name = default_storage.save(f"health/{secrets.token_hex(8)}", ContentFile(b"ok"))
    default_storage.delete(name)


def _sweeps() -> None:
    limit = timedelta(seconds=settings.SWEEP_SECONDS * 3 + 30)
    for name in SWEEPS:
        age = Heartbeat.age(name)
        if age is None or age > limit:
            raise RuntimeError(f"the sweep of {name} has not run for {age}")


PROBES: dict[str, Callable[[], None]] = {
    "database": _database,
    "broker": _broker,
    "storage": _storage,
    "sweeps": _sweeps,
}


@login_not_required
@require_safe
def health_ready(request: HttpRequest) -> HttpResponse:
    """Database, broker, storage and the age of the sweeps. 503 when one fails; details go to the log only."""
    result: dict[str, str] = {}
    for name, probe in PROBES.items():
        try:
            probe()
        except Exception:
            logger.warning("readiness probe %s failed", name, exc_info=True)
            result[name] = "failed"
        else:
            result[name] = "ok"
    return JsonResponse(result, status=200 if set(result.values()) == {"ok"} else 503)


@login_not_required
@require_safe
def health_metrics(request: HttpRequest) -> HttpResponse:
    """Counters and queues for a monitoring system that knows METRICS_TOKEN; for everybody else it does not exist."""
    sent = request.headers.get("Authorization", "")
    if not settings.METRICS_TOKEN or not secrets.compare_digest(
        sent.encode(), f"Bearer {settings.METRICS_TOKEN}".encode()
    ):
        raise Http404
    samples = list(metrics.counters())
    try:
        samples += [*metrics.gauges(), metrics.Sample("database_up", {}, 1)]
    except DatabaseError:
        logger.warning("the database does not answer the question for metrics", exc_info=True)
        samples.append(metrics.Sample("database_up", {}, 0))
    return HttpResponse(metrics.exposition(samples), content_type="text/plain; version=0.0.4; charset=utf-8")


@login_not_required
def cms_login(request: HttpRequest) -> HttpResponse:
    """Wagtail sends here whoever may not enter. Strangers log in; for people without a CMS role it does not exist."""
    if request.user.is_authenticated:
        raise Http404
    query = request.GET.urlencode()
    return redirect(f"{reverse('account_login')}?{query}" if query else "account_login")


def nothing_here(request: HttpRequest, rest: str = "") -> HttpResponse:
    """Covers an address of a library that must not be reachable."""
    raise Http404


# Folders of the storage that pages may show. Everything else (certificates, exports) goes through its room's view.
PUBLIC_FOLDERS = ("images/", "original_images/", "questions/", "brand/")


@require_safe
def media(request: HttpRequest, name: str) -> HttpResponseBase:
    """Images of the CMS and media of questions, for people who are logged in. Never executed: nosniff and a sandbox."""
    if not name.startswith(PUBLIC_FOLDERS) or ".." in name or not default_storage.exists(name):
        raise Http404
    try:
        file = default_storage.open(name)
    except IsADirectoryError as error:
        raise Http404 from error
    response = FileResponse(file, content_type=mimetypes.guess_type(name)[0])
    response["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
    response["Cache-Control"] = "private, max-age=86400"
    return in_parts(request, response)


def server_error(request: HttpRequest) -> HttpResponse:
    """An error that nobody caught. An outage of database or disk is 503: ask again, nothing is wrong with the request.

    The player's outbox keeps an answer and sends it again on either; proxies and monitors can tell the two apart.
    """
    outage = is_outage(sys.exc_info()[1])
    metrics.count("outages_total" if outage else "errors_total")
    if request.resolver_match is not None and request.resolver_match.view_name == "assessments:save":
        metrics.count("autosave_errors_total")
    status = 503 if outage else 500
    if request.accepts("application/json") and not request.accepts("text/html"):
        response: HttpResponse = JsonResponse({"code": "outage" if outage else "error"}, status=status)
    else:
        try:
            response = HttpResponse(get_template("500.html").render(), status=status)
        except Exception:  # the page about the error must not depend on what is broken
            logger.exception("the page for errors could not be shown")
            response = HttpResponse(status=status)
    if outage:
        response["Retry-After"] = "5"
    return response


@require_safe
def help_page(request: HttpRequest) -> HttpResponse:
    """How learning, tests, certificates and privacy work here."""
    return render(request, "help.html")
