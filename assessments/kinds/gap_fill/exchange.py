"""Gap fill elsewhere: fields in a text, as QTI has them, and Moodle's embedded answers, known as Cloze.

On its way a text with gaps is a question of the type `gaps`: `{{1}}` in its text stands for the first of
`extras["gaps"]`, which are questions themselves. In Cloze, text and answers are one string. Source: Moodle's
`question/type/multianswer` (4.5): `{2:SHORTANSWER:=right#feedback~%50%half~*#everything else}`.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal, InvalidOperation

from django.utils.translation import gettext as _
from django.utils.translation import override

from assessments.exchange.items import Raw
from assessments.exchange.moodle_family import percent
from assessments.exchange.questions import Answer, NotRepresentableError, Question
from assessments.exchange.raw import children, listed, own, say
from assessments.kinds.gap_fill.editor import MAX_GAPS
from assessments.kinds.gap_fill.layout import MARK, numbers
from assessments.kinds.numeric.exchange import number, plain
from assessments.kinds.short_text import exchange as short_text

# A gap: its weight, its type, and its answers, in which a backslash takes the meaning from the next sign.
_GAP = re.compile(r"\{(\d*):([A-Z_]+):((?:\\.|[^\\}])+)\}", re.DOTALL)
_ANSWER = re.compile(r"(?:\\.|[^\\~])+", re.DOTALL)
_TEXT, _NUMBER = frozenset({"SHORTANSWER", "SA", "MW"}), frozenset({"NUMERICAL", "NM"})
_CASE = frozenset({"SHORTANSWER_C", "SAC", "MWC"})
_LIST = frozenset({"MULTICHOICE", "MC", "MULTICHOICE_S", "MCS"})
_BUTTONS = frozenset(
    {"MULTICHOICE_V", "MCV", "MULTICHOICE_VS", "MCVS", "MULTICHOICE_H", "MCH", "MULTICHOICE_HS", "MCHS"}
)
_MAX_POINTS, _MAX_CHOICES = 20, 8


# --- reading ----------------------------------------------------------------------------------------------------------
def read_question(question: Question, language: str) -> Raw | None:
    if question.qtype == "cloze":
        _part_cloze(question)
    if question.qtype != "gaps":
        return None
    parts: list[Question] = question.extras["gaps"]
    if len(parts) > MAX_GAPS:
        raise NotRepresentableError(
            _("It has %(count)d gaps; an item has at most %(most)d.") % {"count": len(parts), "most": MAX_GAPS}
        )
    prompt, text = question.text, str(question.extras.get("text") or "")
    if not text:
        prompt, text = _parted(question.text)
    return {
        **say("prompt", prompt or _usual(language), language),
        **say("text", text, language),
        **say("feedback", question.feedback, language),
        "gaps": [_read_gap(question, part, language) for part in parts],
    }


def _part_cloze(question: Question) -> None:
    """Text and gaps of a Cloze text. Raises NotRepresentableError."""
    found = list(_GAP.finditer(question.text))
    if not found:
        raise NotRepresentableError(_("There is no gap in its text."))
    if MARK.search(_GAP.sub("", question.text)):
        raise NotRepresentableError(_("Its text holds “{{1}}”, which stands for a gap here."))
    question.extras["gaps"] = [_cloze_part(question, one) for one in found]
    counted = iter(range(1, len(found) + 1))
    question.text = _GAP.sub(lambda _found: "{{" + str(next(counted)) + "}}", question.text)
    question.qtype = "gaps"


def _parted(text: str) -> tuple[str, str]:
    """The first paragraph is the question if a text with the gaps follows."""
    head, _separator, rest = text.partition("\n\n")
    return (head.strip(), rest.strip()) if rest.strip() and not MARK.search(head) else ("", text)


def _usual(language: str) -> str:
    with override(language):
        return _("Fill in the gaps.")


def _cloze_part(question: Question, found: re.Match[str]) -> Question:
    """One gap of a Cloze text as a question. Raises NotRepresentableError."""
    weight, sort, body = found.groups()
    points = min(max(int(weight or 1), 1), _MAX_POINTS)
    if weight and int(weight) != points:
        question.lose(
            _("A gap is worth %(count)s points there, here %(points)d.") % {"count": weight, "points": points}
        )
    answers = [_read_answer(one) for one in _ANSWER.findall(body)]
    part = Question("", feedback=_for_the_rest(answers), answers=answers, extras={"points": points})
    if sort in _LIST | _BUTTONS:
        part.qtype = "multichoice"
        if sort in _BUTTONS:
            question.lose(_("Choices of a gap are buttons there, here a list."))
    elif sort in _NUMBER:
        part.qtype = "numerical"
        for one in answers:
            value, _colon, tolerance = one.text.partition(":")
            one.text, one.tolerance = value.replace(",", "."), number(tolerance.replace(",", ".") or "0")
    elif sort in _TEXT | _CASE:
        part.qtype = "shortanswer"
        part.extras["usecase"] = "1" if sort in _CASE else "0"
        part.answers = [one for one in answers if one.text != "*"]
    else:
        raise NotRepresentableError(_("A gap of the type “%(type)s” has no place here.") % {"type": sort})
    return part


def _read_gap(question: Question, part: Question, language: str) -> Raw:
    """A child of the list of gaps. Raises NotRepresentableError."""
    if part.qtype == "multichoice":
        kind, value = "select", _read_choices(part, language)
    elif part.qtype == "numerical":
        kind, value = "number", _read_number(part)
    else:
        if part.extras.get("usecase") == "1":
            part.lose(_("Upper case and lower case are told apart in a gap there, here they are not."))
        kind, value = "text", {"answers": (short_text.read_question(part, language) or {})["answers"]}
    for loss in part.losses:
        question.lose(loss)
    points = part.extras.get("points") or 1
    return {"type": kind, "id": "", "value": {"points": points, **value, **say("feedback", part.feedback, language)}}


def _read_answer(text: str) -> Answer:
    head, feedback = _split(text.strip(), "#")
    fraction = Decimal(0)
    if head.startswith("="):
        head, fraction = head[1:], Decimal(100)
    elif marked := re.match(r"%(-?[\d.]+)%", head):
        head, fraction = head[marked.end() :], _decimal(marked[1])
    return Answer(_plain(head), fraction, _plain(feedback))


def _decimal(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation:
        raise NotRepresentableError(_("A mark or tolerance in it is no number.")) from None


def _split(text: str, sign: str) -> tuple[str, str]:
    """At the first sign that no backslash stands before."""
    at = 0
    while at < len(text) and text[at] != sign:
        at += 2 if text[at] == "\\" else 1
    return text[:at], text[at + 1 :]


def _plain(text: str) -> str:
    return re.sub(r"\\([}#~/\"\\=%])", r"\1", text).strip()


def _for_the_rest(answers: list[Answer]) -> str:
    """The word on everything else; where all answers carry the same one, that is the gap's."""
    rest = next((one.feedback for one in answers if one.text == "*" and one.feedback), "")
    said = {one.feedback for one in answers}
    return rest or (said.pop() if len(said) == 1 else "")


