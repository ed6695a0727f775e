"""Moodle XML to questions.

Source: Moodle's `question/format/xml/format.php` (4.5) and the question types' own `export_to_xml`. What a question has
and an item has not is noted on the question, element by element.
"""

import re
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from urllib.parse import unquote

from django.utils.translation import gettext as _

from assessments.exchange.bands import COMBINED, bands_of, whole_lost
from assessments.exchange.embedded import Place, checked, decoded
from assessments.exchange.formats import moodle_gaps
from assessments.exchange.items import Level, Problem
from assessments.exchange.limits import MAX_ITEMS, too_many
from assessments.exchange.moodle_family import percent, topic_of
from assessments.exchange.pictures import Picture
from assessments.exchange.questions import Answer, NotRepresentableError, Question
from assessments.exchange.text import html_to_text, tidy
from assessments.exchange.xml import Node

_TYPES = {"matching": "match", "ddmatch": "match", "multianswer": "cloze", "calculatedsimple": "calculated"}
_TAG = re.compile(r"</?[a-zA-Z][^<>]*>|&(?:#\d+|#x[0-9a-fA-F]+|[a-zA-Z]+);")
_SEVERAL_LANGUAGES = re.compile(r"""class=["']multilang["']|\{mlang\s""")
_HERE = "@@PLUGINFILE@@/"
_YES = frozenset({"1", "true", "yes"})
# Read below, or only about how Moodle shows the question.
_KNOWN = frozenset(
    {"name", "questiontext", "generalfeedback", "answer", "subquestion", "single", "tags", "idnumber", "hint", "file"}
    | {"defaultgrade", "penalty", "hidden", "shuffleanswers", "answernumbering", "showstandardinstruction", "units"}
    | {"correctfeedback", "partiallycorrectfeedback", "incorrectfeedback", "shownumcorrect", "usecase", "unitsleft"}
    | {"unitgradingtype", "unitpenalty", "showunits", "category", "info", "image", "image_base64", "layouttype"}
    | {"selecttype", "selectcount", "gradingtype", "showgrading", "numberingstyle", "responseformat"}
    | {"responserequired", "responsefieldlines", "attachments", "attachmentsrequired", "graderinfo", "minwordlimit"}
    | {"responsetemplate", "maxwordlimit", "maxbytes", "filetypeslist", "dataset_definitions", "synchronize"}
    | {"unitpresentation", "shuffle", "selectoption", "dragbox"}
)
_MIXED = frozenset({"multichoice", "match", *moodle_gaps.TYPES})
_NOMINAL = frozenset({"", "2"})
# Its default, and what the player does: no numbers at all.
_NUMBERED = frozenset({"", "abc", "none"})
_USUAL_LINES = frozenset({"", "0", "10", "15"})  # Moodle's defaults, the one of 4 and those before
_DEFAULT_SELECT = {"0": "ALL", "1": "RANDOM", "2": "CONTIGUOUS"}


def questions_of(root: Node, problems: list[Problem]) -> Iterator[Question]:
    """Questions in the order of the file, each with its category. Raises FileError for too many."""
    category = ""
    problems += [
        Problem(Level.LOSS, node.line, "", _("Not read: %(names)s.") % {"names": node.tag[:80]})
        for node in root
        if node.tag != "question"
    ]
    for count, node in enumerate(root.all("question")):
        if count >= MAX_ITEMS:
            raise too_many()
        kind = node.get("type").strip().lower()
        if kind == "category":
            path = node.first("category")
            category = path.said("text") or path.text.strip() if path is not None else ""
            problems += [
                Problem(Level.LOSS, node.line, topic_of(category) or category, loss) for loss in _of_category(node)
            ]
            continue
        try:
            question = _question(node, kind)
        except InvalidOperation:
            name = tidy(node.first("name").text if node.first("name") else "")  # type: ignore[union-attr]  # asked just before
            problems.append(Problem(Level.ITEM, node.line, name, _("A mark or tolerance in it is no number.")))
            continue
        except NotRepresentableError as error:
            problems.append(Problem(Level.ITEM, node.line, tidy(node.said("name")), str(error)))
            continue
        question.category = category
        yield question


