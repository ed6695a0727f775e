"""What a journey needs to know about content and company, read once: plain data, no queries afterwards."""

import json
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from assessments.models import ItemVersion, QuizPage
from assessments.selectors.bank import newest_versions, read_slots
from assessments.selectors.quizzes import quiz_definition
from assessments.services.starting import policy_of
from certificates.enums import CertificateKind
from certificates.models import CertificateSettings
from certificates.services import frozen_content
from courses.enums import ActivityKind
from courses.models import Activity, Enrollment, PathStep
from courses.models.packages import PackageEntry
from courses.selectors.records import audience_of, is_required
from people.models import Function, User, VisibilitySettings
from people.tasks import MONTH
from trials.population import content

LAYOUTS = 80  # different draws of a test that learners get; more would cost time and show nothing
Content = dict[str, Any]


@dataclass(frozen=True)
class Answer:
    """A response to one version: as JSON, what it scores (in steps of 0.0001) and what is counted of it."""

    value: str
    score: int
    tally: tuple[str, ...]


@dataclass(frozen=True)
class Question:
    """An item version with the right answer (or none) first in `right`, and answers that earn less."""

    version: int
    right: Answer
    wrong: tuple[Answer, ...]
    none: Answer


@dataclass(frozen=True)
class Layout:
    """One draw: questions in order, each with its order of options as JSON; `without` are those left out."""

    questions: tuple[tuple[Question, str], ...]
    without: frozenset[int]


@dataclass(frozen=True)
class Quiz:
    pk: int
    key: str
    pass_mark: int
    policies: dict[int, str]  # extra time in percent -> frozen rules as JSON
    layouts: tuple[Layout, ...]


@dataclass(frozen=True)
class Lesson:
    pk: int
    key: str
    minutes: int
    audience: str


@dataclass(frozen=True)
class Module:
    """A module or, with `modules`, a path. `outlines` are the frozen keys by function, as JSON texts."""

    pk: int
    key: str
    outlines: dict[str, str]
    lessons: tuple[Lesson, ...] = ()
    quiz: Quiz | None = None
    modules: "tuple[Module, ...]" = ()


@dataclass(frozen=True)
class Plan:
    """Everything that decides the records besides chance. Moments are seconds since 1970 (UTC)."""

    seed: int
    begins: float
    until: float
    answers_before: float
    answers_kept: float  # seconds
    modules: tuple[Module, ...]
    paths: tuple[Module, ...]
    functions: dict[str, int]  # slug -> key
    hr: int
    hr_uuid: str
    password: str
    printed: dict[tuple[int, str, str], dict[str, Any]]  # activity, function, language -> a certificate's frozen text
    validity_months: int | None
    certificate_files: int
    units: Sequence[int] = field(default=())  # keys of the units, by a hundred people each


EXTRA_TIME = (0, 25, 50)
LANGUAGES = ("de", "en")


def read_plan(
    *, seed: int, modules: int, until: datetime, hr: User, password: str, units: Sequence[int], certificate_files: int
) -> Plan:
    """The plan of a company whose content and units exist."""
    rng = random.Random(f"plan {seed}")  # noqa: S311 - repeatable chance, not a secret
    functions = {function.slug: function for function in Function.objects.all()}
    read = _Reader(rng, functions)
    visibility = VisibilitySettings.load()
    found = tuple(read.module(number) for number in range(1, modules + 1))
    first_of_paths = range(0, modules, content.MODULES_PER_PATH)
    paths = tuple(
        read.path(number, found[first : first + content.MODULES_PER_PATH])
        for number, first in enumerate(first_of_paths, 1)
    )
    return Plan(
        seed=seed,
        begins=(until - timedelta(days=3 * 365)).timestamp(),
        until=until.timestamp(),
        answers_before=(until - visibility.answer_months * MONTH).timestamp(),
        answers_kept=(visibility.answer_months * MONTH).total_seconds(),
        modules=found,
        paths=paths,
        functions={slug: function.pk for slug, function in functions.items()},
        hr=hr.pk,
        hr_uuid=str(hr.uuid),
        password=password,
        printed=read.printed,
        validity_months=CertificateSettings.load().validity_months,
        certificate_files=certificate_files,
        units=units,
    )