def _note_feedback(part: Question, answers: list[Answer]) -> None:
    for one in answers:
        if one.feedback and one.feedback != part.feedback:
            part.lose(_("Feedback on a single answer of a gap: “%(text)s”") % {"text": one.feedback[:120]})


def _read_choices(part: Question, language: str) -> Raw:
    right = [one for one in part.answers if one.fraction == 100]
    if len(right) != 1 or not 2 <= len(part.answers) <= _MAX_CHOICES:
        raise NotRepresentableError(_("A gap needs two to eight choices, of which one is right."))
    for one in part.answers:
        if 0 < one.fraction < 100:
            part.lose(
                _("“%(value)s” earns %(percent)s %% there; here one result is right.")
                % {"value": one.text[:80], "percent": percent(one.fraction)}
            )
    _note_feedback(part, part.answers)
    return {
        "choices": listed([{"correct": one is right[0], **say("text", one.text, language)} for one in part.answers])
    }


def _read_number(part: Question) -> Raw:
    """The number and how far an answer may be off."""
    right = next((one for one in part.answers if one.fraction == 100), None)
    if right is None or (exact := number(right.text)) is None:
        raise NotRepresentableError(_("No number earns full marks."))
    for one in part.answers:
        if one is not right and one.text != "*":
            part.lose(_("A second number of a gap: “%(text)s”") % {"text": one.text[:80]})
    _note_feedback(part, part.answers)
    return {"number": plain(exact), "tolerance": plain(right.tolerance or Decimal(0))}


