"""Writes of the certificates room: issue, revoke, show initials. Lock order: enrolment, then certificate."""

import secrets
from datetime import datetime
from functools import partial

from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from certificates import selectors
from certificates.enums import CertificateKind, CertificateState
from certificates.models import Certificate, CertificateSettings
from certificates.wording import teaching_units, words
from courses.enums import ActivityKind
from courses.models import Enrollment
from enablement.core.claimable import WorkState
from enablement.core.errors import DomainError
from people import roles
from people.models import User
from people.services import log_access


def is_due(enrollment: Enrollment) -> bool:
    """Whether this enrolment earns a certificate: satisfied, and the path or module asks for one."""
    activity = enrollment.activity
    return (
        enrollment.satisfied_at is not None
        and activity.certificate
        and activity.kind in {ActivityKind.PATH, ActivityKind.MODULE}
    )


@transaction.atomic
def issue_certificate(enrollment: Enrollment, *, tested: bool) -> Certificate | None:
    """Create the one certificate of a satisfied enrolment; None when none is due. Callers wake the renderer.

    Called in the transaction that satisfies the enrolment, and again by the sweep: whoever comes second gets the row
    of the first. The enrolment's lock makes them queue; the unique constraint holds if somebody forgets the lock.
    """
    enrollment = (
        Enrollment.objects.select_for_update(of=("self",)).select_related("activity", "user").get(pk=enrollment.pk)
    )
    if not is_due(enrollment) or enrollment.user.erased_at is not None:
        return None
    key = {"user": enrollment.user, "activity": enrollment.activity, "cycle": enrollment.cycle}
    if existing := Certificate.objects.filter(**key).first():
        return existing
    kind = CertificateKind.ACHIEVEMENT if tested else CertificateKind.ATTENDANCE
    language = enrollment.user.language
    layout = CertificateSettings.load()
    issued_at = timezone.now()
    valid_until = months_later(issued_at, layout.validity_months) if layout.validity_months else None
    certificate = Certificate(
        **key,
        number=f"~{secrets.token_hex(12)}",  # the real number follows from the primary key: no counter to lock
        kind=kind,
        language=language,
        issued_at=issued_at,
        valid_until=valid_until,
        frozen=frozen_content(enrollment, kind=kind, language=language, issued_at=issued_at, valid_until=valid_until),
    )
    certificate.save()
    certificate.number = f"DP-{timezone.localtime(issued_at).year}-{certificate.pk:06d}"
    certificate.save(update_fields=["number"])
    return certificate


def frozen_content(
    enrollment: Enrollment, *, kind: str, language: str, issued_at: datetime, valid_until: datetime | None
) -> dict[str, object]:
    """Everything that is printed besides number and code, as JSON. Dates are ISO days in the site's time zone."""
    contents, minutes = selectors.contents_of(enrollment, language=language)
    return {
        **_layout_content(kind=kind, language=language, issued_at=issued_at, valid_until=valid_until),
        "holder": enrollment.user.get_full_name(),
        "title": enrollment.activity.title_in(language),
        "is_path": enrollment.activity.kind == ActivityKind.PATH,
        "contents": contents,
        "minutes": minutes,
        "units": teaching_units(minutes, language),
    }


def _layout_content(
    *, kind: str, language: str, issued_at: datetime, valid_until: datetime | None
) -> dict[str, object]:
    layout = CertificateSettings.load()
    return {
        "form": 1,
        "text": layout.text(kind, language) or words(language).text(kind),
        "issuer": layout.issuer,
        "place": layout.place,
        "signatory_name": layout.signatory_name,
        "signatory_role": layout.signatory_role(language),
        "accent": layout.accent,
        "logo": layout.logo_file,
        "issued_on": timezone.localtime(issued_at).date().isoformat(),
        "valid_until": timezone.localtime(valid_until).date().isoformat() if valid_until else None,
    }


def sample_content(*, kind: str, language: str, today: datetime) -> dict[str, object]:
    """What a sample prints: the saved layout around invented learning. Writes nothing."""
    months = CertificateSettings.load().validity_months
    own = words(language)
    return {
        **_layout_content(
            kind=kind,
            language=language,
            issued_at=today,
            valid_until=months_later(today, months) if months else None,
        ),
        "holder": own.sample_holder,
        "title": own.sample_title,
        "is_path": False,
        "contents": list(own.sample_contents),
        "minutes": 90,
        "units": teaching_units(90, language),
    }


