"""Where the gaps stand in the running text."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import override

MARK = re.compile(r"\{\{\s*(\d{1,3})\s*\}\}")
# What belongs to a gap and must not begin the next line: a full stop, a closing bracket, a percent sign.
_TAIL = re.compile(r"[^\s\w{]{1,3}(?=\s|$)|[^\s\w{](?=\w)")
CONTEXT = 40  # characters of the text around a gap that its label repeats


@dataclass(frozen=True)
class Spot:
    """A gap in reading order: `before` is the text in front of it, `tail` the punctuation that clings to it."""

    number: int  # its place in the trainer's list, from 1
    before: str
    tail: str
    label: str


def numbers(text: str) -> list[int]:
    """The numbers of the gaps in reading order."""
    return [int(found) for found in MARK.findall(text)]


def spots(text: str, known: Sequence[int], language: str) -> tuple[list[Spot], str]:
    """The gaps that exist, in reading order, and the text behind the last. Repeated and unknown marks are left out."""
    parts = MARK.split(text)
    places: list[tuple[int, str, str]] = []
    before = parts[0]
    for mark, after in zip(map(int, parts[1::2]), parts[2::2], strict=True):
        if mark not in known or mark in [number for number, _before, _tail in places]:
            before += after
            continue
        cling = _TAIL.match(after)
        tail = cling[0] if cling else ""
        places.append((mark, before, tail))
        before = after[len(tail) :]
    around = [(one, places[at + 1][1] if at + 1 < len(places) else before) for at, one in enumerate(places)]
    with override(language):
        found = [
            Spot(number, front, tail, _label(at, len(places), front, tail + behind))
            for at, ((number, front, tail), behind) in enumerate(around, 1)
        ]
    return found, before


def _label(place: int, total: int, before: str, after: str) -> str:
    """`Gap 2 of 5: … leads go to ____ within a day …`: heard alone, a field must say where it stands."""
    head, tail = " ".join(before.split()), " ".join(after.split())
    head = f"…{head[-CONTEXT:]}" if len(head) > CONTEXT else head
    tail = f"{tail[:CONTEXT]}…" if len(tail) > CONTEXT else tail
    return _("Gap %(place)d of %(total)d: %(words)s") % {
        "place": place,
        "total": total,
        "words": f"{head} ____ {tail}".strip(),
    }