class _Reader:
    def __init__(self, rng: random.Random, functions: dict[str, Function]) -> None:
        self.rng = rng
        self.functions = functions
        self.printed: dict[tuple[int, str, str], dict[str, Any]] = {}
        entries = PackageEntry.objects.filter(package__identifier=content.PACKAGE, kind="page")
        keys = dict(entries.values_list("identifier", "key"))
        activities = Activity.objects.in_bulk(keys.values(), field_name="key")
        self.activities = {name: activities[key] for name, key in keys.items()}

    def module(self, number: int) -> Module:
        activity = self.activities[content.module_id(number)]
        children = list(activity.children.filter(is_live=True).order_by("position", "pk"))
        (quiz,) = [child for child in children if child.kind == ActivityKind.QUIZ]
        return Module(
            pk=activity.pk,
            key=str(activity.key),
            outlines=self._outlines(activity, children),
            lessons=tuple(
                Lesson(child.pk, str(child.key), child.minutes, child.audience)
                for child in children
                if child.kind == ActivityKind.LESSON
            ),
            quiz=self._quiz(quiz),
        )

    def path(self, number: int, modules: tuple[Module, ...]) -> Module:
        activity = self.activities[f"path-{number:02d}"]
        steps = PathStep.objects.filter(path=activity).select_related("module").order_by("position")
        return Module(
            activity.pk,
            str(activity.key),
            self._outlines(activity, [step.module for step in steps]),
            modules=modules,
        )

    def _outlines(self, activity: Activity, parts: list[Activity]) -> dict[str, str]:
        """What counts, by function; on the way, what a certificate of this activity prints."""
        outlines = {}
        for slug, function in self.functions.items():
            reader = User(function=function, first_name="–")
            keys = [str(part.key) for part in parts if is_required(part, audience_of(reader))]
            outlines[slug] = json.dumps(keys)
            for language in LANGUAGES:
                enrollment = Enrollment(user=reader, activity=activity, frozen_outline=keys)
                moment = datetime.fromtimestamp(0).astimezone()
                self.printed[activity.pk, slug, language] = frozen_content(
                    enrollment,
                    kind=CertificateKind.ACHIEVEMENT,
                    language=language,
                    issued_at=moment,
                    valid_until=None,
                )
        return outlines

    def _quiz(self, activity: Activity) -> Quiz:
        definition = quiz_definition(activity)
        if definition is None or definition.time_limit_minutes is not None:
            raise ValueError(f"{activity} was changed: the synthetic tests are live and without a time limit")
        return Quiz(
            pk=activity.pk,
            key=str(activity.key),
            pass_mark=definition.pass_mark,
            policies={
                extra: json.dumps(policy_of(User(extra_time_percent=extra), activity, definition))
                for extra in EXTRA_TIME
            },
            layouts=tuple(self._layouts(definition)),
        )

    def _layouts(self, definition: QuizPage) -> list[Layout]:
        (slot,) = read_slots(definition.slots)
        versions = newest_versions(slot.pool)
        # By key: primary keys differ between databases, and the same seed must give the same company in each.
        pool = sorted(versions.values(), key=lambda version: version.item_key)
        questions = {version.pk: question_of(version) for version in pool}
        layouts = []
        for _number in range(LAYOUTS):
            drawn = self.rng.sample(pool, slot.count)
            layouts.append(
                Layout(
                    tuple((questions[version.pk], self._order(version, definition)) for version in drawn),
                    frozenset(questions) - {version.pk for version in drawn},
                )
            )
        return layouts

    def _order(self, version: ItemVersion, definition: QuizPage) -> str:
        order = version.kind_object.option_order(version.content, self.rng, shuffle=definition.shuffle_options)
        return json.dumps(order)


# --- answers ----------------------------------------------------------------------------------------------------------


def question_of(version: ItemVersion) -> Question:
    """The version with a right and several wrong answers, each as the kind itself reads, grades and counts it."""
    kind = version.kind_object
    answers = {}
    for raw in _RAW[version.kind](version.content):
        value = kind.parse(version.content, raw)
        outcome = kind.grade(version.content, value)
        if outcome is None:
            raise ValueError(f"{version}: this kind is not graded by the machine")
        text = json.dumps(value)
        tally = tuple(kind.tally(version.content, value))
        answers[text] = Answer(text, int(outcome.score * 10_000), tally)
    best = max(answers.values(), key=lambda answer: answer.score)
    if best.score != 10_000:
        raise ValueError(f"{version}: no full marks among the answers that were tried")
    wrong = tuple(answer for answer in answers.values() if answer.score < 10_000)
    return Question(version.pk, best, wrong, Answer("null", 0, tuple(kind.tally(version.content, None))))


def _single(content: Content) -> list[Any]:
    return [option["id"] for option in content["options"]]


def _multiple(content: Content) -> list[Any]:
    right = [option["id"] for option in content["options"] if option["correct"]]
    wrong = [option["id"] for option in content["options"] if not option["correct"]]
    return [right, right[:1], [*right, wrong[0]], [right[0], wrong[0]], wrong[:1]]


def _numeric(content: Content) -> list[Any]:
    return [content["answer"], *(mistake["value"] for mistake in content["mistakes"]), "0"]


def _matching(content: Content) -> list[Any]:
    right = {pair["id"]: pair["choice"] for pair in content["pairs"]}
    first, second, *_rest = right
    swapped = right | {first: right[second], second: right[first]}
    partly = dict(list(right.items())[: len(right) // 2])
    return [right, swapped, partly]


def _ordering(content: Content) -> list[Any]:
    right = [entry["id"] for entry in content["entries"]]
    return [right, [right[1], right[0], *right[2:]], [*right[1:], right[0]]]


_RAW = {
    "single_choice": _single,
    "multiple_choice": _multiple,
    "numeric": _numeric,
    "matching": _matching,
    "ordering": _ordering,
}