def _of_category(node: Node) -> Iterator[str]:
    """What a category has beside its name, which becomes the topic."""
    about = node.first("info")
    if about is not None and (text := tidy(html_to_text(_inner(about))[0])):
        yield _("The description of the category: “%(text)s”") % {"text": text[:120]}
    if ident := tidy(node.said("idnumber")):
        yield _("The id of the category: “%(text)s”") % {"text": ident[:120]}


def _question(node: Node, kind: str) -> Question:
    question = Question(_TYPES.get(kind, kind), line=node.line, identifier=tidy(node.said("idnumber")))
    name = node.first("name")
    question.name = _named(_inner(name)) if name is not None else ""
    place = _place(question, node.first("questiontext"))
    question.text = _said(question, node.first("questiontext"), place=place)
    question.picture = place.picture or _old_picture(question, node)
    question.feedback = _said(question, node.first("generalfeedback"))
    question.single = node.said("single").lower() in {*_YES, ""} if kind == "multichoice" else True
    tags = node.first("tags")
    question.tags = [tidy(tag.text) for tag in tags.all("tag")] if tags is not None else []
    if kind == "ddmatch":
        question.lose(_("Choices are dragged there; here they are chosen from a list."))
    if question.qtype == "match":
        question.answers = [_pair(question, child) for child in node.all("subquestion")]
    else:
        question.answers = [_answer(question, child) for child in node.all("answer")]
    if question.qtype == "ordering":
        question.answers.sort(key=lambda answer: answer.fraction)
    _details(question, node)
    _note(question, node)
    if kind in moodle_gaps.TYPES:
        moodle_gaps.read_gaps(question, node, kind)
    return question


def _named(text: str) -> str:
    """A name is plain text; some tools put markup in it all the same."""
    marked = re.search(r"</(?:p|b|i|em|strong|span|div)>|<br ?/?>", text)
    return " ".join(tidy(html_to_text(text)[0] if marked else text).split())


def _answer(question: Question, node: Node) -> Answer:
    """`<answer fraction="100">` with text, feedback and tolerance. Raises InvalidOperation."""
    how = "moodle_auto_format" if question.qtype in {"numerical", "calculated"} else ""
    place = _place(question, node) if question.qtype == "multichoice" else None
    answer = Answer(
        _said(question, node, default=how, place=place),
        _number(node.get("fraction", "0")),
        _said(question, node.first("feedback")),
        picture=place.picture if place is not None else None,
    )
    tolerance = node.said("tolerance")
    if tolerance or question.qtype == "numerical":
        answer.tolerance = abs(_number(tolerance or "0"))
    if question.qtype == "numerical" and node.said("tolerancetype") not in _NOMINAL:
        question.lose(
            _("Its tolerance is marked as a relative one; it is read in units of the number, as Moodle does.")
        )
    for name in ("tolerancetype", "correctanswerformat", "correctanswerlength"):
        if node.said(name):
            answer.extras[name] = node.said(name)
    if question.qtype == "numerical" and answer.text not in {"*", ""}:
        answer.text = format(_number(answer.text), "f")
    return answer


def _number(text: str) -> Decimal:
    value = Decimal(text.strip().replace(",", ".") or "0")
    if not value.is_finite() or abs(value.adjusted()) > 30:
        raise InvalidOperation
    return value


def _pair(question: Question, node: Node) -> Answer:
    answer = node.first("answer")
    text = _said(question, node)
    if not text and "<img" in _inner(node):  # without a text it would be a choice that belongs to nothing
        raise NotRepresentableError(_("An entry has no words, perhaps a picture alone; here it needs words."))
    return Answer(
        text,
        Decimal(100),
        _said(question, node.first("feedback")),
        match=_said(question, answer, "plain_text"),  # without a format of its own: it is a line of text there
    )


