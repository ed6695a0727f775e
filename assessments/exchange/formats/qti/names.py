"""Names of a QTI item, whichever version wrote it, and what its declarations say.

Source: 1EdTech QTI 3.0 and 2.2 ASI information models. Names are read in the manner of 3.0: `choiceInteraction` and
`qti-choice-interaction` are both `choice-interaction`.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation

from django.utils.translation import gettext as _

from assessments.exchange.embedded import Finder, Place
from assessments.exchange.questions import Question
from assessments.exchange.xml import Node

_CAMEL = re.compile(r"(?<=[a-z0-9])([A-Z])")


class Unreadable(Exception):  # noqa: N818 - a finding about a file, not a fault of the program
    """This item is none that the family has. The message says why."""

    def __init__(self, message: str, line: int = 0) -> None:
        super().__init__(message)
        self.line = line


@dataclass
class Declared:
    """A response declaration. `mapping` is in points; keys of pairs are “left right”."""

    cardinality: str = "single"
    base_type: str = "identifier"
    correct: list[str] = field(default_factory=list)
    mapping: dict[str, Decimal] = field(default_factory=dict)
    default: Decimal = Decimal(0)
    case_sensitive: bool = False


@dataclass
class Source:
    """An item while it is read: `place` is the room that the question has for one picture."""

    root: Node
    question: Question
    find: Finder
    place: Place


Reader = Callable[[Source, Node, Declared], None]


def name_of(node: Node) -> str:
    """`choice-interaction`, whichever version wrote it."""
    return _CAMEL.sub(r"-\1", node.tag).lower().removeprefix("qti-")


def attribute(node: Node, name: str) -> str:
    """An attribute by its name in 3.0."""
    camel = re.sub(r"-([a-z])", lambda found: found.group(1).upper(), name)
    return node.get(name) or node.get(camel)


def below(node: Node, *names: str) -> Iterator[Node]:
    return (one for one in node.walk() if name_of(one) in names)


def ident_of(node: Node) -> str:
    """An identifier as our own export made it: with a letter in front, because UUIDs may begin with a digit."""
    return attribute(node, "identifier").removeprefix("id_")


def number(text: str) -> Decimal:
    """A finite number of reasonable size. Raises Unreadable."""
    try:
        value = Decimal(text.strip())
    except InvalidOperation:
        raise Unreadable(_("“%(text)s” is not a number.") % {"text": text[:40]}) from None
    if not value.is_finite() or abs(value.adjusted()) > 30:
        raise Unreadable(_("“%(text)s” is not a number.") % {"text": text[:40]})
    return value


def share_of(value: Decimal, whole: Decimal) -> Decimal:
    """In percent, with the five digits of Moodle's fractions."""
    return (value * 100 / whole).quantize(Decimal("0.00001")) if whole else Decimal(0)


def default_of(node: Node) -> str:
    """The value that an outcome begins with; empty where none is said."""
    value = next(below(node, "default-value"), None)
    return value.text.strip() if value is not None else ""


def declared(root: Node) -> dict[str, Declared]:
    """What each response is declared as; where nothing right is declared, what the rules give marks for."""
    found = {attribute(one, "identifier"): _declared(one) for one in below(root, "response-declaration")}
    for ident, response in found.items():
        if not response.correct and not response.mapping:
            response.mapping = _by_rules(root, ident)
    return found


def _declared(node: Node) -> Declared:
    found = Declared(attribute(node, "cardinality") or "single", attribute(node, "base-type") or "identifier")
    for correct in (one for one in node if name_of(one) == "correct-response"):
        found.correct = [" ".join(value.text.split()) for value in below(correct, "value")]
    for mapping in (one for one in node if name_of(one) == "mapping"):
        found.default = number(attribute(mapping, "default-value") or "0")
        for entry in below(mapping, "map-entry"):
            key = " ".join(attribute(entry, "map-key").split())
            found.mapping[key] = number(attribute(entry, "mapped-value") or "0")
            found.case_sensitive |= attribute(entry, "case-sensitive") == "true"
    return found


def _by_rules(root: Node, ident: str) -> dict[str, Decimal]:
    """`match RESPONSE with "A"`, then `set SCORE to 1`: value → points, of rules that ask nothing else."""
    found: dict[str, Decimal] = {}
    for rule in below(root, "response-if", "response-else-if"):
        condition, actions = next(iter(rule), rule), list(rule)[1:]
        values = _asked(condition, ident)
        points = [
            one
            for action in actions
            if name_of(action) == "set-outcome-value"
            for one in action
            if name_of(one) == "base-value" and attribute(one, "base-type") in {"float", "integer"}
        ]
        for value in values:
            if points:
                found.setdefault(value, number(points[0].text))
    return found if any(points > 0 for points in found.values()) else {}


def _asked(condition: Node, ident: str) -> list[str]:
    """The values that this condition compares the response with, if it is such a plain one."""
    if name_of(condition) == "or":
        return [value for child in condition for value in _asked(child, ident)]
    parts = list(condition)
    plain = name_of(condition) in {"match", "string-match", "equal", "member"} and len(parts) == 2
    names = {name_of(one) for one in parts}
    if not plain or names != {"variable", "base-value"}:
        return []
    variable, value = sorted(parts, key=lambda one: name_of(one) != "variable")
    return [" ".join(value.text.split())] if attribute(variable, "identifier") == ident else []
