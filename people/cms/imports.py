"""Import of people in the CMS: upload, dry run, confirm."""

from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from people import roles
from people.cms.forms import ImportForm
from people.importing import COLUMNS, MAX_BYTES, ImportFault, ImportPlan, apply_import, plan_import, read_people
from people.models import PeopleImport, User
from people.services import log_access

PREVIEW = 50


def _actor(request: HttpRequest) -> User:
    if not isinstance(request.user, User) or not roles.may_manage_people(request.user):
        raise Http404
    return request.user


@require_http_methods(["GET", "POST"])
def upload(request: HttpRequest) -> HttpResponse:
    """Takes the file and shows what it would do; nothing is written but the upload itself."""
    actor = _actor(request)
    form = ImportForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        if file.size > MAX_BYTES:
            form.add_error("file", _("The file is larger than %(size)d MB.") % {"size": MAX_BYTES // 2**20})
        else:
            row = PeopleImport.objects.create(uploaded_by=actor, name=file.name[:200], content=file.read())
            return redirect("people_import_preview", row.pk)
    return render(request, "people/cms/import.html", {"form": form, "columns": COLUMNS})


@require_http_methods(["GET", "POST"])
def preview(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The dry run of one's own upload (GET); the import itself (POST)."""
    actor = _actor(request)
    row = PeopleImport.objects.filter(pk=pk, uploaded_by=actor).first()
    if row is None:
        raise Http404
    if row.applied_at is not None:
        messages.info(request, _("This file was imported already. Nothing was changed a second time."))
        return redirect("wagtailusers_users:index")
    if request.method == "POST":
        plan = _apply(actor, row)
        if plan.ok:
            counts = plan.counts()
            text = _("Imported: %(created)d created, %(changed)d changed, %(unchanged)d unchanged.") % counts
            messages.success(request, text)
            return redirect("wagtailusers_users:index")
    else:
        plan = _dry_run(bytes(row.content), actor)
    return render(request, "people/cms/import_preview.html", {"row": row, "plan": plan, **_excerpt(plan)})


@transaction.atomic
def _apply(actor: User, row: PeopleImport) -> ImportPlan:
    """Once, however often the button is pressed: the row is locked, and its content goes with the import."""
    locked = PeopleImport.objects.select_for_update().get(pk=row.pk)
    if locked.applied_at is not None:
        return ImportPlan()
    plan = apply_import(bytes(locked.content), actor=actor)
    if plan.ok:
        locked.applied_at, locked.content, locked.summary = timezone.now(), b"", plan.counts()
        locked.save()
        log_access(actor, subjects=[None], action="import", detail=str(plan.counts()))
    return plan


def _dry_run(content: bytes, actor: User) -> ImportPlan:
    rows, faults = read_people(content)
    return ImportPlan(faults=faults) if faults else plan_import(rows, actor=actor)


def _excerpt(plan: ImportPlan) -> dict[str, object]:
    faults: list[ImportFault] = plan.faults
    return {
        "created": plan.created[:PREVIEW],
        "changed": plan.changed[:PREVIEW],
        "units": [" > ".join(path) for path in plan.new_units[:PREVIEW]],
        "more_created": max(0, len(plan.created) - PREVIEW),
        "more_changed": max(0, len(plan.changed) - PREVIEW),
        "headline": ngettext(
            "%(count)d problem: nothing can be imported yet",
            "%(count)d problems: nothing can be imported yet",
            len(faults),
        )
        % {"count": len(faults)},
    }
