"""Aiken: a question, its lettered answers, and a line that names the right one.

Source: docs.moodle.org/en/Aiken_format. Read more liberally: several lines of question, `A.` and `A)`, small letters,
several right letters, and a line of feedback before or after the ANSWER line, which other tools write.
"""

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import ClassVar

from django.utils.translation import gettext as _

from assessments.exchange import bands
from assessments.exchange.formats.base import Format
from assessments.exchange.items import ExchangeItem, FileError, Level, Problem, ReadResult, WriteResult
from assessments.exchange.limits import MAX_ITEMS, too_many
from assessments.exchange.moodle_family import items_of, question_of
from assessments.exchange.questions import Answer, NotRepresentableError, Question
from assessments.exchange.text import decode, tidy

# Moodle reads “A.x” without a blank, too; “e.g.” in the line after D is no answer.
_OPTION = re.compile(r"(?P<letter>[A-Z](?=[.)])|[a-z](?=\)|\.\s))[.)]\s*(?P<text>.+)")
_ANSWER = re.compile(r"ANSWER\s*:\s*(.*)", re.IGNORECASE)
_FEEDBACK = re.compile(r"(?:FEEDBACK|EXPLANATION)\s*:\s*(.+)", re.IGNORECASE)


class Aiken(Format):
    name = "aiken"
    label = "Aiken"
    suffix = "txt"
    content_type = "text/plain; charset=utf-8"

    can: ClassVar = frozenset({"multichoice"})

    def read(self, content: bytes, language: str) -> ReadResult:
        problems: list[Problem] = []
        questions = list(_questions(decode(content).split("\n"), problems))
        if not questions and not problems:
            raise FileError(_("There is no question in this file."))
        return items_of(questions, language, problems)

    def write(self, items: Sequence[ExchangeItem], language: str) -> WriteResult:
        result = WriteResult()
        written = []
        for item in items:
            try:
                question = question_of(item, language, can=self.can)
                written.append(_written(question))
            except NotRepresentableError as error:
                result.problems.append(Problem(Level.ITEM, 0, item.name, str(error)))
                continue
            result.problems += [Problem(Level.LOSS, 0, item.name, loss) for loss in _losses(item, question)]
        result.content, result.written = "\n".join(written).encode(), len(written)
        return result


def _questions(lines: list[str], problems: list[Problem]) -> Iterator[Question]:
    question: Question | None = None
    last: Question | None = None
    count = 0
    blank = False
    for number, line in enumerate((line.strip() for line in lines), 1):
        answer = _ANSWER.fullmatch(line)
        explained = question if question and question.answers else last if question is None else None
        feedback = _FEEDBACK.fullmatch(line)
        if feedback and explained:
            explained.feedback = "\n".join(filter(None, (explained.feedback, feedback.group(1))))
            continue
        if blank and line and answer is None and question and question.answers and _option(question, line) is None:
            problems.append(_unanswered(question))  # the next question begins: its answers are not those of this one
            question = None
        blank = not line
        if answer is None:
            question = _next_line(question, line, number)
            continue
        count += 1
        if count > MAX_ITEMS:
            raise too_many()
        fault = _mark(question, answer.group(1)) if question else _("An ANSWER line without a question.")
        last = question
        if question is not None and not fault:
            yield question
        else:
            problems.append(Problem(Level.ITEM, number, question.text[:80] if question else "", fault))
        question = None
    if question is not None:
        problems.append(_unanswered(question))


def _unanswered(question: Question) -> Problem:
    return Problem(Level.ITEM, question.line, question.text[:80], _("The ANSWER line of this question is missing."))


def _next_line(question: Question | None, line: str, number: int) -> Question | None:
    """The question with one more line: an answer, or more of what came last. Blank lines say nothing."""
    if not line:
        return question
    if question is None:
        return Question("multichoice", text=line, line=number)
    option = _option(question, line)
    if option is not None:
        question.answers.append(option)
    elif question.answers:
        question.answers[-1].text += f"\n{line}"
    else:
        question.text += f"\n{line}"
    return question


def _option(question: Question, line: str) -> Answer | None:
    """The answer that begins here, if its letter is the next one: “I. Kant” inside an answer is none.

    After the first answer one letter may be left out, as when somebody has deleted a line.
    """
    found = _OPTION.fullmatch(line)
    if found is None:
        return None
    letter, last = found["letter"].upper(), question.answers[-1].ident if question.answers else "@"
    step = ord(letter) - ord(last)
    if step == 1 or (step == 2 and question.answers):
        return Answer(found["text"].strip(), ident=letter)
    return None


def _mark(question: Question, named: str) -> str:
    """Mark the named letters as right. Returns what is wrong, or nothing."""
    letters = {letter.upper() for letter in re.findall(r"[A-Za-z]", named)}
    idents = {answer.ident for answer in question.answers}
    if len(idents) < 2:
        return _("At least two answers are needed.")
    if not letters or letters - idents or len(named.strip()) > 60:
        return _("The ANSWER line must name one of the letters above it; it says “%(named)s”.") % {"named": named[:40]}
    for answer in question.answers:
        answer.fraction = Decimal(100) / len(letters) if answer.ident in letters else Decimal(0)
    question.single = len(letters) == 1
    if not question.single:
        wrong = len(question.answers) - len(letters)
        for answer in question.answers:
            if not answer.fraction and wrong:
                answer.fraction = -Decimal(100) / wrong
    for answer in question.answers:
        answer.ident = ""  # a letter is a place, no identity
    return ""


def _written(question: Question) -> str:
    right = [place for place, answer in enumerate(question.answers) if answer.fraction > 0]
    if not question.single or len(right) != 1:
        raise NotRepresentableError(_("Aiken knows questions with exactly one right answer only."))
    text, answers = _line(question.text), [_line(answer.text) for answer in question.answers]
    if _ANSWER.fullmatch(text) or not all(answers):
        raise NotRepresentableError(_("Its text would be taken for something else in Aiken."))
    options = "".join(f"{chr(ord('A') + place)}. {answer}\n" for place, answer in enumerate(answers))
    return f"{text}\n{options}ANSWER: {chr(ord('A') + right[0])}\n"


def _line(text: str) -> str:
    return " ".join(tidy(text).split())


def _losses(item: ExchangeItem, question: Question) -> Iterator[str]:
    yield from question.losses
    yield from bands.losses(question.bands)
    if question.feedback or any(answer.feedback for answer in question.answers):
        yield _("Feedback has no place in Aiken.")
    if question.hints:
        yield _("Hints have no place in Aiken.")
    if "\n" in tidy(question.text) or any("\n" in tidy(answer.text) for answer in question.answers):
        yield _("Line breaks have no place in Aiken.")
    if item.tags or item.topic_de or item.topic_en or item.difficulty:
        yield _("Topic, tags and difficulty have no place in Aiken.")
