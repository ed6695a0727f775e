"""Questions to GIFT. Texts are written as `[plain]`, so that nothing in them is taken for markup."""

from collections.abc import Iterator
from decimal import Decimal

from django.utils.translation import gettext as _

from assessments.exchange import bands
from assessments.exchange.moodle_family import near, percent
from assessments.exchange.questions import Answer, Question
from assessments.exchange.text import tidy

_SIGNS = str.maketrans({**{sign: f"\\{sign}" for sign in "\\~=#{}:"}, "\n": "\\n"})


def escaped(text: str) -> str:
    """The text in one line, with every sign escaped that GIFT reads."""
    return tidy(text).translate(_SIGNS)


def _entry(text: str) -> str:
    """An escaped answer that keeps a weight or a format's name at its beginning from being read as one."""
    text = escaped(text)
    return f"[plain]{text}" if text.startswith(("%", "[", "/", "*")) else text


def written(question: Question, *, previous_category: str) -> str:
    """The lines of one question, its category before it where that changes."""
    lines = []
    if question.category != previous_category:
        lines += [f"$CATEGORY: {_one_line(question.category)}", ""]
    marks = [f"[id:{_mark(question.identifier)}]"] if question.identifier else []
    marks += [f"[tag:{_mark(tag)}]" for tag in question.marks]
    if marks:
        lines.append(f"// {' '.join(marks)}")
    title = f"::{escaped(_one_line(question.name))}::" if question.name else ""
    lines.append(f"{title}[plain]{escaped(question.text)}{_answers(question)}")
    return "\n".join(lines) + "\n"


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _mark(text: str) -> str:
    """For `[id:…]` and `[tag:…]`, which know no escapes."""
    return _one_line(text).translate(str.maketrans("[]<>`", "()()'"))


def _feedback(answer: Answer) -> str:
    return f"#{_entry(answer.feedback)}" if tidy(answer.feedback) else ""


def _answers(question: Question) -> str:
    if question.qtype == "description":
        return ""
    writers = {
        "multichoice": _multichoice,
        "truefalse": _truefalse,
        "shortanswer": _shortanswer,
        "numerical": _numerical,
        "match": _match,
        "ordering": _ordering,
        "essay": _essay,
    }
    lines = writers[question.qtype](question)
    general = [f"####{_entry(question.feedback)}"] if tidy(question.feedback) else []
    if not lines and not general:
        return "{}"
    first = "" if lines and lines[0].startswith(("#", ">", "T", "F")) else "\n\t"
    return "{" + first + "\n\t".join([*lines, *general]) + "\n}"


def _essay(_question: Question) -> list[str]:
    return []


def _multichoice(question: Question) -> list[str]:
    lines = []
    for answer in question.answers:
        if question.single and near(answer.fraction, Decimal(100)):
            sign = "="
        elif not question.single or answer.fraction:
            sign = f"~%{percent(answer.fraction)}%"
        else:
            sign = "~"
        lines.append(f"{sign}{_entry(answer.text)}{_feedback(answer)}")
    return lines


def _truefalse(question: Question) -> list[str]:
    right = next((answer for answer in question.answers if answer.fraction > 0), question.answers[0])
    wrong = next((answer for answer in question.answers if answer is not right), None)
    said = "TRUE" if right.text == "true" else "FALSE"
    if wrong is None or not (tidy(wrong.feedback) or tidy(right.feedback)):
        return [said]
    return [f"{said}#{_entry(wrong.feedback)}#{_entry(right.feedback)}"]


def _shortanswer(question: Question) -> list[str]:
    return [
        f"={'' if near(answer.fraction, Decimal(100)) else f'%{percent(answer.fraction)}%'}"
        f"{_entry(answer.text)}{_feedback(answer)}"
        for answer in question.answers
    ]


def _numerical(question: Question) -> list[str]:
    lines = ["#"]
    for answer in question.answers:
        weight = "" if near(answer.fraction, Decimal(100)) else f"%{percent(answer.fraction)}%"
        value = answer.text if answer.text == "*" else f"{answer.text}:{format(answer.tolerance or Decimal(0), 'f')}"
        lines.append(f"={weight}{value}{_feedback(answer)}")
    return lines


def _match(question: Question) -> list[str]:
    return [f"={_entry(answer.text)} -> {_entry(answer.match)}" for answer in question.answers]


def _ordering(question: Question) -> list[str]:
    head = f">{len(question.answers)} ALL VERTICAL ABSOLUTE_POSITION"
    return [head, *(_entry(answer.text) for answer in question.answers)]


def losses_of(question: Question) -> Iterator[str]:
    """What GIFT has no place for."""
    yield from question.losses
    yield from bands.losses(question.bands)
    if question.extras.get("graderinfo") or question.extras.get("minwordlimit") or question.extras.get("maxwordlimit"):
        yield _("The sample answer and the number of words have no place there.")
    if question.qtype in {"match", "ordering"} and any(tidy(answer.feedback) for answer in question.answers):
        yield _("Feedback on single entries has no place in GIFT.")
    if question.hints:
        yield _("Hints have no place in GIFT.")
    if question.extras.get("usecase") == "1":
        yield _("That upper and lower case matter has no place in GIFT.")
    if question.extras.get("unit"):
        yield _("The unit has no place in GIFT.")
    if any(sign in tag for tag in question.tags for sign in "[]<>`"):
        yield _("Brackets in tags become round ones.")
    if question.qtype == "match" and any("->" in answer.text for answer in question.answers):
        yield _("An arrow “->” inside an entry is read as the end of the entry.")