def _inner(node: Node) -> str:
    """The text of `<x><text>…</text></x>`, or of `<x>…</x>` as old files have it."""
    text = node.first("text")
    if text is not None:
        return text.text
    return "".join(part for part in node.content if isinstance(part, str))


def _place(question: Question, node: Node | None) -> Place:
    """Room for one of the files that stand beside a text: `<file name="a.png" path="/" encoding="base64">`."""
    files = {_address(file): file for file in node.all("file")} if node is not None else {}

    def find(source: str) -> tuple[str, bytes] | None:
        file = files.get(_local(source))
        content = decoded(file.text) if file is not None and file.get("encoding", "base64") == "base64" else None
        return None if file is None or content is None else (file.get("name"), content)

    return Place(question, find)


def _local(source: str) -> str:
    """`@@PLUGINFILE@@/my%20flag.png?time=1` as the file itself is called."""
    return unquote(source.partition("?")[0]).removeprefix(_HERE)


def _address(file: Node) -> str:
    return f"{file.get('path').strip('/')}/{file.get('name')}".removeprefix("/")


def _old_picture(question: Question, node: Node) -> Picture | None:
    """`<image>` and `<image_base64>` of Moodle 1.9."""
    name, encoded = node.said("image"), node.said("image_base64")
    if not name and not encoded:
        return None
    content = decoded(encoded)
    if not content:
        question.lose(_("The embedded file “%(name)s” is not taken over.") % {"name": name[:80] or "?"})
        return None
    return checked(question, name or "picture", content, "")


def _said(question: Question, node: Node | None, default: str = "", *, place: Place | None = None) -> str:
    """A text as plain text, its picture in `place`; what goes with its formatting and files is noted."""
    if node is None:
        return ""
    raw, how = _inner(node), node.get("format", default)
    text, media = raw, list[tuple[str, str]]()
    if _SEVERAL_LANGUAGES.search(raw):
        question.lose(_("Texts in several languages stand one after another in it; take one of them away."))
    if how in {"plain_text", "2"} or (how in {"markdown", "4"} and not _TAG.search(raw)):
        if how in {"markdown", "4"} and re.search(r"[*_#`\[|]", raw):
            question.lose(_("Markdown stays as it was typed."))
    elif not _TAG.search(raw):
        # Without markup, line breaks of HTML are blanks; elsewhere they are meant.
        text = raw if how not in {"html", "1"} else re.sub(r"\s*\n\s*", " ", raw.strip())
    else:
        html = raw if how in {"html", "1", ""} else raw.replace("\n", "<br>")
        text, losses, media = html_to_text(html, takes=place.takes if place is not None else None)
        for loss in losses:
            question.lose(loss)
    settled = {_local(source) for source in place.settled} if place is not None else set()
    left = [_address(file) for file in node.all("file")] + [_local(source) for source, _alt in media]
    for name in dict.fromkeys(left):
        if name in settled:
            continue
        shown = name.partition(",")[0] if name.startswith("data:") else name
        question.lose(_("The embedded file “%(name)s” is not taken over.") % {"name": shown[:80] or "?"})
    return tidy(text)


def _details(question: Question, node: Node) -> None:
    """What single types have beside texts and answers."""
    extras = question.extras
    for name in (
        "usecase",
        "responseformat",
        "responserequired",
        "attachments",
        "attachmentsrequired",
        "minwordlimit",
        "maxwordlimit",
        "filetypeslist",
        "maxbytes",
    ):
        if node.said(name):
            extras[name] = node.said(name)
    for name in ("graderinfo", "responsetemplate"):
        if text := _said(question, node.first(name)):
            extras[name] = text
    extras["selecttype"] = _DEFAULT_SELECT.get(node.said("selecttype"), node.said("selecttype") or "ALL")
    grading = node.said("gradingtype") or "ABSOLUTE_POSITION"
    extras["gradingtype"] = "ABSOLUTE_POSITION" if grading == "0" else grading
    units = node.first("units")
    if units is not None:
        pairs = [(tidy(unit.said("unit_name")), _number(unit.said("multiplier") or "1")) for unit in units.all("unit")]
        named = sorted((pair for pair in pairs if pair[0]), key=lambda pair: pair[1] != 1)
        extras["units"] = [(name, format(factor.normalize(), "f")) for name, factor in named]
    datasets = node.first("dataset_definitions")
    if datasets is not None:
        extras["datasets"] = datasets.all("dataset_definition")


