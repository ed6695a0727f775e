"""One learner's three years. Each method leaves the rows that the service of the same name would have written."""

import json
import random
from datetime import UTC, datetime

from django.utils import timezone

from certificates.codes import ALPHABET, LENGTH
from certificates.enums import CertificateKind, CertificateState
from certificates.services import months_later
from courses.enums import CompletionStatus, EnrollmentSource, SuccessStatus, Verb
from enablement.core.claimable import WorkState
from trials.population.calendar import DAY, session, text_of
from trials.population.company import Person
from trials.population.plan import Lesson, Module, Plan, Quiz
from trials.population.rows import Batch, Keys, new_uuid
from trials.population.testing import TestTaker

MINUTE = 60.0
DONE, PASSED = json.dumps({"completion": True}), json.dumps({"completion": True, "success": True})
_SEQUENCES = 100_000  # more than the events of one learner; later events count in nanoseconds and come behind


class Enrolled:
    """An enrolment while it runs; the row is made at the end."""

    def __init__(self, activity: Module, uuid: str, source: str, at: float, due: float | None) -> None:
        self.activity, self.uuid, self.source = activity, uuid, source
        self.at, self.due = at, due
        self.assigned = source == EnrollmentSource.ASSIGNED
        self.satisfied: str | None = None


class Seen:
    """Progress in one activity while it runs."""

    def __init__(self, started: str) -> None:
        self.started = self.opened = started
        self.completed: str | None = None
        self.success: str = SuccessStatus.UNKNOWN
        self.score: int | None = None
        self.position: str | None = None
        self.keeps_opening = True


