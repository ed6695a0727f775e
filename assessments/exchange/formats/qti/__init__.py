"""QTI: items alone (.xml) or in a package (.zip). Written in 3.0, read in 2.0 to 3.0.

`packages` finds the items and what stands around them, `reading` makes a question of one (`choices`, `fields` and
`gaps` by what is asked, `texts` and `around` by what is said); `writing`, `scoring` and `packing` go the other way.
"""

from collections.abc import Sequence
from typing import ClassVar

from django.utils.translation import gettext as _

from assessments.exchange.archive import open_archive
from assessments.exchange.formats.base import Format
from assessments.exchange.formats.qti.packages import ITEMS, no_item, no_package, one_item, packaged
from assessments.exchange.formats.qti.packing import package
from assessments.exchange.formats.qti.writing import losses_of, written
from assessments.exchange.items import ExchangeItem, FileError, Level, Problem, ReadResult, WriteResult
from assessments.exchange.moodle_family import items_of, question_of
from assessments.exchange.questions import NotRepresentableError, Question
from assessments.exchange.xml import parse


class Qti(Format):
    name = "qti"
    label = "QTI 3.0"
    suffix = "zip"
    content_type = "application/zip"
    pictured = True

    can: ClassVar = frozenset(
        {"multichoice", "truefalse", "shortanswer", "numerical", "match", "ordering", "essay", "upload", "cloze"}
        | {"hotspot"}
    )

    def read(self, content: bytes, language: str) -> ReadResult:
        problems: list[Problem] = []
        if content.startswith(b"PK"):
            archive = open_archive(content)
            questions = list(packaged(archive, language, problems))
            if not questions and not problems:
                raise FileError(no_package(archive))
        else:
            root = parse(content)
            if root.tag not in ITEMS:
                raise FileError(no_item(root), line=root.line)
            questions = list(one_item(root, language, "", problems, lambda _address: None))
        if not questions and not problems:
            raise FileError(_("There is no question in this file."))
        return items_of(questions, language, problems)

    def write(self, items: Sequence[ExchangeItem], language: str) -> WriteResult:
        result = WriteResult()
        files: dict[str, tuple[str, Question]] = {}
        for item in items:
            try:
                question = question_of(item, language, can=self.can, pictured=True)
            except NotRepresentableError as error:
                result.problems.append(Problem(Level.ITEM, 0, item.name, str(error)))
                continue
            files[f"items/item-{len(files) + 1:04}.xml"] = (written(question, language), question)
            result.problems += [Problem(Level.LOSS, 0, item.name, loss) for loss in losses_of(question)]
        result.content, result.written = package(files), len(files)
        return result
