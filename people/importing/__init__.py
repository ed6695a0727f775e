"""Import of people from CSV: read, plan (the dry run), apply. All or nothing, and idempotent."""

from people.importing.apply import apply_import
from people.importing.plan import ImportPlan, plan_import
from people.importing.read import COLUMNS, MAX_BYTES, MAX_ROWS, ImportFault, read_people

__all__ = [
    "COLUMNS",
    "MAX_BYTES",
    "MAX_ROWS",
    "ImportFault",
    "ImportPlan",
    "apply_import",
    "plan_import",
    "read_people",
]
