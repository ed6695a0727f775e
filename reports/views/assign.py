"""Manual assignment: choose what, until when and who; look at the dry run; confirm exactly that."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from enablement.core.errors import DomainError
from people import roles
from people.selectors import visible_people
from reports.enums import PlanKind
from reports.filters import FilterForm
from reports.forms import AssignForm
from reports.models import AssignmentPlan
from reports.selectors import matrix_people
from reports.services import confirm_assignment, dry_run, log_look, plan_assignment
from reports.views.common import actor_of, chips, for_role, page_of

PEOPLE_SHOWN = 60
PER_PAGE = 100


@require_http_methods(["GET", "HEAD", "POST"])
@for_role(roles.may_assign)
def assign(request: HttpRequest) -> HttpResponseBase:
    """GET: search people by the report's filters, choose. POST: freeze the choice as a plan and show its dry run."""
    actor = actor_of(request)
    query = QueryDict(request.POST.get("query", "")[:4000]) if request.method == "POST" else request.GET
    search = FilterForm(actor, query)
    filters = search.filters()
    people = matrix_people(actor, filters).select_related("function", "org_unit")
    form = AssignForm(
        request.POST if request.method == "POST" else None, initial={"activity": request.GET.get("target")}
    )
    if request.method == "POST" and form.is_valid():
        if form.cleaned_data["whom"] == "matching":
            chosen = people
        else:
            chosen = visible_people(actor).filter(uuid__in=form.picked(request.POST.getlist("people")))
        try:
            plan = plan_assignment(
                actor,
                activity=form.cleaned_data["activity"],
                due_at=form.cleaned_data["due"],
                users=chosen,
                send_mail=form.cleaned_data["send_mail"],
            )
        except DomainError as refusal:
            form.add_error(None, str(refusal.message))
        else:
            return redirect("reports:plan", uuid=plan.uuid)
    shown = list(people[:PEOPLE_SHOWN])
    log_look(actor, action="assign_search", params=filters.params)
    context: dict[str, Any] = {
        "form": form,
        "search": search,
        "chips": chips(request, search) if request.method != "POST" else [],
        "people": shown,
        "matching": people.count(),
        "picked": set(request.POST.getlist("people")),
        "query": query.urlencode(),
    }
    return render(request, "reports/assign.html", context, status=422 if form.errors else 200)


@require_safe
@for_role(roles.may_assign)
def plan(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """The dry run: counts and names. After the confirmation: the result. Survives a reload."""
    actor = actor_of(request)
    found = get_object_or_404(AssignmentPlan.objects.select_related("activity"), uuid=uuid, actor=actor)
    run = dry_run(actor, found)
    log_look(actor, action="assign_plan", params={"activity": str(found.activity.key)})
    counts = [(kind, run.counts[kind]) for kind in PlanKind]
    page = page_of(request, run.people, PER_PAGE)
    return render(request, "reports/plan.html", {"plan": found, "run": run, "counts": counts, "page": page})


@require_POST
@for_role(roles.may_assign)
def confirm(request: HttpRequest, uuid: UUID) -> HttpResponseBase:
    actor = actor_of(request)
    found = get_object_or_404(AssignmentPlan, uuid=uuid, actor=actor)
    try:
        done = confirm_assignment(actor, plan=found, token=request.POST.get("token", ""))
    except DomainError as refusal:
        messages.error(request, str(refusal.message))
    else:
        count = done.result["created"] + done.result["changed"]
        text = ngettext("Assigned to %(count)s person.", "Assigned to %(count)s people.", count) % {"count": count}
        messages.success(request, " ".join((text, _("The list below shows whom."))))
    return redirect("reports:plan", uuid=uuid)
