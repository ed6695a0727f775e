"""Ids of blocks. Learners' notes and ticks hang on them, so a block that stays keeps its id when others come and go."""

import json
import uuid
from collections.abc import Iterable
from difflib import SequenceMatcher
from typing import Any

from courses.package.values import without_ids


def _is_children(raw: Any) -> bool:
    return isinstance(raw, list) and all(
        isinstance(child, dict) and "type" in child and "value" in child for child in raw
    )


def _fingerprint(child: dict[str, Any]) -> str:
    return json.dumps(without_ids(child), sort_keys=True, default=str)


def _pairs(new: list[dict[str, Any]], old: list[dict[str, Any]]) -> Iterable[tuple[int, int]]:
    """Which new child continues which old one: equal content, else the same type in a place that was rewritten."""
    mine, theirs = ([_fingerprint(child) for child in children] for children in (new, old))
    matcher = SequenceMatcher(None, mine, theirs, autojunk=False)
    for operation, new_from, new_to, old_from, old_to in matcher.get_opcodes():
        if operation == "equal":
            yield from zip(range(new_from, new_to), range(old_from, old_to), strict=True)
        elif operation == "replace":
            left = list(range(old_from, old_to))
            for index in range(new_from, new_to):
                match = next((each for each in left if old[each]["type"] == new[index]["type"]), None)
                if match is not None:
                    left.remove(match)
                    yield index, match


def with_ids(raw: Any, *, seed: uuid.UUID, old: Any = None, by_position: bool = False, path: str = "") -> Any:
    """`raw` with ids on all children of streams and lists.

    Ids come from `old` (the stored value before, or with `by_position` the other language's value); a new child gets
    one that depends on `seed` and its path alone, so that two imports of one package agree.
    """
    if isinstance(raw, dict):
        fields = old if isinstance(old, dict) else {}
        return {
            key: with_ids(value, seed=seed, old=fields.get(key), by_position=by_position, path=f"{path}/{key}")
            for key, value in raw.items()
        }
    if not _is_children(raw) or not raw:
        return raw
    children = old if _is_children(old) else []
    size = min(len(raw), len(children))
    pairs = dict(zip(range(size), range(size), strict=True) if by_position else _pairs(raw, children))
    kept = {str(children[index].get("id")) for index in pairs.values()}
    result = []
    for index, child in enumerate(raw):
        before = children[pairs[index]] if index in pairs else None
        here = f"{path}/{index}-{child['type']}"
        own = str(before["id"]) if before and before.get("id") else _fresh(seed, here, kept)
        kept.add(own)
        inner = with_ids(
            child["value"], seed=seed, old=before["value"] if before else None, by_position=by_position, path=here
        )
        result.append({"type": child["type"], "value": inner, "id": own})
    return result


def _fresh(seed: uuid.UUID, path: str, taken: set[str]) -> str:
    number = 0
    while (found := str(uuid.uuid5(seed, f"{path}#{number}" if number else path))) in taken:
        number += 1
    return found
