"""GIFT: Moodle's plain-text format. Reading stands in `gift_reading.py`, writing in `gift_writing.py`."""

from collections.abc import Sequence
from typing import ClassVar

from django.utils.translation import gettext as _

from assessments.exchange.formats.base import Format
from assessments.exchange.formats.gift_reading import parse
from assessments.exchange.formats.gift_writing import losses_of, written
from assessments.exchange.items import ExchangeItem, FileError, Level, Problem, ReadResult, WriteResult
from assessments.exchange.moodle_family import items_of, question_of
from assessments.exchange.questions import NotRepresentableError
from assessments.exchange.text import decode


class Gift(Format):
    name = "gift"
    label = "GIFT"
    suffix = "gift"
    content_type = "text/plain; charset=utf-8"

    can: ClassVar = frozenset(
        {"multichoice", "truefalse", "shortanswer", "numerical", "match", "ordering", "essay", "description"}
    )

    def read(self, content: bytes, language: str) -> ReadResult:
        problems: list[Problem] = []
        questions = list(parse(decode(content), problems))
        if not questions and not problems:
            raise FileError(_("There is no question in this file."))
        return items_of(questions, language, problems)

    def write(self, items: Sequence[ExchangeItem], language: str) -> WriteResult:
        result = WriteResult()
        parts = []
        category = ""
        for item in items:
            try:
                question = question_of(item, language, can=self.can)
            except NotRepresentableError as error:
                result.problems.append(Problem(Level.ITEM, 0, item.name, str(error)))
                continue
            parts.append(written(question, previous_category=category))
            category = question.category
            result.problems += [Problem(Level.LOSS, 0, item.name, loss) for loss in losses_of(question)]
        result.content, result.written = "\n".join(parts).encode(), len(parts)
        return result
