"""The tables that a learner's records go to, and the rows of one batch of learners."""

import random
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from itertools import count

from assessments.models import Attempt, AttemptItem, Response
from certificates.models import Certificate
from courses.models import Enrollment, LearningEvent, Progress
from people.models import User
from trials.population.tables import Row, Table


def make_tables() -> dict[str, Table]:
    """In the order of writing. Rows name their values in exactly these orders."""
    return {
        "people": Table(
            User, "id", "password", "last_login", "is_superuser", "uuid", "email", "first_name", "last_name",
            "function_id", "org_unit_id", "manager_id", "duo_id", "hr_scope_id", "language", "external_id",
            "extra_time_percent", "is_active", "date_joined", "left_at", "erased_at",
        ),
        "enrollments": Table(
            Enrollment, "id", "uuid", "user_id", "activity_id", "cycle", "source", "assigned_by_id", "enrolled_at",
            "due_at", "satisfied_at", "frozen_outline",
        ),
        "progress": Table(
            Progress, "id", "user_id", "activity_id", "cycle", "completion_status", "success_status", "score_scaled",
            "position", "started_at", "completed_at", "opened_at",
        ),
        "events": Table(
            LearningEvent, "id", "actor_id", "verb", "activity_id", "cycle", "result", "context", "timestamp",
            "sequence",
        ),
        "attempts": Table(
            Attempt, "id", "uuid", "user_id", "activity_id", "cycle", "number", "state", "policy", "started_at",
            "deadline_at", "closes_at", "submitted_at", "score_scaled", "passed", "pass_kept", "answers_deleted_at",
            "reached",
        ),
        "attempt_items": Table(
            AttemptItem, "id", "attempt_id", "position", "item_version_id", "option_order", "weight", "flagged",
            "score", "graded_version_id",
        ),
        "responses": Table(
            Response, "id", "attempt_item_id", "sequence", "value", "certainty", "tab", "received_at"
        ),
        "certificates": Table(
            Certificate, "id", "work_state", "run_after", "lease_until", "work_attempts", "work_error", "number",
            "code", "user_id", "activity_id", "cycle", "kind", "language", "frozen", "issued_at", "valid_until",
            "state", "revoked_at", "revoked_by_id", "revocation_reason", "file", "sha256", "mailed_at",
            "mail_lease_until", "show_initials",
        ),
    }  # fmt: skip


@dataclass
class Counts:
    """What remains of answers to one item version that were deleted; scores in steps of 0.0001."""

    responses: int = 0
    score: int = 0
    options: Counter[str] = field(default_factory=Counter)


@dataclass
class Batch:
    """The records of some learners: rows by table, and what their deleted answers amount to by item version."""

    rows: defaultdict[str, list[Row]] = field(default_factory=lambda: defaultdict(list))
    statistics: dict[int, Counts] = field(default_factory=dict)
    learners: int = 0


@dataclass(frozen=True)
class Keys:
    """Primary keys to give, by table."""

    enrollments: "count[int]"
    progress: "count[int]"
    attempts: "count[int]"
    attempt_items: "count[int]"
    responses: "count[int]"
    certificates: "count[int]"


def new_uuid(rng: random.Random) -> str:
    """A random UUID (version 4) of the given chance."""
    text = f"{rng.getrandbits(128):032x}"
    return f"{text[:8]}-{text[8:12]}-4{text[13:16]}-{'89ab'[int(text[16], 16) & 3]}{text[17:20]}-{text[20:]}"
