"""Fields and lists within a running text, and words that are dragged into it: a text with gaps."""

import re
from dataclasses import dataclass, field
from decimal import Decimal
from math import lcm

from django.utils.translation import gettext as _

from assessments.exchange.formats.qti.choices import choice_of
from assessments.exchange.formats.qti.fields import read_entry
from assessments.exchange.formats.qti.names import Declared, Source, Unreadable, attribute, below, name_of
from assessments.exchange.formats.qti.texts import INLINE, prompt, said, without
from assessments.exchange.questions import Answer, Question
from assessments.exchange.xml import Node

TEXT = "gap-text"  # our own class for the text that holds the gaps
MOST_POINTS = 20
_TAKEN = re.compile(r"\{\{\s*\d{1,3}\s*\}\}")
_OPEN, _CLOSE = "\ue000", "\ue001"  # of the private area: no text uses them


@dataclass
class Gaps:
    """The gaps in the order of the text, and what stands for each of them while the text is read."""

    nodes: list[Node]
    parts: list[Question] = field(default_factory=list)
    points: list[Decimal] = field(default_factory=list)

    def mark(self, node: Node) -> str:
        place = next((place for place, one in enumerate(self.nodes, 1) if one is node), 0)
        return f"{_OPEN}{place}{_CLOSE}" if place else ""


def running(source: Source, body: Node, interactions: list[Node]) -> bool:
    """Whether these fields and lists stand within a text: several of them, a list, or words around the only one."""
    if any(name_of(one) not in INLINE for one in interactions):
        return False
    if len(interactions) > 1 or name_of(interactions[0]) != "text-entry-interaction":
        return True
    if _own_text(body) is not None:
        return True
    probe = Source(source.root, Question(""), source.find, source.place)
    return bool(said(probe, body, mark=Gaps(interactions).mark).rpartition(_CLOSE)[2].strip())


def _own_text(body: Node) -> Node | None:
    return next((one for one in body.walk() if one.get("class") == TEXT), None)


def inline(source: Source, body: Node, interactions: list[Node], declared: dict[str, Declared]) -> None:
    """A body whose text holds the interactions. Raises Unreadable."""
    gaps = Gaps(interactions)
    for node in interactions:
        response = declared.get(attribute(node, "response-identifier"), Declared())
        part = Question("", line=node.line)
        if name_of(node) == "inline-choice-interaction":
            _list(source, part, node, response)
        else:
            read_entry(source, part, node, response)
        gaps.parts.append(part)
        gaps.points.append(max(response.mapping.values(), default=Decimal(1)))
    own = _own_text(body)
    if own is not None:
        source.question.extras["text"] = _marked(said(source, own, mark=gaps.mark))
        source.question.text = prompt(source, without(body, [own]), [])
    else:
        source.question.text = _marked(said(source, body, mark=gaps.mark, place=source.place))
    _finish(source, gaps)


def _list(source: Source, part: Question, node: Node, response: Declared) -> None:
    """The choices of a list within the text. Raises Unreadable."""
    part.qtype = "multichoice"
    most = max(response.mapping.values(), default=Decimal(0))
    for one in below(node, "inline-choice"):
        key = attribute(one, "identifier")
        answer = choice_of(source, one)
        points = response.mapping.get(key, Decimal(0))
        right = key in response.correct if response.correct else points == most and most > 0
        answer.fraction = Decimal(100) if right else min(points * 100 / most, Decimal(99)) if most > 0 else Decimal(0)
        part.answers.append(answer)
    if not any(answer.fraction == 100 for answer in part.answers):
        raise Unreadable(_("It names no right answer."), node.line)


def dragged(source: Source, body: Node, node: Node, response: Declared) -> None:
    """Words that are dragged into gaps: each gap offers all of them. Raises Unreadable."""
    if next(below(node, "gap-img"), None) is not None:
        raise Unreadable(_("Pictures are dragged into its gaps."), node.line)
    text = without(node, [one for one in node if name_of(one) == "prompt"])
    gaps = Gaps(list(below(text, "gap")))
    words = {attribute(one, "identifier"): choice_of(source, one) for one in below(node, "gap-text")}
    pairs = [key.split(" ") for key in response.correct or [key for key, one in response.mapping.items() if one > 0]]
    for gap in gaps.nodes:
        ident = attribute(gap, "identifier")
        right = [pair[0] for pair in pairs if len(pair) == 2 and pair[1] == ident and pair[0] in words]
        if not right:
            raise Unreadable(_("It names no right answer."), gap.line)
        answers = [Answer(one.text, Decimal(100 * (key == right[0]))) for key, one in words.items()]
        gaps.parts.append(Question("multichoice", answers=answers, line=gap.line))
        gaps.points.append(response.mapping.get(f"{right[0]} {ident}", Decimal(1)))
    question = source.question
    question.lose(_("Words are dragged into gaps there; here each gap has a list of all of them."))
    if response.default < 0 or any(value < 0 for value in response.mapping.values()):
        question.lose(_("A wrong pair takes marks there; here it earns none."))
    question.text = prompt(source, body, [node])
    question.extras["text"] = _marked(said(source, text, mark=gaps.mark))
    _finish(source, gaps)


def _marked(text: str) -> str:
    if _TAKEN.search(text):
        raise Unreadable(_("Its text holds “{{1}}”, which stands for a gap here."))
    return re.sub(f" *{_OPEN}", f" {_OPEN}", text).replace(_OPEN, "{{").replace(_CLOSE, "}}")


def _finish(source: Source, gaps: Gaps) -> None:
    question = source.question
    question.qtype = "gaps"
    whole = lcm(*(one.as_integer_ratio()[1] for one in gaps.points)) if gaps.points else 1
    points = [int(one * whole) for one in gaps.points]
    if len(set(points)) == 1:
        points = [1] * len(points)
    elif not all(0 < one <= MOST_POINTS for one in points):
        question.lose(_("Its gaps are worth different marks there; here all are worth the same."))
        points = [1] * len(points)
    for part, worth in zip(gaps.parts, points, strict=True):
        part.extras["points"] = worth
    question.extras["gaps"] = gaps.parts
