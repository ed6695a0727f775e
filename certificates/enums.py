"""Kinds and states of certificates."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class CertificateKind(models.TextChoices):
    """German custom: a Teilnahmebescheinigung attests attendance, a Zertifikat that a test was passed."""

    ATTENDANCE = "attendance", _("Certificate of attendance")
    ACHIEVEMENT = "achievement", _("Certificate of achievement")


class CertificateState(models.TextChoices):
    """What is stored. That a certificate has expired follows from its date and is derived (see `Validity`)."""

    VALID = "valid", _("Valid")
    REVOKED = "revoked", _("Revoked")


class Validity(models.TextChoices):
    """What a reader is told on a given day."""

    VALID = "valid", _("Valid")
    EXPIRED = "expired", _("Expired")
    REVOKED = "revoked", _("Revoked")
    UNKNOWN = "unknown", _("Unknown")
