"""Reads of the certificates room."""

from dataclasses import dataclass
from datetime import timedelta

from django.db import models
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from certificates.codes import normalise_code
from certificates.enums import CertificateState, Validity
from certificates.models import Certificate
from courses.enums import ActivityKind, Verb
from courses.models import Activity, Enrollment, LearningEvent, PathStep
from courses.selectors import audience_of
from courses.selectors.records import is_required
from enablement.core.claimable import WorkState
from enablement.core.prepared import Prepared
from people import roles
from people.models import User
from people.selectors import units_below

MAIL_WINDOW = timedelta(days=7)  # after a week of refused mail the wall has to do


def contents_of(enrollment: Enrollment, *, language: str) -> tuple[list[str], int]:
    """Titles of what was learned (a module's lessons, a path's modules) and the planned minutes, as of satisfaction."""
    keys = set(enrollment.frozen_outline or ())
    audience = audience_of(enrollment.user)
    activity = enrollment.activity
    if activity.kind == ActivityKind.PATH:
        steps = list(PathStep.objects.filter(path=activity).select_related("module").order_by("position"))
        modules = [step.module for step in steps if str(step.module.key) in keys]
        modules = modules or [step.module for step in steps if step.audience in audience]
        children = Activity.objects.filter(parent__in=modules)
        minutes = sum(module.minutes for module in modules)
        minutes += sum(child.minutes for child in children if is_required(child, audience))
        return [module.title_in(language) for module in modules], activity.minutes + minutes
    children = Activity.objects.filter(parent=activity).order_by("position", "pk")
    counted = [child for child in children if str(child.key) in keys]
    counted = counted or [child for child in children if is_required(child, audience)]
    titles = [child.title_in(language) for child in counted if child.kind == ActivityKind.LESSON]
    return titles, activity.minutes + sum(child.minutes for child in counted)


def was_tested(enrollment: Enrollment) -> bool:
    """Whether a test was passed for this satisfied enrolment: what its SATISFIED event says."""
    event = LearningEvent.objects.filter(
        actor=enrollment.user_id, activity=enrollment.activity_id, cycle=enrollment.cycle, verb=Verb.SATISFIED
    ).last()
    return event is not None and bool(event.result.get("success"))


def missing_certificates() -> QuerySet[Enrollment]:
    """Satisfied enrolments that ask for a certificate and have none. Erased people are left alone."""
    issued = Certificate.objects.filter(user=OuterRef("user"), activity=OuterRef("activity"), cycle=OuterRef("cycle"))
    return Enrollment.objects.filter(
        ~Exists(issued),
        satisfied_at__isnull=False,
        activity__certificate=True,
        activity__kind__in=[ActivityKind.PATH, ActivityKind.MODULE],
        user__erased_at=None,
    )


def unmailed() -> QuerySet[Certificate]:
    """Ready certificates whose holders have not been told. Nobody who has left, nothing revoked, nothing stale."""
    return Certificate.objects.filter(
        work_state=WorkState.DONE,
        mailed_at=None,
        state=CertificateState.VALID,
        user__is_active=True,
        issued_at__gt=timezone.now() - MAIL_WINDOW,
    )


def wall(user: User) -> QuerySet[Certificate]:
    """A person's own certificates, newest first."""
    return Certificate.objects.filter(user=user).order_by("-issued_at", "-pk")


def manageable(actor: User) -> QuerySet[Certificate]:
    """Certificates within HR's scope, of people who have left as well; nothing for anybody else."""
    if not roles.may_revoke(actor):
        return Certificate.objects.none()
    certificates = Certificate.objects.filter(user__erased_at=None)
    scope = roles.hr_scope(actor)
    return certificates if scope is None else certificates.filter(user__org_unit__in=units_below(scope))


def search_manageable(actor: User, *, query: str = "", state: str = "") -> QuerySet[Certificate]:
    """HR's list: by name or number, by state (`valid`, `revoked`, `failed`)."""
    found = manageable(actor).select_related("user").order_by("-issued_at", "-pk")
    for word in query.split()[:6]:
        found = found.filter(
            Q(number__icontains=word) | Q(user__first_name__icontains=word) | Q(user__last_name__icontains=word)
        )
    if state in CertificateState.values:
        return found.filter(state=state)
    return found.filter(work_state=WorkState.FAILED) if state == "failed" else found


@dataclass(frozen=True)
class Verification:
    """What the public page may say. Never an e-mail or a name; initials only with the holder's consent."""

    validity: Validity
    code: str = ""
    title: str = ""
    kind: str = ""
    issuer: str = ""
    number: str = ""
    issued_on: str = ""
    valid_until: str = ""
    revoked_on: str = ""
    initials: str = ""
    sha256: str = ""


_by_code = Prepared(lambda code: Certificate.objects.filter(code=code).order_by(), code=models.CharField())


def verify(typed: str) -> Verification:
    """Look a code up. Hit and miss cost one query on one unique index, so time tells nothing."""
    code = normalise_code(typed)
    certificate = _by_code.first(code=code or "-")
    if certificate is None:
        return Verification(Validity.UNKNOWN)
    from_frozen = certificate.frozen
    words = str(from_frozen["holder"]).split() if certificate.show_initials else []
    return Verification(
        validity=certificate.validity(),
        code=certificate.code,
        title=certificate.title,
        kind=certificate.kind,
        issuer=str(from_frozen["issuer"]),
        number=certificate.number,
        issued_on=str(from_frozen["issued_on"]),
        valid_until=str(from_frozen["valid_until"] or ""),
        revoked_on=certificate.revoked_at.date().isoformat() if certificate.revoked_at else "",
        initials=" ".join(f"{word[0]}." for word in (words[:1] + words[1:][-1:])),
        sha256=certificate.sha256,
    )
