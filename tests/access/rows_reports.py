"""HR's reports: scope, own jobs and plans alone, numbers for the works council, the team for its lead."""

from courses.models import Activity
from people.models import VisibilitySettings
from reports.services import dry_run
from tests.access.engine import LOOK, Row
from tests.access.world import ALICE, BOB, COUNCIL, HR, HR_ALL, LEAD, NO_UUID, NOBODY, World

# Alice works in the north: HR of the south does not know her. Jobs and plans are their maker's alone.
HER_HR = frozenset({HR})
NOT_HER_HR = HR_ALL - HER_HR
NONE = {"uuid": NO_UUID}


def _switched_off(world: World) -> None:
    rules = VisibilitySettings.load()
    rules.team_lead_view = False
    rules.save()


def _assignment(world: World) -> dict[str, object]:
    module = Activity.objects.get(key=world.module.translation_key)
    return {"activity": str(module.key), "whom": "picked", "people": [str(world.users[BOB].uuid)], "due": ""}


ROWS = [
    Row("reports:report", HR_ALL, shows="Brandt", writes=LOOK),
    Row("reports:report", HER_HR, without=NOT_HER_HR, query="?q=Adler", shows="Adler, Alice", writes=LOOK,
        note="alice"),
    Row("reports:report", HER_HR, without=NOT_HER_HR, query="?view=matrix", shows="Adler", writes=LOOK, note="alice"),
    Row("reports:overview", HR_ALL | {COUNCIL}, shows="Silos", writes=LOOK),
    Row("reports:person", HER_HR, lambda world: {"uuid": world.users[ALICE].uuid}, NONE, shows="Alice Adler",
        writes=LOOK),
    Row("reports:person", HR_ALL, lambda world: {"uuid": world.users[BOB].uuid}, NONE, shows="Bob Brandt",
        writes=LOOK, note="bob"),
    Row("reports:team", frozenset({LEAD}), shows="Alice Adler", writes=LOOK),
    Row("reports:team", NOBODY, prepare=_switched_off, note="switched off"),
    Row("reports:exports", HER_HR, without=NOT_HER_HR, shows=lambda world: f"{world.export.uuid}/file/"),
    Row("reports:export_create", HR_ALL, method="POST", data=lambda world: {"kind": "csv", "query": ""}, status=302,
        writes=LOOK | {"reports_exportjob"}),
    Row("reports:export_cancel", HER_HR, lambda world: {"uuid": world.waiting_export.uuid}, NONE, method="POST",
        status=302, writes=frozenset({"reports_exportjob"})),
    Row("reports:export_download", HER_HR, lambda world: {"uuid": world.export.uuid}, NONE, shows="Adler, Alice",
        writes=LOOK),
    Row("reports:assign", HER_HR, without=NOT_HER_HR, query="?q=Adler", shows="Alice", writes=LOOK),
    Row("reports:assign", HR_ALL, method="POST", data=_assignment, status=302,
        writes=frozenset({"reports_assignmentplan"})),
    Row("reports:plan", HER_HR, lambda world: {"uuid": world.plan.uuid}, NONE, shows="Adler", writes=LOOK),
    Row("reports:confirm", HER_HR, lambda world: {"uuid": world.plan.uuid}, NONE, method="POST", status=302,
        data=lambda world: {"token": dry_run(world.users[HR], world.plan).token},
        writes=LOOK | {"reports_assignmentplan"}),
]  # fmt: skip
