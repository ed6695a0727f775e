"""What a gap takes: words, a number or one of several choices. Each sort with its reading, grading and words."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from assessments.kinds.base import (
    LANGUAGES,
    MAX_ID_LENGTH,
    ParseError,
    list_values,
    missing_texts,
    repeated,
    text_in,
    texts,
)
from assessments.kinds.numeric import plain_number
from assessments.kinds.numeric.reading import format_number, readings
from assessments.kinds.short_text.accepted import accepted, best_text, found, problems_of, shown
from assessments.kinds.short_text.wording import Rules, read_line

Gap = dict[str, Any]
SORTS = ("text", "number", "select")
MAX_LENGTH = {"text": 80, "number": 32}
RULES = Rules()


def frozen(sort: str, key: str, value: Mapping[str, Any]) -> Gap:
    """The frozen form of one gap."""
    points = value.get("points", 1)
    gap = {"id": key, "sort": sort, "points": points if isinstance(points, int) and points > 0 else 1}
    gap |= texts(value, "feedback")
    if sort == "number":
        return gap | {
            "number": plain_number(value.get("number")),
            "tolerance": plain_number(value.get("tolerance") or 0) or "0",
        }
    if sort == "select":
        return gap | {
            "choices": [
                {"id": one, "correct": bool(choice.get("correct")), **texts(choice, "text")}
                for one, choice in list_values(value.get("choices"))
            ]
        }
    return gap | {"answers": [accepted(one, answer) for one, answer in list_values(value.get("answers"))]}


def problems(gap: Gap, where: str) -> list[str]:
    """What keeps the gap from being published."""
    sentences = missing_texts(gap, "feedback", _("Feedback on %(answer)s") % {"answer": where})
    if gap["sort"] == "number":
        if not gap["number"]:
            sentences.append(_("%(where)s: the right number is missing.") % {"where": where})
        if Decimal(gap["tolerance"]) < 0:
            sentences.append(_("%(where)s: the tolerance must be 0 or more.") % {"where": where})
    elif gap["sort"] == "select":
        for number, choice in enumerate(gap["choices"], 1):
            sentences += missing_texts(choice, "text", f"{where}, " + _("Choice %(number)d") % {"number": number})
        if sum(choice["correct"] for choice in gap["choices"]) != 1 or len(gap["choices"]) < 2:
            sentences.append(_("%(where)s: of at least two choices exactly one must be right.") % {"where": where})
        if any(repeated(choice[f"text_{language}"] for choice in gap["choices"]) for language in LANGUAGES):
            sentences.append(_("%(where)s: two choices have the same text.") % {"where": where})
    else:
        sentences += problems_of(gap["answers"], RULES, where)
    return sentences


def read(gap: Gap, raw: object) -> str | None:
    """The answer to one gap; None for nothing. Raises ParseError."""
    if gap["sort"] != "select":
        return read_line(raw, MAX_LENGTH[gap["sort"]])
    if raw in (None, ""):
        return None
    if not isinstance(raw, str) or len(raw) > MAX_ID_LENGTH or raw not in {one["id"] for one in gap["choices"]}:
        raise ParseError("unknown choice")
    return raw


def unreadable(gap: Gap, given: str | None) -> bool:
    """Whether a number was asked and something else was typed."""
    return gap["sort"] == "number" and given is not None and not readings(given)


def share(gap: Gap, given: str | None) -> int:
    """Percent of the gap's points."""
    if given is None:
        return 0
    if gap["sort"] == "number":
        near = gap["number"] and any(
            abs(value - Decimal(gap["number"])) <= Decimal(gap["tolerance"]) for value in readings(given)
        )
        return 100 if near else 0
    if gap["sort"] == "select":
        return 100 if any(one["correct"] and one["id"] == given for one in gap["choices"]) else 0
    entry, mistyped = found(gap["answers"], given, RULES)
    return int(entry["share"]) if entry and not mistyped else 0


def best(gap: Gap) -> str | None:
    if gap["sort"] == "number":
        return str(gap["number"]) or None
    if gap["sort"] == "select":
        return next((one["id"] for one in gap["choices"] if one["correct"]), None)
    return best_text(gap["answers"])


def in_words(gap: Gap, given: str | None, language: str) -> str:
    """A given answer as its author reads it."""
    if gap["sort"] == "select":
        return next((text_in(one, "text", language) for one in gap["choices"] if one["id"] == given), "")
    return given or ""


def right_words(gap: Gap, language: str) -> str:
    if gap["sort"] == "number":
        tolerance = Decimal(gap["tolerance"])
        about = f" (± {format_number(tolerance, language)})" if tolerance else ""
        return (format_number(Decimal(gap["number"]), language) if gap["number"] else "") + about
    if gap["sort"] == "select":
        return in_words(gap, best(gap), language)
    return " / ".join(shown(gap["answers"], language))


def told(gap: Gap, given: str | None, language: str) -> str:
    """The word to the answer that was given, where the trainer has written one."""
    if gap["sort"] != "text":
        return ""
    entry, mistyped = found(gap["answers"], given, RULES)
    if mistyped:
        return _("That was close: one letter differs from an accepted answer.")
    return text_in(entry, "feedback", language) if entry else ""


def tally(gap: Gap, given: str | None) -> str:
    """What to count of an answer: an id of the trainer's, or a word of ours; never what was typed."""
    if given is None:
        return "-"
    if gap["sort"] == "select":
        return given
    if gap["sort"] == "number":
        return "right" if share(gap, given) else "other"
    entry, mistyped = found(gap["answers"], given, RULES)
    return "other" if entry is None else "near" if mistyped else str(entry["id"])


def tally_keys(gap: Gap, language: str) -> list[tuple[str, str, bool]]:
    """Key, words and whether it is right, of everything that `tally` can give but no answer."""
    other = ("other", _("Something else"), False)
    if gap["sort"] == "number":
        return [("right", right_words(gap, language), True), other]
    if gap["sort"] == "select":
        return [(one["id"], text_in(one, "text", language), one["correct"]) for one in gap["choices"]]
    near = ("near", _("One letter away from an accepted answer"), False)
    lines = [
        (one["id"], ", ".join(one["variants_de" if language == "de" else "variants_en"]), one["share"] == 100)
        for one in gap["answers"]
    ]
    return [*lines, near, other]
