"""QTI: items alone (.xml) or in a package (.zip). Written in 3.0, read in 2.0 to 3.0."""

import posixpath
from collections.abc import Iterator, Sequence
from typing import ClassVar
from urllib.parse import unquote

from django.utils.translation import gettext as _

from assessments.enums import Difficulty
from assessments.exchange.archive import Archive, open_archive, unsafe
from assessments.exchange.formats.base import Format
from assessments.exchange.formats.qti_reading import Unreadable, question_from
from assessments.exchange.formats.qti_writing import losses_of, package, written
from assessments.exchange.items import ExchangeItem, FileError, Level, Problem, ReadResult, WriteResult
from assessments.exchange.limits import MAX_ITEMS, too_many
from assessments.exchange.moodle_family import items_of, question_of
from assessments.exchange.questions import NotRepresentableError, Question
from assessments.exchange.text import tidy
from assessments.exchange.xml import Node, parse

MANIFEST = "imsmanifest.xml"
# The vocabulary of IEEE 1484.12.1, 5.8; an item knows three of its five steps.
_LOM_DIFFICULTY = {
    "very easy": Difficulty.EASY.value,
    "easy": Difficulty.EASY.value,
    "medium": Difficulty.MEDIUM.value,
    "difficult": Difficulty.HARD.value,
    "very difficult": Difficulty.HARD.value,
}
_ITEMS = frozenset({"assessmentItem", "qti-assessment-item"})


class Qti(Format):
    name = "qti"
    label = "QTI 3.0"
    suffix = "zip"
    content_type = "application/zip"

    can: ClassVar = frozenset({"multichoice", "truefalse", "shortanswer", "numerical", "match", "ordering", "essay"})

    def read(self, content: bytes, language: str) -> ReadResult:
        problems: list[Problem] = []
        if content.startswith(b"PK"):
            questions = list(_packaged(open_archive(content), problems))
        else:
            root = parse(content)
            if root.tag not in _ITEMS:
                message = _("This is no QTI item: it begins with <%(tag)s>.") % {"tag": root.tag}
                raise FileError(message, line=root.line)
            questions = list(_one(root, "", problems))
        if not questions and not problems:
            raise FileError(_("There is no question in this file."))
        return items_of(questions, language, problems)

    def write(self, items: Sequence[ExchangeItem], language: str) -> WriteResult:
        result = WriteResult()
        files: dict[str, tuple[str, Question]] = {}
        for item in items:
            try:
                question = question_of(item, language, can=self.can)
            except NotRepresentableError as error:
                result.problems.append(Problem(Level.ITEM, 0, item.name, str(error)))
                continue
            files[f"items/item-{len(files) + 1:04}.xml"] = (written(question, language), question)
            result.problems += [Problem(Level.LOSS, 0, item.name, loss) for loss in losses_of(question)]
        result.content, result.written = package(files), len(files)
        return result


def _one(root: Node, file: str, problems: list[Problem]) -> Iterator[Question]:
    try:
        question = question_from(root)
    except Unreadable as error:
        name = tidy(root.get("title") or root.get("identifier"))
        problems.append(Problem(Level.ITEM, error.line or root.line, name, str(error), file))
        return
    question.file = file
    yield question


def _packaged(archive: Archive, problems: list[Problem]) -> Iterator[Question]:
    """Items that the manifest names; without a manifest, every item in the archive."""
    manifest = min((name for name in archive.names if posixpath.basename(name) == MANIFEST), key=len, default=None)
    resources = _resources(archive, manifest) if manifest else {}
    names = resources or {name: None for name in archive.names if name.endswith(".xml") and name != manifest}
    if len(names) > MAX_ITEMS:
        raise too_many()
    known = set(archive.names)
    for name, resource in names.items():
        if name not in known:
            problems.append(
                Problem(Level.ITEM, 0, name, _("The manifest names this file, but the package has none."), name)
            )
            continue
        try:
            root = parse(archive.read(name))
        except FileError as error:
            problems.append(Problem(Level.ITEM, error.problem.line, name, str(error), name))
            continue
        if root.tag not in _ITEMS:
            if resource is not None:
                message = _("This is no QTI item: it begins with <%(tag)s>.") % {"tag": root.tag}
                problems.append(Problem(Level.ITEM, root.line, name, message, name))
            continue
        for question in _one(root, name, problems):
            if resource is not None:
                _describe(question, resource)
            yield question


def _resources(archive: Archive, manifest: str) -> dict[str, Node | None]:
    """Path of each item that the manifest names → its resource. Tests, passages and pictures are no items."""
    found: dict[str, Node | None] = {}
    folder = posixpath.dirname(manifest)
    for node in parse(archive.read(manifest)).walk():
        if node.tag != "resource" or "item" not in node.get("type").lower():
            continue
        file = node.first("file")
        href = unquote(node.get("href") or (file.get("href") if file is not None else ""))
        path = posixpath.normpath(posixpath.join(folder, href))
        if href and not unsafe(href) and not unsafe(path):
            found[path] = node
    return found


def _describe(question: Question, resource: Node) -> None:
    """Tags, topic and difficulty from the metadata (LOM keywords, the first classification, LOM 5.8)."""
    for node in resource.walk():
        if node.tag == "keyword" and (text := tidy(node.text)):
            question.tags.append(text)
        elif node.tag == "entry" and not question.category and (text := tidy(node.text)):
            question.category = text.replace("/", "//")
        elif node.tag == "difficulty":
            value = node.first("value")
            question.difficulty = _LOM_DIFFICULTY.get(tidy(value.text).casefold() if value is not None else "", "")
