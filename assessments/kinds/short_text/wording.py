"""Comparing words that people type with words that a trainer has written.

The rules, for the trainer's guide too:

- Both sides are normalised: Unicode NFKC ("ﬁ" is "fi"), white space is one blank and none at the ends, all quotes and
  apostrophes are one, all dashes are one. By choice also: upper and lower case are one; ä, ö, ü, ß are ae, oe, ue, ss.
- `*` in a variant stands for any letters, also none; `\\*` is the asterisk itself and `\\\\` the backslash.
- A variant is cut at its asterisks; the pieces are looked for from left to right, each at its first place behind the
  one before. The first place is always as good as a later one, so nothing is ever tried again: no pattern and no answer
  can make it slow, as they can with regular expressions ("catastrophic backtracking"). `str.find` is linear (CPython's
  two-way search).
- A small typing mistake is one letter too many, missing, wrong, or exchanged with its neighbour (Damerau–Levenshtein
  distance 1), in variants of at least five letters without `*`. Digits are never mistyped: 2024 is not 2025.
"""

import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from assessments.kinds.base import ParseError

MAX_LENGTH = 80  # characters of an answer
MAX_VARIANT = 2 * MAX_LENGTH  # characters of a variant: each may be escaped
MIN_MISTYPED = 5  # letters; in shorter words another letter is mostly another word
_MARKS = str.maketrans(dict.fromkeys("“”„‟«»‹›\"'‘’‚‛`´", "'") | dict.fromkeys("‐‑‒–—―−", "-"))
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "ẞ": "SS"})


@dataclass(frozen=True)
class Rules:
    """What counts as the same."""

    case: bool = False  # upper and lower case differ
    umlauts: bool = True  # ä and ae are one


def read_line(raw: object, max_length: int = MAX_LENGTH) -> str | None:
    """One line as it was typed, with single blanks; None for nothing. Raises ParseError.

    Invisible format characters, which copying brings along, are dropped; control characters are refused.
    """
    if raw is None:
        return None
    if not isinstance(raw, str) or len(raw) > max_length:
        raise ParseError("not a short text")
    seen = "".join(letter for letter in raw if unicodedata.category(letter) != "Cf")
    if any(not letter.isprintable() and not letter.isspace() for letter in seen):
        raise ParseError("control characters")
    return " ".join(seen.split()) or None


def normalised(text: str, rules: Rules) -> str:
    """The form in which texts are compared."""
    # Marks first: NFKC would take a lone accent apart into a blank and a combining accent.
    text = unicodedata.normalize("NFKC", text.translate(_MARKS)).translate(_MARKS)
    if rules.umlauts:
        text = text.translate(_UMLAUTS)
    if not rules.case:
        text = unicodedata.normalize("NFKC", text.casefold())
    return " ".join(text.split())


def pieces(variant: str) -> list[str]:
    """The variant cut at its asterisks, escapes resolved: one piece if it has none."""
    found, piece, escaped = [], "", False
    for letter in variant:
        if escaped:
            piece += letter if letter in "*\\" else "\\" + letter
            escaped = False
        elif letter == "\\":
            escaped = True
        elif letter == "*":
            found.append(piece)
            piece = ""
        else:
            piece += letter
    return [*found, piece + ("\\" if escaped else "")]


def literal(variant: str) -> str:
    """A text that the variant accepts: what stands beside its asterisks."""
    return " ".join("".join(pieces(variant)).split())


@lru_cache(maxsize=4096)
def _prepared(variant: str, rules: Rules) -> tuple[str, ...]:
    cut = pieces(variant)
    if len(cut) == 1:
        return (normalised(cut[0], rules),)
    # A blank beside an asterisk is kept: "sales *" wants a second word.
    parts = []
    for number, piece in enumerate(cut):
        core = normalised(piece, rules)
        before = " " if core and piece[0].isspace() and number else ""
        after = " " if core and piece[-1].isspace() and number < len(cut) - 1 else ""
        parts.append(before + core + after)
    return tuple(parts)


def accepts(variant: str, text: str, rules: Rules) -> bool:
    """Whether a normalised text is the variant, asterisks standing for anything."""
    first, *rest = _prepared(variant, rules)
    if not rest:
        return text == first
    last = rest.pop()
    if not text.startswith(first) or len(text) < len(first) + len(last) or not text.endswith(last):
        return False
    at, end = len(first), len(text) - len(last)
    for piece in rest:
        at = text.find(piece, at, end)
        if at < 0:
            return False
        at += len(piece)
    return True


def nearly(variant: str, text: str, rules: Rules) -> bool:
    """Whether a normalised text is the variant with one small typing mistake."""
    wanted, *rest = _prepared(variant, rules)
    if rest or sum(letter.isalpha() for letter in wanted) < MIN_MISTYPED or abs(len(wanted) - len(text)) > 1:
        return False
    if text == wanted or _digits(text) != _digits(wanted):
        return False
    start = next(
        (at for at, (a, b) in enumerate(zip(wanted, text, strict=False)) if a != b), min(len(wanted), len(text))
    )
    longer, shorter = (wanted, text) if len(wanted) >= len(text) else (text, wanted)
    if len(longer) > len(shorter):
        return longer[start + 1 :] == shorter[start:]
    tail = start + 2
    exchanged = wanted[start:tail] == text[start:tail][::-1] and wanted[tail:] == text[tail:]
    return exchanged or wanted[start + 1 :] == text[start + 1 :]


def _digits(text: str) -> str:
    return "".join(letter for letter in text if letter.isdigit())
