"""Writes of the reports room: export jobs and confirmed assignments."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from courses import services as courses_services
from courses.models import Activity
from enablement.core.claimable import WorkState
from enablement.core.errors import DomainError
from enablement.core.wake import wake
from people import roles
from people.models import User
from people.selectors import visible_people
from people.services import log_access
from reports.enums import ExportKind, PlanKind
from reports.filters import FilterForm
from reports.models import KEEP_EXPORTS, AssignmentMail, AssignmentPlan, ExportJob
from reports.numbers import forget_numbers
from reports.selectors import assigned_before, plan_kinds, to_be_told
from reports.tasks import run_export, send_mails

MAX_WAITING = 3


# --- looking --------------------------------------------------------------------------------------------------------
def log_look(actor: User, *, action: str, params: Mapping[str, str], subject: User | None = None) -> None:
    """Note a look at a list (subject None) or at one person; the detail holds the filters, never results."""
    detail = "&".join(f"{key}={value}" for key, value in sorted(params.items()))
    log_access(actor, subjects=[subject], action=action, detail=detail)


# --- exports --------------------------------------------------------------------------------------------------------
@transaction.atomic
def request_export(actor: User, *, kind: ExportKind, form: FilterForm, language: str) -> ExportJob:
    """Put an export in the queue. DomainError when three of the requester's exports are still waiting."""
    User.objects.select_for_update().get(pk=actor.pk)  # so that two clicks are counted one after the other
    waiting = ExportJob.objects.filter(requested_by=actor, work_state__in=(WorkState.QUEUED, WorkState.RUNNING)).count()
    if waiting >= MAX_WAITING:
        raise DomainError(_("Three of your exports are still waiting. Cancel one or wait until it is done."))
    filters = form.filters()
    scope = roles.hr_scope(actor)
    job = ExportJob.objects.create(
        requested_by=actor,
        kind=kind,
        filters=dict(filters.params),
        scope_path="" if scope is None else scope.path,
        language=language,
        moment=filters.moment,
        expires_at=timezone.now() + KEEP_EXPORTS,
    )
    log_look(actor, action="export", params={**filters.params, "format": kind})
    wake(run_export, job.pk)
    return job


def cancel_export(actor: User, *, job: ExportJob) -> bool:
    """Cancel a waiting or running export of one's own; the worker stops at its next block. False if it had ended."""
    changed = ExportJob.objects.filter(
        pk=job.pk, requested_by=actor, work_state__in=(WorkState.QUEUED, WorkState.RUNNING)
    ).update(work_state=WorkState.CANCELLED, lease_until=None, finished_at=timezone.now())
    return changed == 1


# --- assignment -----------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class DryRun:
    """What a plan would do now. `token` names exactly this set and its effects; only it can be confirmed."""

    people: list[tuple[User, PlanKind]]
    counts: dict[PlanKind, int]
    token: str

    @property
    def changes(self) -> int:
        return self.counts[PlanKind.NEW] + self.counts[PlanKind.CHANGED]


def plan_assignment(
    actor: User, *, activity: Activity, due_at: datetime | None, users: Iterable[User], send_mail: bool = True
) -> AssignmentPlan:
    """Freeze whom an assignment would reach. Nothing is assigned. DomainError when nobody is chosen."""
    ids = sorted({user.pk for user in users})
    if not ids:
        raise DomainError(_("Nobody is chosen. Pick people, or everybody who matches the filters."))
    return AssignmentPlan.objects.create(
        actor=actor, activity=activity, due_at=due_at, user_ids=ids, send_mail=send_mail
    )


def dry_run(actor: User, plan: AssignmentPlan) -> DryRun:
    """Who is in the plan and what would happen to each now; people outside the actor's view have dropped out."""
    people = list(
        visible_people(actor)
        .filter(pk__in=plan.user_ids)
        .select_related("function", "org_unit")
        .order_by("last_name", "first_name", "pk")
    )
    kinds = plan_kinds(plan.activity, plan.due_at, people)
    pairs = [(person, kinds[person.pk]) for person in people]
    stamp = "\n".join([str(plan.uuid), *(f"{person.pk}:{kind.value}" for person, kind in pairs)])
    counts = {kind: sum(1 for _person, found in pairs if found == kind) for kind in PlanKind}
    return DryRun(pairs, counts, hashlib.sha256(stamp.encode()).hexdigest())


@transaction.atomic
def confirm_assignment(actor: User, *, plan: AssignmentPlan, token: str) -> AssignmentPlan:
    """Assign exactly what the dry run with this token showed; a second confirmation returns the first's result.

    DomainError (code `changed`) when the set or its effects are no longer what was shown.
    """
    plan = AssignmentPlan.objects.select_for_update().select_related("activity").get(pk=plan.pk)
    if plan.confirmed_at is not None:
        return plan
    found = dry_run(actor, plan)
    if token != found.token:
        raise DomainError(
            _("Something has changed since the list was shown. Nothing was assigned; please look at the list again."),
            code="changed",
        )
    if not plan.activity.is_live:
        raise DomainError(_("This is no longer published. Nothing was assigned."), code="changed")
    chosen = [person for person, kind in found.people if kind != PlanKind.COMPLETED]
    told = assigned_before(plan.activity, chosen)
    result = courses_services.assign(actor, activity=plan.activity, users=chosen, due_at=plan.due_at)
    mails = _mail_to(plan.activity, [person for person in chosen if person.pk not in told]) if plan.send_mail else 0
    plan.result = {
        "created": result.created,
        "changed": result.changed,
        "unchanged": result.unchanged,
        "mails": mails,
    }
    plan.confirmed_at = timezone.now()
    plan.save(update_fields=["result", "confirmed_at"])
    transaction.on_commit(forget_numbers)
    due = plan.due_at.date().isoformat() if plan.due_at else ""
    log_access(actor, subjects=chosen, action="assign", detail=f"activity={plan.activity.key}&due={due}")
    return plan


def _mail_to(activity: Activity, people: Iterable[User]) -> int:
    """Put one mail for each of these people in the queue, and wake a worker for all. Returns how many."""
    enrollments = to_be_told(activity, people)
    rows = [AssignmentMail(enrollment=enrollment) for enrollment in enrollments]
    AssignmentMail.objects.bulk_create(rows, batch_size=500, ignore_conflicts=True)
    if rows:
        wake(send_mails)
    return len(rows)