def months_later(moment: datetime, months: int) -> datetime:
    """The end of the same day of the month, `months` later; the 31st becomes the last day of a shorter month."""
    local = timezone.localtime(moment)
    month = local.month - 1 + months
    year, month = local.year + month // 12, month % 12 + 1
    for day in (local.day, 30, 29, 28):
        try:
            naive = datetime(year, month, day, 23, 59, 59)  # noqa: DTZ001 - made aware in the next line
        except ValueError:
            continue
        return timezone.make_aware(naive)
    raise AssertionError("every month has a 28th day")


@transaction.atomic
def revoke_certificate(actor: User, *, certificate: Certificate, reason: str) -> Certificate:
    """Withdraw a certificate for good; the PDF stays verifiable, as revoked.

    Refuses (DomainError) without a reason and for people who may not revoke or whose scope ends elsewhere. A second
    revocation changes nothing: the first reason stays.
    """
    reason = " ".join(reason.split())
    if not reason:
        raise DomainError(_("Please give a reason. The certificate is unchanged."), code="reason_missing")
    if not roles.may_revoke(actor) or not selectors.manageable(actor).filter(pk=certificate.pk).exists():
        raise DomainError(_("You may not revoke this certificate."), code="forbidden")
    certificate = Certificate.objects.select_for_update(of=("self",)).get(pk=certificate.pk)
    if certificate.state == CertificateState.REVOKED:
        return certificate
    certificate.state = CertificateState.REVOKED
    certificate.revoked_at = timezone.now()
    certificate.revoked_by = actor
    certificate.revocation_reason = reason[:300]
    certificate.save(update_fields=["state", "revoked_at", "revoked_by", "revocation_reason"])
    log_access(actor, subjects=[certificate.user], action="certificate.revoke", detail=certificate.number)
    return certificate


def set_initials_shown(user: User, *, certificate: Certificate, shown: bool) -> None:
    """The holder's consent to show initials on the public page; given and taken back by the holder alone."""
    Certificate.objects.filter(pk=certificate.pk, user=user).update(show_initials=shown)


@transaction.atomic
def render_again(actor: User, *, certificate: Certificate) -> bool:
    """Give a certificate whose rendering was given up a fresh start. False when it was not given up (any more)."""
    if not roles.may_revoke(actor) or not selectors.manageable(actor).filter(pk=certificate.pk).exists():
        raise DomainError(_("You may not change this certificate."), code="forbidden")
    changed = Certificate.objects.filter(pk=certificate.pk, work_state=WorkState.FAILED).update(
        work_state=WorkState.QUEUED, work_attempts=0, run_after=timezone.now(), lease_until=None
    )
    if changed:
        log_access(actor, subjects=[certificate.user], action="certificate.render", detail=certificate.number)
    return bool(changed)


def personal_data_of(user: User) -> list[dict[str, object]]:
    """Everything this room holds about a person, for the export of one's own data (GDPR 15, 20)."""
    return [
        {
            "number": certificate.number,
            "kind": certificate.kind,
            "code": certificate.code,
            "printed": certificate.frozen,
            "issued_at": certificate.issued_at.isoformat(),
            "valid_until": certificate.valid_until.isoformat() if certificate.valid_until else None,
            "state": certificate.state,
            "revoked_at": certificate.revoked_at.isoformat() if certificate.revoked_at else None,
            "revocation_reason": certificate.revocation_reason,
            "mailed_at": certificate.mailed_at.isoformat() if certificate.mailed_at else None,
            "initials_shown": certificate.show_initials,
            "sha256": certificate.sha256,
        }
        for certificate in Certificate.objects.filter(user=user).order_by("pk")
    ]


def _delete_files(names: list[str]) -> None:
    for name in names:
        default_storage.delete(name)


def erase_person(user: User) -> int:
    """Take the name and the file out of a person's certificates; number, title and dates stay as anonymous counts.

    The people room calls this when the time of keeping is over (employment plus `record_years`) or when HR erases.
    Returns how many rows it emptied. Files go after the commit: a rollback must not leave rows that point to nothing.
    """
    with transaction.atomic():
        certificates = list(Certificate.objects.select_for_update(of=("self",)).filter(user=user))
        files = [certificate.file for certificate in certificates if certificate.file]
        for certificate in certificates:
            certificate.frozen = {**certificate.frozen, "holder": ""}
            certificate.file = ""
            certificate.show_initials = False
            certificate.revocation_reason = "–" if certificate.revocation_reason else ""
            certificate.work_state = WorkState.CANCELLED
            certificate.lease_until = None
            certificate.save()
        transaction.on_commit(partial(_delete_files, files))
    return len(certificates)
