"""Content packages: which items one holds, what its manifest says about them, and the files that they refer to."""

import posixpath
import re
from collections.abc import Iterator
from urllib.parse import unquote

from django.utils.translation import gettext as _

from assessments.enums import Difficulty
from assessments.exchange.archive import Archive, unsafe
from assessments.exchange.embedded import Finder
from assessments.exchange.formats.qti.names import Unreadable
from assessments.exchange.formats.qti.reading import question_from
from assessments.exchange.items import FileError, Level, Problem
from assessments.exchange.limits import MAX_ITEMS, too_many
from assessments.exchange.questions import Question
from assessments.exchange.text import tidy
from assessments.exchange.xml import Node, parse

MANIFEST = "imsmanifest.xml"
ITEMS = frozenset({"assessmentItem", "qti-assessment-item"})
_TESTS = frozenset({"assessmentTest", "qti-assessment-test"})
_ITEM_ROOT = re.compile(rb"<\s*(?:[\w.-]+:)?(?:assessmentItem|qti-assessment-item)[\s>]")
_OLD_ROOT = re.compile(rb"<\s*(?:[\w.-]+:)?questestinterop[\s>]")
# The vocabulary of IEEE 1484.12.1, 5.8; an item knows three of its five steps.
_LOM_DIFFICULTY = {
    "very easy": Difficulty.EASY.value,
    "easy": Difficulty.EASY.value,
    "medium": Difficulty.MEDIUM.value,
    "difficult": Difficulty.HARD.value,
    "very difficult": Difficulty.HARD.value,
}


def one_item(root: Node, language: str, file: str, problems: list[Problem], find: Finder) -> Iterator[Question]:
    """The question of an item, or a problem."""
    try:
        question = question_from(root, language, find)
    except Unreadable as error:
        name = tidy(root.get("title") or root.get("identifier"))
        problems.append(Problem(Level.ITEM, error.line or root.line, name, str(error), file))
        return
    question.file = file
    yield question


def no_item(root: Node) -> str:
    """Why this is no item."""
    if root.tag == "questestinterop":
        return _("This is QTI 1.2; 2.0 to 3.0 is read. Export it as QTI 2.1 or later.")
    if root.tag in _TESTS:
        return _("This is a test, which only names its items. Import the package that holds both.")
    return _("This is no QTI item: it begins with <%(tag)s>.") % {"tag": root.tag}


def no_package(archive: Archive) -> str:
    """Why nothing can be read from an archive in which everything is well."""
    if not archive.names:
        return _("The archive holds folders alone, no file.")
    folders = {name.partition("/")[0] for name in archive.names}
    if "word" in folders:
        return _("This is a document of Word. Save it as plain text, in GIFT or Aiken.")
    if "mimetype" in folders:
        return _("This is a file of LibreOffice. Save a table as XLSX, a text as plain text in GIFT or Aiken.")
    names = ", ".join(archive.names[:5])[:200]
    return _("The archive holds no item of QTI, but: %(names)s. Unpack other formats and import each file.") % {
        "names": names
    }


def packaged(archive: Archive, language: str, problems: list[Problem]) -> Iterator[Question]:
    """Items that the manifest names; without a manifest, every item in the archive."""
    manifest = min((name for name in archive.names if posixpath.basename(name) == MANIFEST), key=len, default=None)
    resources = _resources(archive, manifest) if manifest else {}
    others = [name for name in archive.names if name.lower().endswith(".xml") and name != manifest]
    names = resources or dict.fromkeys(others)
    if len(names) > MAX_ITEMS:
        raise too_many()
    known = set(archive.names)
    for name, resource in names.items():
        if name not in known:
            message = _("The manifest names this file, but the package has none.")
            problems.append(Problem(Level.ITEM, 0, name, message, name))
            continue
        try:
            root = parse(archive.read(name))
        except FileError as error:
            problems.append(Problem(Level.ITEM, error.problem.line, name, str(error), name))
            continue
        if root.tag not in ITEMS:
            if resource is not None or root.tag == "questestinterop":
                problems.append(Problem(Level.ITEM, root.line, name, no_item(root), name))
            continue
        for question in one_item(root, language, name, problems, _finder(archive, name)):
            if resource is not None:
                _describe(question, resource)
            yield question
    if resources:
        _note_the_rest(archive, [name for name in others if name not in names], problems)


def _finder(archive: Archive, item: str) -> Finder:
    """Files by their address as it stands in that item."""
    known = set(archive.names)

    def find(address: str) -> tuple[str, bytes] | None:
        plain = unquote(address.partition("?")[0].partition("#")[0])
        path = posixpath.normpath(posixpath.join(posixpath.dirname(item), plain))
        if not plain or unsafe(path) or path not in known:
            return None
        try:
            return posixpath.basename(path), archive.read(path)
        except FileError:
            return None

    return find


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


def _note_the_rest(archive: Archive, names: list[str], problems: list[Problem]) -> None:
    """Items that the manifest forgets, and tests, of which only the items are taken over."""
    for name in names:
        try:
            head = archive.read(name)[:20_000]
        except FileError:
            continue
        if _ITEM_ROOT.search(head):
            problems.append(Problem(Level.ITEM, 0, name, _("The manifest does not name this item."), name))
        elif any(tag.encode() in head for tag in _TESTS):
            message = _("A test: its items are taken over, its order, sections and rules are not.")
            problems.append(Problem(Level.LOSS, 0, name, message, name))
        elif _OLD_ROOT.search(head):
            problems.append(Problem(Level.ITEM, 0, name, no_item(Node("questestinterop")), name))


def _describe(question: Question, resource: Node) -> None:
    """Tags, topic and difficulty from the metadata (LOM keywords, the first classification, LOM 5.8)."""
    for node in resource.walk():
        if node.tag == "keyword" and (text := tidy(node.text)):
            question.tags.append(text)
        elif node.tag == "taxon" and not question.category and (entry := node.first("entry")) is not None:
            question.category = tidy(entry.text).replace("/", "//")
        elif node.tag == "difficulty":
            value = node.first("value")
            question.difficulty = _LOM_DIFFICULTY.get(tidy(value.text).casefold() if value is not None else "", "")