def _note(question: Question, node: Node) -> None:
    """Note what an item has no place for."""
    grade, penalty = node.said("defaultgrade"), node.said("penalty")
    if grade and _number(grade) not in (0, 1):
        question.lose(
            _("It is worth %(points)s points there; here the test decides.") % {"points": percent(_number(grade))}
        )
    if penalty and _number(penalty):
        value = percent(_number(penalty) * 100)
        question.lose(_("The penalty of %(percent)s %% for each further try.") % {"percent": value})
    if node.said("hidden").lower() in _YES:
        question.lose(_("It is hidden there, an old version perhaps."))
    if node.said("shuffleanswers").lower() in {"0", "false"} and question.qtype in _MIXED:
        question.lose(_("Its answers are not to be mixed there; here the test decides."))
    _note_units(question, node)
    _note_essay(question, node)
    question.bands, lost = bands_of(*(_said(question, node.first(name)) for name in COMBINED))
    for text in lost:
        question.lose(whole_lost(text))
    question.hints = [text for hint in node.all("hint") if (text := _said(question, hint))]
    _note_hints(question, node)
    if node.said("answernumbering") not in _NUMBERED and question.qtype == "multichoice":
        question.lose(_("Its answers are numbered there (%(how)s).") % {"how": node.said("answernumbering")[:20]})
    unknown = sorted({child.tag for child in node if child.tag not in _KNOWN and child.text.strip()})
    if unknown:
        question.lose(_("Not read: %(names)s.") % {"names": ", ".join(unknown)[:200]})


def _note_units(question: Question, node: Node) -> None:
    if node.said("unitgradingtype") not in {"", "0"}:
        question.lose(_("A missing or wrong unit costs marks there."))
    if question.extras.get("units") and node.said("unitsleft") == "1":
        question.lose(_("Its unit stands before the number there, here behind it."))


def _note_essay(question: Question, node: Node) -> None:
    """How an essay is typed there. What may be attached is noted by the kinds."""
    if question.qtype != "essay":
        return
    form = node.said("responseformat")
    if form == "editorfilepicker":
        question.lose(_("Pictures and files may stand within the answer there; here it is text."))
    elif form == "monospaced":
        question.lose(_("The answer is typed in letters of one width there."))
    if form != "noinline" and node.said("responserequired") == "0":
        question.lose(_("The text may be left empty there, where a file is attached; here it is what counts."))
    if form != "noinline" and (lines := node.said("responsefieldlines")) not in _USUAL_LINES:
        question.lose(_("The field for the answer has %(count)s lines there.") % {"count": lines[:10]})


def _note_hints(question: Question, node: Node) -> None:
    """What Moodle does beside showing a hint. An empty flag (`<clearwrong/>`) is one that is set."""
    sentences = {
        "shownumcorrect": _("With a hint, it is said there how many answers are right."),
        "clearwrong": _("With a hint, wrong answers are taken away there."),
        "options": _("Settings of its hints are not read (%(names)s)."),
    }
    for hint in node.all("hint"):
        for name, sentence in sentences.items():
            flag = hint.first(name)
            if flag is not None and flag.text.strip().lower() not in {"0", "false"}:
                question.lose(sentence % {"names": f"options {flag.text.strip()[:40]}".strip()})