class Journey:
    """Collects what happened to one learner until the company's present or the day on which the learner left."""

    def __init__(self, person: Person, plan: Plan, batch: Batch, keys: Keys, rng: random.Random) -> None:
        self.person, self.plan, self.rows, self.keys, self.rng = person, plan, batch.rows, keys, rng
        self.stop = plan.until if person.left is None else person.left
        self.tests = TestTaker(person, plan, batch, keys, rng)
        self.enrollments: dict[int, Enrolled] = {}
        self.progress: dict[int, Seen] = {}
        self._sequence = person.number * _SEQUENCES
        self._learner = json.dumps(person.language)

    # --- events -----------------------------------------------------------------------------------------------------

    def _event(self, verb: str, activity: int, at: str, context: str, result: str = "{}") -> None:
        self._sequence += 1
        event = new_uuid(self.rng)
        self.rows["events"].append((event, self.person.pk, verb, activity, 1, result, context, at, self._sequence))

    def _context(self, enrolled: Enrolled, more: str = "") -> str:
        return f'{{"language": {self._learner}, "registration": "{enrolled.uuid}"{more}}}'

    def _initialized(self, enrolled: Enrolled, activity: int, at: str, parent: str | None = None) -> Seen:
        seen = self.progress.get(activity)
        if seen is None:
            seen = self.progress[activity] = Seen(at)
            more = f', "parent": "{parent}"' if parent else ""
            self._event(Verb.INITIALIZED, activity, at, self._context(enrolled, more))
        return seen

    # --- enrolling --------------------------------------------------------------------------------------------------

    def assign(self, activity: Module, at: float, due: float | None) -> Enrolled:
        """HR assigns a module or a path; a path enrols in its modules."""
        enrolled = self._registered(activity, EnrollmentSource.ASSIGNED, at, due)
        for module in activity.modules:
            if module.pk not in self.enrollments:
                self._registered(module, EnrollmentSource.PATH, at, due)
        return enrolled

    def enroll(self, module: Module, at: float) -> Enrolled:
        """The learner's own choice."""
        return self._registered(module, EnrollmentSource.SELF, at, None)

    def _registered(self, activity: Module, source: str, at: float, due: float | None) -> Enrolled:
        enrolled = Enrolled(activity, new_uuid(self.rng), source, at, due)
        self.enrollments[activity.pk] = enrolled
        more = f', "source": "{source}"' + self._due(enrolled)
        if enrolled.assigned:
            more += f', "assigned_by": "{self.plan.hr_uuid}"'
        language = self._learner if source == EnrollmentSource.SELF else '"de"'
        context = f'{{"language": {language}, "registration": "{enrolled.uuid}"{more}}}'
        self._event(Verb.REGISTERED, activity.pk, text_of(at), context)
        return enrolled

    @staticmethod
    def _due(enrolled: Enrolled) -> str:
        if enrolled.due is None:
            return ""
        return f', "due": "{datetime.fromtimestamp(enrolled.due, UTC).isoformat()}"'

    def reschedule(self, enrolled: Enrolled, at: float, due: float) -> None:
        """HR gives a running assignment more time."""
        enrolled.due = due
        more = f', "source": "{enrolled.source}", "assigned_by": "{self.plan.hr_uuid}"' + self._due(enrolled)
        context = f'{{"language": "de", "registration": "{enrolled.uuid}"{more}}}'
        self._event(Verb.RESCHEDULED, enrolled.activity.pk, text_of(at), context)

    # --- learning ---------------------------------------------------------------------------------------------------

    def take(self, module: Module, start: float, path: Module | None = None) -> float | None:
        """Work through a module from `start` on; the moment of its completion, or None when it stays unfinished."""
        now = start
        for lesson in self._lessons(module):
            if now > self.stop:
                return None
            self._open(module, lesson.pk, lesson.key, now, path)
            done = now + lesson.minutes * MINUTE * self.rng.uniform(0.6, 2.0)
            if done > self.stop:
                return None
            self._complete(module, lesson, done)
            now = done + 20 if self.rng.random() < 0.8 else session(done + self.rng.expovariate(0.4) * DAY, self.rng)
        if module.quiz is None:
            raise ValueError(f"module {module.key} has no test")
        return self._test(module, module.quiz, now + MINUTE, path)

    def _lessons(self, module: Module) -> list[Lesson]:
        """All that are required of this learner, and now and then one for the other function."""
        outline = module.outlines[self.person.function]
        return [lesson for lesson in module.lessons if lesson.key in outline or self.rng.random() < 0.1]

    def _open(self, module: Module, pk: int, key: str, now: float, path: Module | None) -> None:
        at = text_of(now)
        enrolled = self.enrollments[module.pk]
        self._initialized(enrolled, pk, at, module.key).opened = at
        around = self._initialized(enrolled, module.pk, at)
        around.position, around.opened = key, at
        if path is not None:
            self._initialized(self.enrollments[path.pk], path.pk, at).keeps_opening = False

    def _complete(self, module: Module, lesson: Lesson, now: float) -> None:
        at = text_of(now)
        self.progress[lesson.pk].completed = at
        context = self._context(self.enrollments[module.pk], f', "parent": "{module.key}"')
        self._event(Verb.COMPLETED, lesson.pk, at, context, DONE)

    def _test(self, module: Module, quiz: Quiz, now: float, path: Module | None) -> float | None:
        """Try until passed, given up, or the present is reached."""
        for number in range(1, 5):
            if now > self.stop:
                return None
            self._open(module, quiz.pk, quiz.key, now, path)
            attempt = self.tests.take(quiz, number, now, self.stop)
            if attempt is None:
                return None
            at = text_of(attempt.submitted)
            verb = Verb.PASSED if attempt.passed else Verb.FAILED
            success = "true" if attempt.passed else "false"
            result = f'{{"completion": true, "success": {success}, "score": {{"scaled": {attempt.score / 10_000}}}}}'
            context = self._context(
                self.enrollments[module.pk], f', "parent": "{module.key}", "attempt": "{attempt.uuid}"'
            )
            self._event(verb, quiz.pk, at, context, result)
            seen = self.progress[quiz.pk]
            seen.score = max(attempt.score, seen.score or 0)
            if attempt.passed:
                seen.success, seen.completed = SuccessStatus.PASSED, at
                self._satisfy(module, attempt.submitted)
                return attempt.submitted
            seen.success = SuccessStatus.FAILED
            if self.rng.random() < 0.1:
                return None
            now = session(attempt.submitted + (1 + self.rng.expovariate(0.3) * 24) * 3600, self.rng)
        return None

    def finish_path(self, path: Module, now: float) -> None:
        """Complete the path if all its modules are: at the moment of the last one."""
        if all(self.enrollments[module.pk].satisfied for module in path.modules):
            self._satisfy(path, now)

    def _satisfy(self, activity: Module, now: float) -> None:
        at = text_of(now)
        enrolled = self.enrollments[activity.pk]
        outline = activity.outlines[self.person.function]
        more = f', "source": "{enrolled.source}"{self._due(enrolled)}, "outline": {outline}'
        self._event(Verb.SATISFIED, activity.pk, at, self._context(enrolled, more), PASSED)
        seen = self.progress[activity.pk]
        seen.completed, seen.success = at, SuccessStatus.PASSED
        enrolled.satisfied = at
        self._certify(activity, now, at)

    def _certify(self, activity: Module, now: float, at: str) -> None:
        """The certificate's row. A sample waits for its file; the rest counts as told and asks for no work."""
        person, pk = self.person, next(self.keys.certificates)
        moment = datetime.fromtimestamp(now, UTC)
        valid = months_later(moment, self.plan.validity_months) if self.plan.validity_months else None
        day = timezone.localtime(moment).date()
        frozen = self.plan.printed[activity.pk, person.function, person.language] | {
            "holder": person.name,
            "issued_on": day.isoformat(),
            "valid_until": valid.date().isoformat() if valid else None,
        }
        has_file = person.number <= self.plan.certificate_files and not activity.modules
        self.rows["certificates"].append(
            (pk, WorkState.QUEUED if has_file else WorkState.CANCELLED, at, None, 0, "", f"DP-{day.year}-{pk:06d}",
             "".join(self.rng.choices(ALPHABET, k=LENGTH)), person.pk, activity.pk, 1, CertificateKind.ACHIEVEMENT,
             person.language, json.dumps(frozen), at, str(valid.astimezone(UTC)) if valid else None,
             CertificateState.VALID, None, None, "", "", "", at, None, False)
        )  # fmt: skip

    # --- rows of what ran -------------------------------------------------------------------------------------------

    def close(self) -> None:
        """Append enrolments and progress as they stand in the end."""
        for activity, enrolled in self.enrollments.items():
            outline = enrolled.activity.outlines[self.person.function] if enrolled.satisfied else None
            self.rows["enrollments"].append(
                (next(self.keys.enrollments), enrolled.uuid, self.person.pk, activity, 1, enrolled.source,
                 self.plan.hr if enrolled.assigned else None, text_of(enrolled.at),
                 None if enrolled.due is None else text_of(enrolled.due), enrolled.satisfied, outline)
            )  # fmt: skip
        for activity, seen in self.progress.items():
            self.rows["progress"].append(
                (next(self.keys.progress), self.person.pk, activity, 1,
                 CompletionStatus.COMPLETED if seen.completed else CompletionStatus.INCOMPLETE, seen.success,
                 None if seen.score is None else f"{seen.score / 10_000:.4f}", seen.position, seen.started,
                 seen.completed, seen.opened if seen.keeps_opening else None)
            )  # fmt: skip
