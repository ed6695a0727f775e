"""The expression language of calculated questions: a Pratt parser on decimals, and nothing else behind it.

The threat: formulas are written by trainers and come in with files. So nothing of Python is reachable from them, and
none can hang the server: the text, its depth, every intermediate result and every exponent are bounded, and the
functions are those of decimal arithmetic, which are correctly rounded and give the same digits on every machine (a
stored score must be computed again years later).

    sum      = 1 + 2 - 3        product = 2 * 3 / 4        power = 2 ^ 3 ^ 2 (from the right), -2 ^ 2 = -4
    percent  = 5 %  (0.05)      call    = max(a; b, 3)     numbers have a point: 1234.5

Method: V. Pratt, "Top down operator precedence", POPL 1973.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import (
    ROUND_CEILING,
    ROUND_FLOOR,
    ROUND_HALF_UP,
    Context,
    Decimal,
    DivisionByZero,
    InvalidOperation,
    Overflow,
    localcontext,
)
from functools import lru_cache

from django.utils.translation import gettext as _

MAX_LENGTH = 400
MAX_DEPTH = 40
MAX_DIGITS = 30  # of a number that is written in a formula
LARGEST = Decimal(10) ** 30
MAX_EXPONENT = 1000
MAX_PLACES = 12  # of `round`

# 34 digits are those of IEEE 754 decimal128. What is smaller than 1E-60 is 0.
_ARITHMETIC = Context(
    prec=34, rounding=ROUND_HALF_UP, Emin=-60, Emax=99, traps=[DivisionByZero, InvalidOperation, Overflow]
)
_TOKEN = re.compile(
    r"\s*(?:(?P<number>[0-9]+(?:\.[0-9]*)?|\.[0-9]+)|(?P<name>[A-Za-z][A-Za-z0-9_]*)|(?P<sign>[-+*/^%(),;])|(?P<end>$))"
)
_SIGNS = str.maketrans({"−": "-", "–": "-", "·": "*", "×": "*", "÷": "/", ":": "/"})


class FormulaError(ValueError):
    """What is wrong with a formula, or with one of its results. `position` counts letters from 1."""

    def __init__(self, message: str, position: int) -> None:
        super().__init__(message)
        self.message, self.position = message, position

    def __str__(self) -> str:
        return _("%(message)s (at character %(position)d)") % {"message": self.message, "position": self.position}


@dataclass(frozen=True)
class Constant:
    """A number as it was written."""

    value: Decimal


@dataclass(frozen=True)
class Name:
    """A variable."""

    name: str
    position: int


@dataclass(frozen=True)
class Call:
    """An operator or a function with its operands."""

    name: str
    operands: tuple["Node", ...]
    position: int


Node = Constant | Name | Call


# --- reading ----------------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class _Token:
    sort: str  # number, name, sign or end
    text: str
    position: int


def _tokens(source: str) -> Iterator[_Token]:
    at = 0
    while True:
        found = _TOKEN.match(source, at)
        if found is None:
            at += len(source[at:]) - len(source[at:].lstrip())
            raise FormulaError(_("“%(text)s” is not understood here.") % {"text": source[at]}, at + 1)
        sort = str(found.lastgroup)
        yield _Token(sort, found[sort], found.start(sort) + 1)
        if sort == "end":
            return
        at = found.end()


# Binding powers: what binds more tightly has the higher number.
_SUM, _PRODUCT, _SIGN, _POWER, _PERCENT = 10, 20, 25, 30, 40
_BINARY = {"+": _SUM, "-": _SUM, "*": _PRODUCT, "/": _PRODUCT, "^": _POWER, "%": _PERCENT}


class _Parser:
    def __init__(self, source: str) -> None:
        self._tokens = list(_tokens(source))
        self._at = 0
        self._depth = 0

    @property
    def _next(self) -> _Token:
        return self._tokens[self._at]

    def _take(self) -> _Token:
        token = self._next
        self._at += token.sort != "end"
        return token

    def whole(self) -> Node:
        node = self._expression(0)
        if self._next.sort != "end":
            raise self._unexpected(self._next)
        return node

    def _unexpected(self, token: _Token) -> FormulaError:
        if token.sort == "end":
            return FormulaError(_("The formula ends too early."), token.position)
        if token.text in {",", ";"}:
            return FormulaError(_("A comma stands between the values of a function only; write 1.5."), token.position)
        return FormulaError(_("“%(text)s” is not understood here.") % {"text": token.text}, token.position)

    def _expression(self, power: int) -> Node:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise FormulaError(_("The formula is nested too deeply."), self._next.position)
        left = self._prefix()
        while self._next.sort == "sign" and (binding := _BINARY.get(self._next.text, 0)) > power:
            sign = self._take()
            if sign.text == "%":
                if self._next.text == "%":
                    raise self._unexpected(self._next)
                left = Call("%", (left,), sign.position)
            else:  # a power binds its right side first: 2 ^ 3 ^ 2 is 2 ^ 9
                right = self._expression(binding - 1 if sign.text == "^" else binding)
                left = Call(sign.text, (left, right), sign.position)
        self._depth -= 1
        return left

    def _prefix(self) -> Node:
        token = self._take()
        if token.sort == "number":
            if sum(letter.isdigit() for letter in token.text) > MAX_DIGITS:
                raise FormulaError(_("The number is too long."), token.position)
            return Constant(Decimal(token.text))
        if token.sort == "name":
            return self._call(token) if self._next.text == "(" else Name(token.text, token.position)
        if token.text in {"-", "+"}:
            # Below a power: -2 ^ 2 is -4. On the right of one it stands by itself: 2 ^ -2.
            operand = self._expression(_SIGN)
            return Call("negative", (operand,), token.position) if token.text == "-" else operand
        if token.text == "(":
            node = self._expression(0)
            self._close(token)
            return node
        raise self._unexpected(token)

    def _close(self, opening: _Token) -> None:
        if self._next.text != ")":
            if self._next.sort == "end":
                raise FormulaError(_("This parenthesis is not closed."), opening.position)
            raise self._unexpected(self._next)
        self._take()

    def _call(self, name: _Token) -> Node:
        known = name.text.lower()
        if known not in FUNCTIONS:
            names = ", ".join(FUNCTIONS)
            raise FormulaError(
                _("There is no function “%(name)s”. There are: %(names)s.") % {"name": name.text, "names": names},
                name.position,
            )
        opening = self._take()
        operands = [self._expression(0)]
        while self._next.text in {",", ";"}:
            self._take()
            operands.append(self._expression(0))
        self._close(opening)
        least, most, _apply = FUNCTIONS[known]
        if not least <= len(operands) <= most:
            raise FormulaError(
                _("“%(name)s” takes %(count)s values, here are %(given)d.")
                % {"name": known, "count": least if least == most else f"{least}–{most}", "given": len(operands)},
                name.position,
            )
        return Call(known, tuple(operands), name.position)


@lru_cache(maxsize=512)
def _parsed(source: str) -> Node:
    return _Parser(source).whole()


def parse(source: str) -> Node:
    """The formula as a tree. Raises FormulaError."""
    if len(source) > MAX_LENGTH:
        raise FormulaError(_("The formula is longer than %(most)d characters.") % {"most": MAX_LENGTH}, MAX_LENGTH)
    if not source.strip():
        raise FormulaError(_("The formula is empty."), 1)
    return _parsed(source.translate(_SIGNS))


def names(node: Node) -> list[Name]:
    """The variables that a formula asks for, in its order."""
    found, left = [], [node]
    while left:
        one = left.pop()
        if isinstance(one, Name):
            found.append(one)
        elif isinstance(one, Call):
            left += reversed(one.operands)
    return found


# --- computing --------------------------------------------------------------------------------------------------------
class _Undefined(Exception):  # noqa: N818 - never leaves this module
    """There is no such number. The message says why."""


def _divide(left: Decimal, right: Decimal) -> Decimal:
    if not right:
        raise _Undefined(_("Division by zero."))
    return left / right


def _remainder(left: Decimal, right: Decimal) -> Decimal:
    """With the sign of the divisor, as in spreadsheets."""
    if not right:
        raise _Undefined(_("Division by zero."))
    return left - right * (left / right).to_integral_value(ROUND_FLOOR)


def _power(base: Decimal, exponent: Decimal) -> Decimal:
    if abs(exponent) > MAX_EXPONENT:
        raise _Undefined(_("The exponent is larger than %(most)d.") % {"most": MAX_EXPONENT})
    if not base:
        if exponent < 0:
            raise _Undefined(_("Division by zero."))
        return Decimal(0) if exponent else Decimal(1)
    if base < 0 and exponent != exponent.to_integral_value():
        raise _Undefined(_("A negative number has no power with a fraction."))
    # The size of the result by its logarithm first: nothing large is ever computed.
    if abs(base).log10() * exponent > LARGEST.log10():
        raise _Undefined(_("The result is too large."))
    return base**exponent


def _root(value: Decimal) -> Decimal:
    if value < 0:
        raise _Undefined(_("A negative number has no square root."))
    return value.sqrt()


def _logarithm(value: Decimal) -> Decimal:
    if value <= 0:
        raise _Undefined(_("Only positive numbers have a logarithm."))
    return value.ln()


def _exponential(value: Decimal) -> Decimal:
    if value > LARGEST.ln():
        raise _Undefined(_("The result is too large."))
    return value.exp() if value > -LARGEST.ln() else Decimal(0)


def rounded(value: Decimal, places: int) -> Decimal:
    """Half away from zero, as people learn it at school. `places` after the point."""
    step = Decimal(1).scaleb(-places)
    with localcontext(_ARITHMETIC) as context:
        context.prec = 60
        return value.quantize(step, ROUND_HALF_UP)


def _round(value: Decimal, places: Decimal = Decimal(0)) -> Decimal:
    if places != places.to_integral_value() or not 0 <= places <= MAX_PLACES:
        raise _Undefined(_("Places to round to are whole numbers from 0 to %(most)d.") % {"most": MAX_PLACES})
    return rounded(value, int(places))


# Name → fewest and most values, and what it does.
FUNCTIONS: dict[str, tuple[int, int, Callable[..., Decimal]]] = {
    "round": (1, 2, _round),
    "floor": (1, 1, lambda value: value.to_integral_value(ROUND_FLOOR)),
    "ceil": (1, 1, lambda value: value.to_integral_value(ROUND_CEILING)),
    "abs": (1, 1, abs),
    "min": (1, 20, min),
    "max": (1, 20, max),
    "sqrt": (1, 1, _root),
    "ln": (1, 1, _logarithm),
    "exp": (1, 1, _exponential),
    "pow": (2, 2, _power),
    "mod": (2, 2, _remainder),
}
_OPERATORS: dict[str, Callable[..., Decimal]] = {
    "+": lambda left, right: left + right,
    "-": lambda left, right: left - right,
    "*": lambda left, right: left * right,
    "/": _divide,
    "^": _power,
    "%": lambda value: value / 100,
    "negative": lambda value: -value,
}


def compute(node: Node, values: Mapping[str, Decimal]) -> Decimal:
    """The result for these values. Raises FormulaError: unknown variable, no such number, beyond ±1E30."""
    with localcontext(_ARITHMETIC):
        return _compute(node, values) + 0  # + 0: no negative zero


def _compute(node: Node, values: Mapping[str, Decimal]) -> Decimal:
    if isinstance(node, Constant):
        return node.value
    if isinstance(node, Name):
        if node.name not in values:
            raise FormulaError(_("There is no variable “%(name)s”.") % {"name": node.name}, node.position)
        return values[node.name]
    operands = []
    for one in node.operands:  # a loop: a comprehension would take a second frame for each level of the tree
        operands.append(_compute(one, values))  # noqa: PERF401 - see above
    apply = _OPERATORS.get(node.name) or FUNCTIONS[node.name][2]
    try:
        result = apply(*operands)
    except _Undefined as error:
        raise FormulaError(str(error), node.position) from None
    except (DivisionByZero, InvalidOperation, Overflow):
        raise FormulaError(_("There is no such number."), node.position) from None
    if abs(result) > LARGEST:
        raise FormulaError(_("The result is too large."), node.position)
    return result
