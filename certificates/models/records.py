"""The certificate: frozen when it is issued, a piece of work until its PDF lies in the storage."""

from datetime import datetime
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from certificates.codes import new_code, printed_code
from certificates.enums import CertificateKind, CertificateState, Validity
from enablement.core.claimable import Claimable, WorkState


class Certificate(Claimable):
    """What somebody was awarded for one activity in one cycle.

    `frozen` holds everything that is printed (see `certificates.services.frozen_content`), so neither a renamed module
    nor a changed layout alters what was issued. The PDF lies in a private folder of the storage.
    """

    number = models.CharField(_("number"), max_length=40, unique=True, editable=False)
    code = models.CharField(_("verification code"), max_length=40, unique=True, default=new_code, editable=False)
    user = models.ForeignKey("people.User", models.PROTECT, related_name="certificates", verbose_name=_("person"))
    activity = models.ForeignKey("courses.Activity", models.PROTECT, related_name="certificates")
    cycle = models.PositiveSmallIntegerField(default=1)
    # No column: how reports join the certificate of an enrolment, which has the same person, activity and cycle.
    enrollment = models.ForeignObject(
        "courses.Enrollment",
        models.DO_NOTHING,
        from_fields=["user", "activity", "cycle"],
        to_fields=["user", "activity", "cycle"],
        related_name="certificates",
        editable=False,
    )
    kind = models.CharField(_("kind"), max_length=12, choices=CertificateKind.choices)
    language = models.CharField(_("language"), max_length=5, choices=settings.LANGUAGES)
    frozen = models.JSONField(editable=False)
    issued_at = models.DateTimeField(_("issued"), default=timezone.now, db_index=True)
    valid_until = models.DateTimeField(_("valid until"), null=True, blank=True, db_index=True)
    state = models.CharField(
        _("state"), max_length=8, choices=CertificateState.choices, default=CertificateState.VALID, editable=False
    )
    revoked_at = models.DateTimeField(null=True, blank=True, editable=False)
    revoked_by = models.ForeignKey(
        "people.User", models.PROTECT, null=True, blank=True, related_name="+", editable=False
    )
    revocation_reason = models.CharField(_("reason"), max_length=300, blank=True, editable=False)
    file = models.CharField(max_length=255, blank=True, editable=False, help_text=_("Name in the private storage."))
    sha256 = models.CharField(max_length=64, blank=True, editable=False)
    mailed_at = models.DateTimeField(null=True, blank=True, editable=False)
    mail_lease_until = models.DateTimeField(null=True, blank=True, editable=False)
    show_initials = models.BooleanField(_("show my initials on the verification page"), default=False)

    objects: ClassVar[models.Manager["Certificate"]] = models.Manager()

    class Meta:
        verbose_name = _("certificate")
        verbose_name_plural = _("certificates")
        ordering = ("-issued_at", "-pk")
        constraints = (
            models.UniqueConstraint(fields=["user", "activity", "cycle"], name="certificate_once_per_cycle"),
            models.CheckConstraint(
                condition=~Q(state="revoked") | (Q(revoked_at__isnull=False) & ~Q(revocation_reason="")),
                name="certificate_revoked_has_reason",
            ),
        )
        indexes = (models.Index(fields=["work_state", "run_after"], name="certificate_work"),)

    def __str__(self) -> str:
        return self.number

    @property
    def title(self) -> str:
        return str(self.frozen["title"])

    @property
    def printed_code(self) -> str:
        return printed_code(self.code)

    @property
    def is_ready(self) -> bool:
        return self.work_state == WorkState.DONE and bool(self.file)

    @property
    def verify_url(self) -> str:
        """Absolute, from the configured base URL: it is printed, mailed and encoded in the QR."""
        return f"{settings.BASE_URL}/verify/{self.code}"

    def validity(self, now: datetime | None = None) -> Validity:
        """Revoked wins over expired; a certificate is valid to the end of its last day."""
        if self.state == CertificateState.REVOKED:
            return Validity.REVOKED
        if self.valid_until is not None and self.valid_until <= (now or timezone.now()):
            return Validity.EXPIRED
        return Validity.VALID
