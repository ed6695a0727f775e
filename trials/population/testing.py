"""A learner takes tests: attempts, their questions and the answers, graded as the kinds grade them."""

import random
from dataclasses import dataclass

from assessments.enums import AttemptState
from trials.population.calendar import DAY, text_of
from trials.population.company import Person
from trials.population.plan import Answer, Layout, Plan, Question, Quiz
from trials.population.rows import Batch, Counts, Keys, new_uuid


@dataclass(frozen=True)
class Taken:
    """A finished attempt; `score` in steps of 0.0001, `submitted` in seconds (UTC)."""

    uuid: str
    submitted: float
    score: int
    passed: bool


class TestTaker:
    __test__ = False  # no test of pytest's

    def __init__(self, person: Person, plan: Plan, batch: Batch, keys: Keys, rng: random.Random) -> None:
        self.person, self.plan, self.batch, self.keys, self.rng = person, plan, batch, keys, rng
        self.last: Layout | None = None
        self.tab = f"{rng.getrandbits(64):016x}"

    def take(self, quiz: Quiz, number: int, start: float, stop: float) -> Taken | None:
        """One attempt from `start` on. None when it is still open: the learner went away, or `stop` came before."""
        layout = self._draw(quiz, number)
        pace = self.rng.uniform(20, 90)  # seconds for a question
        submitted = start + pace * (len(layout.questions) + 1)
        stays_open = submitted > stop or self.rng.random() < 0.006
        answered = int((min(submitted, stop) - start) // pace) if submitted > stop else len(layout.questions)
        if stays_open:
            answered = min(answered, self.rng.randrange(len(layout.questions)))
        skill = min(self.person.skill + 0.06 * (number - 1), 0.99)
        answers = [
            self._answer(question, skill) if place < answered else question.none
            for place, (question, _order) in enumerate(layout.questions)
        ]
        uuid, pk = new_uuid(self.rng), next(self.keys.attempts)
        total = len(answers)
        # The mean of the questions' scores, half up, as `assessments.grading` rounds it.
        score = (2 * sum(answer.score for answer in answers) + total) // (2 * total)
        passed = score >= quiz.pass_mark * 100
        forgotten = not stays_open and submitted < self.plan.answers_before
        end = [None, None, None] if stays_open else [text_of(submitted), f"{score / 10_000:.4f}", passed]
        self.batch.rows["attempts"].append(
            (pk, uuid, self.person.pk, quiz.pk, 1, number, AttemptState.OPEN if stays_open else AttemptState.SUBMITTED,
             quiz.policies[self.person.extra_time], text_of(start), None, None, *end, False,
             text_of(self._forgotten_at(submitted)) if forgotten else None, 1)
        )  # fmt: skip
        for place, ((question, order), answer) in enumerate(zip(layout.questions, answers, strict=True)):
            item = next(self.keys.attempt_items)
            item_score = None if stays_open else f"{answer.score / 10_000:.4f}"
            flagged = not forgotten and self.rng.random() < 0.03
            self.batch.rows["attempt_items"].append(
                (item, pk, place + 1, question.version, order, "1.00", flagged, item_score, None)
            )
            if forgotten:
                self._count(question.version, answer)
            elif answer is not question.none:
                self._respond(item, question, answer, start + pace * (place + 1))
        return None if stays_open else Taken(uuid, submitted, score, passed)

    def _draw(self, quiz: Quiz, number: int) -> Layout:
        """A draw; at a further attempt one with the questions that were left out before."""
        layout = self.rng.choice(quiz.layouts)
        if number > 1 and self.last is not None:
            for _try in range(4):
                if not layout.without & self.last.without:
                    break
                layout = self.rng.choice(quiz.layouts)
        self.last = layout
        return layout

    def _answer(self, question: Question, skill: float) -> Answer:
        chance = self.rng.random()
        if chance < skill:
            return question.right
        if chance > 0.985:
            return question.none
        return self.rng.choice(question.wrong)

    def _respond(self, item: int, question: Question, answer: Answer, by: float) -> None:
        """The rows of one question: some people think again."""
        rows = self.batch.rows["responses"]
        sequence = 1
        if self.rng.random() < 0.12:
            first = self.rng.choice(question.wrong)
            rows.append((next(self.keys.responses), item, 1, first.value, None, self.tab, text_of(by - 12.25)))
            sequence = 2
        rows.append((next(self.keys.responses), item, sequence, answer.value, None, self.tab, text_of(by - 1.5)))

    def _forgotten_at(self, submitted: float) -> float:
        """The first night after the time of keeping."""
        night = ((submitted + self.plan.answers_kept) // DAY + 1) * DAY + 2.5 * 3600
        return min(night, self.plan.until)

    def _count(self, version: int, answer: Answer) -> None:
        counts = self.batch.statistics.setdefault(version, Counts())
        counts.responses += 1
        counts.score += answer.score
        counts.options.update(answer.tally)
