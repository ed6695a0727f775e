"""Certificates: the holder's own, HR's list within its scope, and the public check."""

from tests.access.engine import LOOK, Row
from tests.access.world import ALICE, ALL, AUTHORS, BOB, HR, HR_ALL, NO_CODE, NO_PK, PEOPLE

OWNER = frozenset({ALICE})
NONE = {"pk": NO_PK}
# Alice works in the north: HR of the south does not know her.
HER_HR = frozenset({HR})
CERTIFICATE = frozenset({"certificates_certificate"})
ROWS = [
    Row("certificates:wall", OWNER, without=PEOPLE - OWNER, shows="Wie Unternehmen kaufen",
        note="alice's own"),
    Row("certificates:wall", frozenset({BOB}), without=PEOPLE - {BOB}, shows="Personas", note="bob's own"),
    Row("certificates:download", OWNER, lambda world: {"pk": world.certificate.pk}, NONE, shows="%PDF-1.7 zeugnis"),
    Row("certificates:download", frozenset({BOB}), lambda world: {"pk": world.revoked_certificate.pk}, NONE,
        shows="%PDF-1.7 zeugnis", note="bob's"),
    Row("certificates:initials", OWNER, lambda world: {"pk": world.certificate.pk}, NONE, method="POST",
        data=lambda world: {"shown": "1"}, status=302, writes=CERTIFICATE),
    Row("certificates:manage", HER_HR, without=HR_ALL - HER_HR, shows="Adler", writes=LOOK),
    Row("certificates:manage", HR_ALL, shows="Brandt", writes=LOOK, note="of the south"),
    Row("certificates:revoke", HER_HR, lambda world: {"pk": world.certificate.pk}, NONE, shows="Adler", writes=LOOK),
    Row("certificates:revoke", HR_ALL, lambda world: {"pk": world.revoked_certificate.pk}, NONE, shows="Brandt",
        writes=LOOK, note="of the south"),
    Row("certificates:revoke", HER_HR, lambda world: {"pk": world.certificate.pk}, NONE, method="POST",
        data=lambda world: {"reason": "Falsche Person"}, status=302, writes=CERTIFICATE | LOOK),
    Row("certificates:render_again", HER_HR, lambda world: {"pk": world.failed_certificate.pk}, NONE, method="POST",
        status=302, writes=CERTIFICATE | LOOK),
    Row("certificates:sample", AUTHORS | HR_ALL, shows="%PDF"),
    Row("certificates:verify_form", ALL, shows="code"),
    Row("certificates:verify", ALL, lambda world: {"code": world.certificate.code}, shows="Wie Unternehmen kaufen"),
    Row("certificates:verify", ALL, lambda world: {"code": NO_CODE}, note="unknown"),
    Row("certificates:verify_file", ALL, lambda world: {"code": world.certificate.code}, method="POST",
        shows="Wie Unternehmen kaufen"),
    Row("short_verify_form", ALL, status=302),
    Row("short_verify", ALL, lambda world: {"code": world.certificate.code}, status=302),
    Row("short_verify", ALL, lambda world: {"code": NO_CODE}, status=302, note="unknown"),
]  # fmt: skip
