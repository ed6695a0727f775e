"""Building, completing and joining what editor blocks store."""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _

from assessments.exchange.items import Raw
from assessments.exchange.text import tidy
from assessments.kinds.base import LANGUAGES, MAX_ID_LENGTH


class MergeError(Exception):
    """Two languages of an item do not fit together. The message says where."""


def say(name: str, value: str, language: str) -> dict[str, str]:
    """A bilingual text of which one language is known."""
    return {f"{name}_{code}": tidy(value) if code == language else "" for code in LANGUAGES}


def listed(values: Iterable[Raw], idents: Sequence[str] = ()) -> list[dict[str, Any]]:
    """Children of a ListBlock; without idents they get theirs from the item's key when it is planned."""
    return [
        {"type": "item", "id": idents[place] if place < len(idents) else "", "value": value}
        for place, value in enumerate(values)
    ]


def children(raw: Mapping[str, Any], name: str) -> list[tuple[str, Raw]]:
    """Id and value of each child of a stored ListBlock."""
    return [(str(child.get("id") or ""), child["value"]) for child in raw.get(name) or ()]


def own(raw: Mapping[str, Any], name: str, language: str) -> str:
    """A text in exactly that language."""
    return tidy(str(raw.get(f"{name}_{language}") or ""))


def is_list(value: object) -> bool:
    """Whether a stored value is a ListBlock's (or a StreamBlock's): children with type, id and value."""
    return isinstance(value, list) and all(isinstance(child, dict) and "value" in child for child in value)


def with_ids(value: Any, seed: uuid.UUID, path: str = "") -> Any:
    """The same with an id at every child: its own if it is usable and unique in its list, else a new one."""
    if isinstance(value, dict):
        return {key: with_ids(child, seed, f"{path}/{key}") for key, child in value.items()}
    if not is_list(value):
        return value
    used = {str(child.get("id") or "") for child in value}
    seen: set[str] = {""}
    made = []
    for place, child in enumerate(value):
        ident, number = str(child.get("id") or ""), place
        if ident in seen or len(ident) > MAX_ID_LENGTH:
            while (ident := str(uuid.uuid5(seed, f"{path}/{number}"))) in used:
                number += len(value)
            used.add(ident)
        seen.add(ident)
        made.append({**child, "id": ident, "value": with_ids(child["value"], seed, f"{path}/{ident}")})
    return made


def normal(value: Any, name: str = "") -> Any:
    """For comparing: texts tidied, numbers without trailing zeros, nothing that says nothing, ids of children kept."""
    if isinstance(value, dict):
        return {key: one for key, child in value.items() if (one := normal(child, key)) not in ("", None, [], {})}
    if isinstance(value, list):
        return [normal(child, name) for child in value]
    if isinstance(value, bool) or value is None:
        return value
    if name.rpartition("_")[2] in LANGUAGES:
        return tidy(str(value))
    try:
        return format(Decimal(str(value)).normalize(), "f")
    except InvalidOperation:
        return tidy(str(value))


def merged(old: Any, new: Any, *, languages: Sequence[str], exact: bool) -> Any:
    """`old` with what `new` says. Raises MergeError.

    Texts in languages that the file does not speak stay. An empty text in `new` leaves what is there unless the format
    is `exact`. Lists are joined child by child: by id, else by an equal text, else by place.
    """
    if isinstance(old, dict) and isinstance(new, dict):
        return _merged_dict(old, new, languages, exact=exact)
    if is_list(old) and is_list(new) and (old or new):
        return _merged_list(old, new, languages, exact=exact)
    return new


def _merged_dict(old: Raw, new: Raw, languages: Sequence[str], *, exact: bool) -> Raw:
    made = dict(old)
    for key, value in new.items():
        base, _separator, code = key.rpartition("_")
        if base and code in LANGUAGES:
            if code in languages and (exact or value):
                made[key] = value
        elif key in old:
            made[key] = merged(old[key], value, languages=languages, exact=exact)
        else:
            made[key] = value
    return made


def _merged_list(
    old: list[dict[str, Any]], new: list[dict[str, Any]], languages: Sequence[str], *, exact: bool
) -> list[dict[str, Any]]:
    partners = _partners(old, new, languages)
    if old and new and not partners:
        counts = {"found": len(new), "expected": len(old)}
        raise MergeError(
            _("it has %(found)d entries where the item has %(expected)d, and none of them can be recognised") % counts
        )
    made = []
    for place, child in enumerate(new):
        partner = partners.get(place)
        if partner is None:
            made.append(child)
        elif child.get("type") != partner.get("type"):
            made.append({**child, "id": partner["id"]})
        else:
            value = merged(partner["value"], child["value"], languages=languages, exact=exact)
            made.append({**partner, "value": value})
    return made


def _partners(
    old: list[dict[str, Any]], new: list[dict[str, Any]], languages: Sequence[str]
) -> dict[int, dict[str, Any]]:
    """Place in `new` → child of `old`."""
    free = {str(child.get("id")): child for child in old}
    found: dict[int, dict[str, Any]] = {}
    for place, child in enumerate(new):
        if (ident := str(child.get("id") or "")) in free:
            found[place] = free.pop(ident)
    by_text: dict[tuple[Any, ...], list[str]] = {}
    for ident, child in free.items():
        if (key := _key(child["value"], languages)) is not None:
            by_text.setdefault(key, []).append(ident)  # texts that differ by case alone stand in their order
    for place, child in enumerate(new):
        same = by_text.get(_key(child["value"], languages) or ())
        if place not in found and same:
            found[place] = free.pop(same.pop(0))
    if len(old) == len(new):
        for place, child in enumerate(old):
            if place not in found and str(child.get("id")) in free:
                _agree(child["value"], new[place]["value"], languages)
                found[place] = free.pop(str(child.get("id")))
    return found


def _agree(old: Any, new: Any, languages: Sequence[str]) -> None:
    """An entry that says nothing in these languages yet is recognised by its place; then it must mean the same.

    Else a translation whose answers stand in another order would mark the wrong one as right. Raises MergeError.
    """
    if not isinstance(old, dict) or not isinstance(new, dict) or _key(old, languages) is not None:
        return
    for name, value in new.items():
        if isinstance(value, bool) and bool(old.get(name)) != value:
            raise MergeError(_("the right answers stand at other places than in the item"))


def _key(value: Any, languages: Sequence[str]) -> tuple[Any, ...] | None:
    """What a child is recognised by: its first text in the file's languages, or its plain value."""
    if not isinstance(value, dict):
        return (str(value),) if value not in (None, "") else None
    for key, text in value.items():
        base, _separator, code = key.rpartition("_")
        if base and base != "feedback" and code in languages and text:
            return (base, code, folded(text))
    return None


def said(raw: Any, language: str) -> list[str]:
    """All texts of an item in one language, in order, folded for comparing; feedback left out."""
    if isinstance(raw, dict):
        found: list[str] = []
        for key, value in raw.items():
            base, _separator, code = key.rpartition("_")
            if base and code in LANGUAGES:
                if code == language and base != "feedback" and value:
                    found.append(folded(value))
            else:
                found += said(value, language)
        return found
    return [text for child in raw for text in said(child.get("value"), language)] if is_list(raw) else []


def folded(text: object) -> str:
    """A text for comparing: case and blanks aside."""
    return " ".join(str(text).casefold().split())
