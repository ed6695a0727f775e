"""GIFT to questions.

Source: Moodle's `question/format/gift/format.php` (4.5) and docs.moodle.org/en/GIFT_format. Also read: the `// [id:…]`
and `[tag:…]` comments that Moodle writes, and the ordering questions of the plugin that became part of Moodle 4.4.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation

from django.utils.translation import gettext as _

from assessments.exchange.items import Level, Problem
from assessments.exchange.limits import MAX_ITEMS, too_many
from assessments.exchange.questions import Answer, Question
from assessments.exchange.text import html_to_text, tidy

# Escaped signs, while the unescaped ones are looked for: letters of the last private plane, which no text uses.
ESCAPED = {sign: chr(0x10FF00 + place) for place, sign in enumerate("\\~=#{}:n")}
_REVEALED = str.maketrans({letter: "\n" if sign == "n" else sign for sign, letter in ESCAPED.items()})
_PRIVATE = frozenset(ESCAPED.values())
_ESCAPE = re.compile(r"\\([\\~=#{}:n])")
_FORMAT = re.compile(r"\s*\[(html|moodle|plain|markdown)\]\s*", re.IGNORECASE)
_WEIGHT = re.compile(r"\s*=?\s*%\s*(-?\d{1,3}(?:[.,]\d{0,10})?)\s*%")
_ID = re.compile(r"\[id:([^\x00-\x1f\x7f\]]+)\]")
_TAG = re.compile(r"\[tag:([^\x00-\x1f\x7f<>\]`]+)\]")
_THOUSANDS = re.compile(r"-?[1-9]\d{0,2}\.\d00")  # 1.000, 12.500: in German these are thousands
_TRUE = {"T": True, "TRUE": True, "F": False, "FALSE": False}


class _FaultError(Exception):
    """This chunk is no question; the message says why."""


@dataclass
class _Chunk:
    """Lines of one question, without its comments, and where it began."""

    line: int
    lines: list[str] = field(default_factory=list)
    identifier: str = ""
    tags: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        return "\n".join(self.lines).strip()


def parse(text: str, problems: list[Problem]) -> Iterator[Question]:
    """Questions in the order of the file; what is no question goes to `problems`. Raises FileError for too many."""
    category = ""
    count = 0
    text = "".join(letter for letter in text if letter not in _PRIVATE)
    for chunk in _chunks(text.split("\n")):
        named = re.match(r"\$CATEGORY:(.*)", chunk.text)
        if named:
            category = named.group(1).strip()
            chunk.lines = chunk.text.split("\n")[1:]
        if not chunk.text:
            continue
        count += 1
        if count > MAX_ITEMS:
            raise too_many()
        try:
            question = _question(chunk)
        except _FaultError as fault:
            problems.append(Problem(Level.ITEM, chunk.line, chunk.text[:80], str(fault)))
        else:
            question.category = category
            yield question


def _chunks(lines: list[str]) -> Iterator[_Chunk]:
    """Questions are parted by blank lines; inside braces a blank line parts nothing, unless they are never closed."""
    chunk: _Chunk | None = None
    identifier, tags = "", []
    for number, line in enumerate(lines, 1):
        if line.lstrip().startswith("//"):
            if found := _ID.search(line):
                identifier = found.group(1).strip()
            tags += [tag.strip() for tag in _TAG.findall(line)]
        elif line.strip():
            if chunk is None:
                chunk = _Chunk(number, [], identifier, tags)
                identifier, tags = "", []
            chunk.lines.append(line.rstrip())
        elif chunk is not None and not (_open(chunk) and _closes(lines, number)):
            yield chunk
            chunk = None
    if chunk is not None:
        yield chunk


def _signs(line: str) -> str:
    return _ESCAPE.sub("", line)


def _open(chunk: _Chunk) -> bool:
    signs = _signs("\n".join(chunk.lines))
    return signs.count("{") > signs.count("}")


def _closes(lines: list[str], start: int) -> bool:
    """Whether the next brace from here on is a closing one, and no new question stands before it."""
    for line in lines[start : start + 200]:
        if line.lstrip().startswith("//"):
            continue
        if line.startswith(("::", "$CATEGORY")):
            return False
        for sign in _signs(line):
            if sign in "{}":
                return sign == "}"
    return False


def _question(chunk: _Chunk) -> Question:
    text = _ESCAPE.sub(lambda found: ESCAPED[found.group(1)], chunk.text)
    question = Question("", line=chunk.line, identifier=chunk.identifier, tags=chunk.tags)
    if text.startswith("::"):
        name, separator, rest = text[2:].partition("::")
        if not separator:
            raise _FaultError(_("The title is not closed with “::”."))
        question.name, text = " ".join(_reveal(name).split()), rest.strip()
    opening, closing = text.find("{"), text.rfind("}")
    if opening < 0 <= closing or closing < opening:
        raise _FaultError(_("A question has one pair of braces { }; here they do not match."))
    how = _format_of(text)
    if opening < 0:
        question.qtype, question.text = "description", _said(question, text, how)
        return question
    head, answers, tail = text[:opening], text[opening + 1 : closing], text[closing + 1 :]
    if re.search(r"\n(?:::|\$CATEGORY:)", f"{answers}{tail}"):
        raise _FaultError(_("Another question begins in it. Leave a blank line between two questions."))
    if "{" in answers or "}" in answers:
        raise _FaultError(_("A question has one pair of braces { }; here they do not match."))
    closed = head.rstrip().endswith((".", "?", "!", ":")) and not re.search(r"\w", tail)
    if tail.strip() and not closed:  # after “…?” a full stop is none of the text
        head = f"{head}_____{tail}" if head[-1:].isspace() or not head.strip() else f"{head} _____{tail}"
    question.text = _said(question, head, how)
    _answers(question, answers.strip(), how)
    return question


def _format_of(text: str) -> str:
    found = _FORMAT.match(text)
    return found.group(1).lower() if found else ""


def _reveal(text: str) -> str:
    return text.translate(_REVEALED)


def _said(question: Question, text: str, how: str = "") -> str:
    """A text without its format's name; HTML and Moodle's own format as plain text, what went is noted."""
    how = _format_of(text) or how
    text = _FORMAT.sub("", text, count=1) if _FORMAT.match(text) else text
    text = _reveal("\n".join(line.strip() for line in text.strip().split("\n")))
    if how == "markdown":
        question.lose(_("Markdown stays as it was typed."))
    if how == "html" or (how in {"", "moodle"} and re.search(r"</?[a-zA-Z][^<>]*>", text)):
        text, losses, media = html_to_text(text if how == "html" else text.replace("\n", "<br>"))
        for loss in losses:
            question.lose(loss)
        for source, _alt in media:
            question.lose(_("The embedded file “%(name)s” is not taken over.") % {"name": source[:80] or "?"})
        return text
    return tidy(text)


def _answers(question: Question, text: str, how: str) -> None:
    text, separator, general = text.rpartition("####")
    if not separator:
        text, general = general, ""
    question.feedback = _said(question, general, how)
    text = text.strip()
    bare = text.partition("#")[0].strip()
    if text.startswith("#"):
        _numerical(question, text[1:], how)
    elif re.match(r">[ \t]*(\d|[A-Z]|\n|$)", text):
        _ordering(question, text, how)
    elif not text:
        question.qtype = "essay"
    elif "~" in text:
        _multichoice(question, text, how)
    elif "=" in text and "->" in text:
        _match(question, text, how)
    elif bare.upper() in _TRUE:
        _truefalse(question, text, how)
    elif text.startswith("="):
        question.qtype = "shortanswer"
        question.answers = [_answer(question, part, how) for part in text[1:].split("=")]
    else:
        raise _FaultError(_("This is neither of GIFT's questions: an answer begins with =, ~, #, T or F."))
    if question.qtype != "essay" and not question.answers:
        raise _FaultError(_("This question has no answer."))


def _answer(question: Question, part: str, how: str, *, right: bool = True) -> Answer:
    """`%50%text#feedback`; without a weight all or nothing."""
    weight = _WEIGHT.match(part)
    fraction = Decimal(100 if right else 0)
    if weight:
        fraction, part = Decimal(weight.group(1).replace(",", ".")), part[weight.end() :]
    body, _separator, feedback = part.partition("#")
    return Answer(_said(question, body, how), fraction, _said(question, feedback, how))


def _multichoice(question: Question, text: str, how: str) -> None:
    """Several answers may be chosen unless one of them is marked with `=` (Moodle's rule)."""
    question.qtype, question.single = "multichoice", "=" in text
    for sign, body in re.findall(r"([~=])([^~=]*)", re.sub(r"~\s*=", "=", text)):  # `~=right` is an old way to write it
        question.answers.append(_answer(question, body, how, right=sign == "="))
    if len(question.answers) < 2:
        raise _FaultError(_("At least two answers are needed."))


def _match(question: Question, text: str, how: str) -> None:
    question.qtype = "match"
    for part in text.split("="):
        if not part.strip():
            continue
        entry, arrow, choice = part.partition("->")
        if not arrow:
            raise _FaultError(_("Every pair needs an arrow “->”; “%(text)s” has none.") % {"text": _reveal(part)[:40]})
        choice, _separator, feedback = choice.partition("#")
        answer = Answer(_said(question, entry, how), Decimal(100), _said(question, feedback, how))
        answer.match = _said(question, choice, how)
        question.answers.append(answer)


def _truefalse(question: Question, text: str, how: str) -> None:
    """`T#feedback on the wrong answer#feedback on the right one`."""
    word, *feedback = (part.strip() for part in text.split("#"))
    right = _TRUE[word.upper()]
    wrong_feedback, right_feedback = ([_said(question, part, how) for part in feedback] + ["", ""])[:2]
    question.qtype = "truefalse"
    question.answers = [
        Answer("true", Decimal(100 if right else 0), right_feedback if right else wrong_feedback),
        Answer("false", Decimal(0 if right else 100), wrong_feedback if right else right_feedback),
    ]


def _numerical(question: Question, text: str, how: str) -> None:
    """`#3:2`, `#1..5`, `#=1:0.1 =%50%1:1 ~#feedback on everything else`."""
    question.qtype = "numerical"
    text, _separator, rest = text.strip().partition("~")
    for part in text[1:].split("=") if text.startswith("=") else [text]:
        if not part.strip():
            continue
        answer = _answer(question, part, how)
        low, dots, high = answer.text.partition("..")
        try:
            if dots:
                first, last = _number(low), _number(high)
                answer.tolerance = abs(last - first) / 2
                answer.text = format((first + last) / 2, "f")
            elif answer.text.strip() != "*":
                value, _colon, tolerance = answer.text.partition(":")
                if _THOUSANDS.fullmatch(value.strip()):
                    read = {"text": value.strip(), "value": format(_number(value).normalize(), "f")}
                    question.lose(_("“%(text)s” is read as %(value)s: thousands are written without a point.") % read)
                answer.text, answer.tolerance = format(_number(value), "f"), _number(tolerance or "0")
        except InvalidOperation:
            raise _FaultError(_("“%(text)s” is not a number.") % {"text": answer.text[:40]}) from None
        question.answers.append(answer)
    if rest.strip():
        other = _answer(question, rest, how, right=False)
        other.text = "*"
        question.answers.append(other)


def _number(text: str) -> Decimal:
    """A number as GIFT writes it; a comma counts as decimal mark. Raises InvalidOperation."""
    value = Decimal(text.strip().replace(" ", "").replace(",", "."))
    if not value.is_finite() or abs(value.adjusted()) > 30:
        raise InvalidOperation
    return value


def _ordering(question: Question, text: str, how: str) -> None:
    """`>4 ALL VERTICAL ABSOLUTE_POSITION` and an entry in each line."""
    head, *entries = text.split("\n")
    words = head[1:].upper().split()
    question.qtype = "ordering"
    question.answers = [Answer(_said(question, entry.strip(), how)) for entry in entries if entry.strip()]
    question.extras["selecttype"] = next((word for word in words if word in {"RANDOM", "REL", "CONTIGUOUS"}), "ALL")
    question.extras["gradingtype"] = next(
        (word for word in words if word.startswith(("ABSOLUTE", "RELATIVE", "LONGEST", "EXACT"))), "ABSOLUTE_POSITION"
    )