# --- writing ----------------------------------------------------------------------------------------------------------
def write_question(raw: Raw, language: str) -> Question:
    text, prompt = own(raw, "text", language), own(raw, "prompt", language)
    gaps = raw.get("gaps") or []
    there = numbers(text)
    if not text or sorted(there) != list(range(1, len(gaps) + 1)):
        raise NotRepresentableError(_("Its text and its list of gaps do not fit together."))
    question = Question("cloze", feedback=own(raw, "feedback", language))
    if there != sorted(there):
        question.lose(
            _("The gaps stand in another order than in the list: import this language as an item of its own.")
        )
    parts = [_written(question, gaps[place - 1], language) for place in there]
    counted, again = iter(parts), iter(range(1, len(parts) + 1))
    question.text = f"{prompt}\n\n{MARK.sub(lambda _found: _cloze(next(counted)), text)}"
    question.extras = {
        "gaps": parts,
        "prompt": prompt,
        "text": MARK.sub(lambda _found: "{{" + str(next(again)) + "}}", text),
    }
    return question


def _written(question: Question, child: Raw, language: str) -> Question:
    """A gap as a question. Raises NotRepresentableError."""
    sort, value = child["type"], child["value"]
    feedback = own(value, "feedback", language)
    if sort == "number":
        exact = number(value.get("number"))
        if exact is None:
            raise NotRepresentableError(_("The right result is missing."))
        tolerance = number(value.get("tolerance") or 0) or Decimal(0)
        part = Question("numerical", answers=[Answer(plain(exact), Decimal(100), tolerance=tolerance)])
    elif sort == "select":
        part = Question("multichoice")
        part.answers = [
            Answer(own(choice, "text", language), Decimal(100 * bool(choice.get("correct"))))
            for _ident, choice in children(value, "choices")
        ]
    else:
        part = short_text.write_question({**value, "umlauts": True}, language)
        for loss in part.losses:
            question.lose(loss)
    if not all(one.text for one in part.answers) or not any(one.fraction == 100 for one in part.answers):
        raise NotRepresentableError(_("An answer has no text in this language."))
    part.feedback = feedback
    part.extras["points"] = value.get("points") or 1
    return part


_CLOZE_TYPES = {"numerical": "NUMERICAL", "multichoice": "MULTICHOICE_S", "shortanswer": "SHORTANSWER"}


def _cloze(part: Question) -> str:
    """A gap in Cloze's words. The word on the gap stands at each of its answers, and at every other one."""
    answers = part.answers
    if part.qtype != "shortanswer":
        answers = [replace(one, feedback=part.feedback) for one in answers]
    if part.qtype == "numerical":
        answers = [replace(one, text=f"{one.text}:{plain(one.tolerance or Decimal(0))}") for one in answers]
    if part.feedback and part.qtype != "multichoice":
        answers = [*answers, Answer("*", feedback=part.feedback)]
    head = f"{part.extras['points']}:{_CLOZE_TYPES[part.qtype]}:"
    return "{" + head + "~".join(_answers(answers)) + "}"


def _answers(answers: list[Answer]) -> Iterator[str]:
    for one in answers:
        mark = "=" if one.fraction == 100 else f"%{percent(one.fraction)}%" if one.fraction else ""
        text = one.text if one.text == "*" else _escaped(one.text)
        # Without a mark of its own, a wrong answer that begins like one would be read as it.
        mark = mark or ("%0%" if text[:1] in {"=", "%"} else "")
        yield f"{mark}{text}" + (f"#{_escaped(one.feedback)}" if one.feedback else "")


def _escaped(text: str) -> str:
    return re.sub(r"([}#~\\])", r"\\\1", " ".join(text.split()))
