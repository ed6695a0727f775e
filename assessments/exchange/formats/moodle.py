"""Moodle XML. Reading stands in `moodle_reading.py`, writing in `moodle_writing.py`."""

from collections.abc import Sequence
from typing import ClassVar

from django.utils.translation import gettext as _

from assessments.exchange.formats.base import Format
from assessments.exchange.formats.moodle_reading import questions_of
from assessments.exchange.formats.moodle_writing import losses_of, written
from assessments.exchange.items import ExchangeItem, FileError, Level, Problem, ReadResult, WriteResult
from assessments.exchange.moodle_family import items_of, question_of
from assessments.exchange.questions import NotRepresentableError
from assessments.exchange.xml import element, escaped, parse


class Moodle(Format):
    name = "moodle"
    label = "Moodle XML"
    suffix = "xml"
    content_type = "application/xml; charset=utf-8"
    pictured = True

    can: ClassVar = frozenset(
        {
            "multichoice",
            "truefalse",
            "shortanswer",
            "numerical",
            "match",
            "ordering",
            "essay",
            "upload",
            "description",
            "cloze",
            "calculated",
        }
    )

    def read(self, content: bytes, language: str) -> ReadResult:
        root = parse(content)
        if root.tag != "quiz":
            raise FileError(_("This is not Moodle XML: it begins with <%(tag)s>.") % {"tag": root.tag}, line=root.line)
        problems: list[Problem] = []
        questions = list(questions_of(root, problems))
        if not questions and not problems:
            raise FileError(_("There is no question in this file."))
        return items_of(questions, language, problems)

    def write(self, items: Sequence[ExchangeItem], language: str) -> WriteResult:
        result = WriteResult()
        parts = []
        category = ""
        for item in items:
            try:
                question = question_of(item, language, can=self.can, pictured=True)
            except NotRepresentableError as error:
                result.problems.append(Problem(Level.ITEM, 0, item.name, str(error)))
                continue
            if question.category != category:
                category = question.category
                path = element("category", element("text", escaped(category)))
                parts.append(element("question", path, type="category"))
            parts.append(written(question))
            result.written += 1
            result.problems += [Problem(Level.LOSS, 0, item.name, loss) for loss in losses_of(question)]
        body = "\n".join(parts)
        result.content = f'<?xml version="1.0" encoding="UTF-8"?>\n<quiz>\n{body}\n</quiz>\n'.encode()
        return result
