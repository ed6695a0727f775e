"""Feedback by score and Moodle's combined feedback, which knows an answer as right, partly right and wrong.

Right is a band from 100 percent, partly right one from 1 and wrong one from 0. They differ only for an answer that
earns less than a hundredth of a point.
"""

from collections.abc import Iterator, Mapping

from django.utils.translation import gettext as _

COMBINED = ("correctfeedback", "partiallycorrectfeedback", "incorrectfeedback")
BEGINS = (100, 1, 0)
# Moodle's types that have combined feedback (`save_combined_feedback_helper`), as the formats of the family name them.
TYPES = frozenset({"multichoice", "match", "ordering"})


def bands_of(*texts: str) -> tuple[dict[int, str], list[str]]:
    """Bands from Moodle's three texts, and the texts that are lost.

    A band reaches up to the next one, so a text below one that is missing would be said to better answers, too.
    """
    found: dict[int, str] = {}
    lost: list[str] = []
    for begin, text in zip(BEGINS, texts, strict=True):
        if text and len(found) == BEGINS.index(begin):
            found[begin] = text
        elif text:
            lost.append(text)
    for upper, lower in ((100, 1), (1, 0)):
        if upper in found and found[upper] == found.get(lower):
            del found[upper]
    return found, lost


def combined(bands: Mapping[int, str]) -> dict[str, str]:
    """Moodle's three texts, by name: what an answer that is right, partly right or wrong reads at least."""
    found = {}
    for name, begin in zip(COMBINED, BEGINS, strict=True):
        reached = [one for one in bands if one <= begin]
        found[name] = bands[max(reached)] if reached else ""
    return found


def whole_lost(text: str) -> str:
    """The sentence about a text that finds no place here."""
    return _("Feedback on the answer as a whole: “%(text)s”") % {"text": text[:120]}


def losses(bands: Mapping[int, str], qtype: str = "") -> Iterator[str]:
    """The bands that a question of that type cannot hold; without a type none of them."""
    for begin, text in bands.items():
        if qtype not in TYPES or begin not in BEGINS:
            yield _("Feedback from %(percent)d %% on: “%(text)s”") % {"percent": begin, "text": text[:120]}
