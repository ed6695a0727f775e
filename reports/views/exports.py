"""Exports: ask for one, watch it, cancel it, fetch it."""

from uuid import UUID

from django.contrib import messages
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from people import roles
from reports.enums import ExportKind
from reports.filters import FilterForm
from reports.models import ExportJob
from reports.selectors import may_fetch
from reports.services import cancel_export, log_look, request_export
from reports.views.common import actor_of, for_role, page_of

PER_PAGE = 20
TYPES = {
    ExportKind.CSV: "text/csv; charset=utf-8",
    ExportKind.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@require_safe
@for_role(roles.may_report)
def exports(request: HttpRequest) -> HttpResponse:
    """One's own exports. The list renews itself by htmx while something runs, and by reload without JavaScript."""
    actor = actor_of(request)
    jobs = ExportJob.objects.filter(requested_by=actor, expires_at__gt=timezone.now())
    page = page_of(request, jobs, PER_PAGE)
    entries = [
        {"job": job, "filters": FilterForm(actor, job.filters).described(), "may_fetch": may_fetch(actor, job)}
        for job in page
    ]
    running = any(job.is_waiting for job in page)
    template = "reports/exports_list.html" if request.headers.get("HX-Request") else "reports/exports.html"
    return render(request, template, {"entries": entries, "page": page, "running": running})


@require_POST
@for_role(roles.may_report)
def create(request: HttpRequest) -> HttpResponseBase:
    """POST `kind` and `query`, the report's URL parameters."""
    kind = request.POST.get("kind", "")
    if kind not in ExportKind.values:
        raise Http404
    form = FilterForm(actor_of(request), QueryDict(request.POST.get("query", "")[:4000]))
    request_export(actor_of(request), kind=ExportKind(kind), form=form, language=get_language() or "de")
    messages.success(request, _("The export is being made. You can leave this page; it stays in the list."))
    return redirect("reports:exports")


@require_POST
@for_role(roles.may_report)
def cancel(request: HttpRequest, uuid: UUID) -> HttpResponseBase:
    job = get_object_or_404(ExportJob, uuid=uuid, requested_by=actor_of(request))
    if cancel_export(actor_of(request), job=job):
        messages.success(request, _("The export was cancelled. Nothing was kept of it."))
    else:
        messages.info(request, _("The export had already ended."))
    return redirect("reports:exports")


@require_safe
@for_role(roles.may_report)
def download(request: HttpRequest, uuid: UUID) -> HttpResponseBase:
    """The file, to the requester alone, while still HR with at least the same view. Each download is noted."""
    actor = actor_of(request)
    job = get_object_or_404(ExportJob, uuid=uuid, requested_by=actor)
    name = job.file.name or ""
    if not (job.is_ready and may_fetch(actor, job) and default_storage.exists(name)):
        raise Http404
    log_look(actor, action="export_download", params={**job.filters, "format": job.kind})
    day = timezone.localtime(job.moment).date().isoformat()
    response = FileResponse(
        default_storage.open(name),
        as_attachment=True,
        filename=f"doppelpass-{day}.{job.kind}",
        content_type=TYPES[ExportKind(job.kind)],
    )
    response["Cache-Control"] = "private, no-store"
    response["X-Content-Type-Options"] = "nosniff"
    return response
