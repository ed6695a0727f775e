"""The demo company: who they are. Exists in the embedded mode only."""

from dataclasses import dataclass, field

from people.enums import FunctionSlug, Role

DEMO_PASSWORD = "doppelpass-demo"  # noqa: S105 - public on purpose; a system check keeps it out of production
MANAGEMENT = ("Nordlicht Software GmbH",)
REVENUE = (*MANAGEMENT, "Markt")


@dataclass(frozen=True)
class DemoPerson:
    email: str
    first_name: str
    last_name: str
    unit: tuple[str, ...]
    function: str | None = None
    roles: tuple[Role, ...] = ()
    manager: str | None = None
    duo: str | None = None
    external_id: str = ""
    language: str = field(default="de")


DEMO_PEOPLE = (
    DemoPerson("lead@example.com", "Jana", "Brandt", REVENUE, FunctionSlug.SALES, external_id="N-1001"),
    DemoPerson(
        "marketing@example.com",
        "Mara",
        "Keller",
        (*REVENUE, "Marketing"),
        FunctionSlug.MARKETING,
        manager="lead@example.com",
        duo="sales@example.com",
        external_id="N-1002",
    ),
    DemoPerson(
        "sales@example.com",
        "Samir",
        "Vogt",
        (*REVENUE, "Vertrieb"),
        FunctionSlug.SALES,
        manager="lead@example.com",
        duo="marketing@example.com",
        external_id="N-1003",
    ),
    DemoPerson(
        "trainer@example.com",
        "Tilda",
        "Sommer",
        (*MANAGEMENT, "Enablement"),
        FunctionSlug.MARKETING,
        (Role.TRAINER,),
        external_id="N-1004",
    ),
    DemoPerson(
        "reviewer@example.com",
        "Ruben",
        "Falk",
        (*MANAGEMENT, "Enablement"),
        FunctionSlug.SALES,
        (Role.REVIEWER,),
        external_id="N-1005",
    ),
    DemoPerson("hr@example.com", "Helene", "Wolf", (*MANAGEMENT, "Personal"), None, (Role.HR,), external_id="N-1006"),
    DemoPerson("admin@example.com", "Anton", "Richter", (*MANAGEMENT, "IT"), None, (Role.ADMIN,), external_id="N-1007"),
)
