"""The words on the document, German and English side by side.

They are not gettext strings: they belong to the document that is issued, follow German custom for internal training
(no "IHK", "zertifiziert", "Zeugnis") and must not change because a translation file did.
"""

import re
from dataclasses import dataclass

from django.utils import formats, translation

from certificates.enums import CertificateKind

# Words that suggest an official examination or an accredited body; a company may not put them on its own paper.
MISLEADING = re.compile(r"\bIHK\b|zertifiziert|\bZeugnis|\baccredited\b|\bcertified\b", re.IGNORECASE)


@dataclass(frozen=True)
class Words:
    attendance: str
    achievement: str
    attendance_text: str
    achievement_text: str
    awarded_to: str
    contents: str
    more: str
    extent: str
    extent_value: str
    issued: str
    valid_until: str
    unlimited: str
    number: str
    code: str
    verify: str
    qr_alt: str
    logo_alt: str
    unsigned: str
    sample: str
    sample_holder: str
    sample_title: str
    sample_contents: tuple[str, ...]

    def kind(self, kind: str) -> str:
        return self.achievement if kind == CertificateKind.ACHIEVEMENT else self.attendance

    def text(self, kind: str) -> str:
        return self.achievement_text if kind == CertificateKind.ACHIEVEMENT else self.attendance_text


WORDS = {
    "de": Words(
        attendance="Teilnahmebescheinigung",
        achievement="Zertifikat",
        attendance_text="hat vollständig teilgenommen an",
        achievement_text="hat mit bestandenem internem Test abgeschlossen",
        awarded_to="Ausgestellt für",
        contents="Inhalte",
        more="und {count} weitere",
        extent="Umfang",
        extent_value="{minutes} Minuten ({units} UE)",
        issued="Ausgestellt am",
        valid_until="Gültig bis",
        unlimited="unbefristet",
        number="Nummer",
        code="Prüfcode",
        verify="Echtheit und Gültigkeit prüfen",
        qr_alt="QR-Code zur Prüfseite: {url}",
        logo_alt="Logo von {issuer}",
        unsigned="Interner Nachweis, automatisch erstellt, ohne Unterschrift gültig. 1 UE = 45 Minuten Lernzeit",
        sample="Muster",
        sample_holder="Erika Musterfrau",
        sample_title="Wie Unternehmen kaufen",
        sample_contents=(
            "Die Käufergruppe",
            "Sechs Kaufaufgaben",
            "Warum Vergleichen nicht überzeugt",
            "Zu zweit handeln",
        ),
    ),
    "en": Words(
        attendance="Certificate of Attendance",
        achievement="Certificate of Achievement",
        attendance_text="has taken part in full in",
        achievement_text="has completed and passed the internal test of",
        awarded_to="Awarded to",
        contents="Contents",
        more="and {count} more",
        extent="Extent",
        extent_value="{minutes} minutes ({units} units)",
        issued="Issued on",
        valid_until="Valid until",
        unlimited="no expiry",
        number="Number",
        code="Code",
        verify="Check authenticity and validity",
        qr_alt="QR code of the verification page: {url}",
        logo_alt="Logo of {issuer}",
        unsigned="Internal record, issued automatically, valid without a signature. 1 unit = 45 minutes of learning",
        sample="Sample",
        sample_holder="Jane Sample",
        sample_title="How companies buy",
        sample_contents=("The buying group", "Six buying jobs", "Why comparing does not convince", "Acting as a pair"),
    ),
}


def words(language: str) -> Words:
    return WORDS["en" if language.startswith("en") else "de"]


def teaching_units(minutes: int, language: str) -> str:
    """Unterrichtseinheiten of 45 minutes with one decimal, written as the language does (`1,9` or `1.9`)."""
    with translation.override(language):
        return formats.number_format(round(minutes / 45, 1), decimal_pos=1)
