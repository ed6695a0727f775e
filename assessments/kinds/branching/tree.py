"""Paths through a scenario. Pure, and safe with drafts: choices may lead nowhere or in a circle."""

from collections.abc import Sequence
from functools import reduce
from typing import Any

from assessments.kinds.base import Content

Entry = dict[str, Any]


def turns_of(content: Content) -> dict[str, Entry]:
    return {turn["id"]: turn for turn in content["turns"]}


def endings_of(content: Content) -> dict[str, Entry]:
    return {ending["id"]: ending for ending in content["endings"]}


def first_turn(content: Content) -> Entry | None:
    return content["turns"][0] if content["turns"] else None


def steps(content: Content, path: Sequence[str]) -> list[tuple[Entry, Entry]]:
    """The turns that a path of choice ids has gone through, each with its choice. Raises LookupError for no path."""
    turns = turns_of(content)
    turn = first_turn(content)
    taken: list[tuple[Entry, Entry]] = []
    for key in path:
        choice = next((one for one in (turn or {}).get("choices", ()) if one["id"] == key), None)
        if turn is None or choice is None or len(taken) >= len(turns):
            raise LookupError(key)
        taken.append((turn, choice))
        turn = turns.get(choice["goes"])
    return taken


def known_part(content: Content, path: Sequence[str]) -> list[str]:
    """The path as far as this conversation has it: a correction may have taken a turn or a choice away."""
    for length in range(len(path), 0, -1):
        try:
            steps(content, path[:length])
        except LookupError:
            continue
        return list(path[:length])
    return []


def ending(content: Content, path: Sequence[str]) -> Entry | None:
    """Where the path ends; None while it goes on."""
    taken = steps(content, path)
    return endings_of(content).get(taken[-1][1]["goes"]) if taken else None


def points(content: Content, path: Sequence[str]) -> int:
    return sum(choice["points"] for _turn, choice in steps(content, path))


def best_path(content: Content) -> list[str]:
    """The path to an ending with most points, the first by authoring among equals; empty where no ending is reached."""
    turns, ends = turns_of(content), endings_of(content)
    known: dict[str, tuple[int, list[str]] | None] = {}

    def best_from(key: str, above: frozenset[str]) -> tuple[int, list[str]] | None:
        if key in ends:
            return 0, []
        if key not in turns or key in above:
            return None
        if key not in known:
            options = []
            for choice in turns[key]["choices"]:
                rest = best_from(choice["goes"], above | {key})
                if rest is not None:
                    options.append((choice["points"] + rest[0], [choice["id"], *rest[1]]))
            known[key] = max(options, key=lambda option: option[0], default=None)
        return known[key]

    start = first_turn(content)
    found = best_from(start["id"], frozenset()) if start else None
    return found[1] if found else []


def best_points(content: Content) -> int:
    """The most points that a path to an ending earns."""
    return points(content, best_path(content))


def reachable(content: Content) -> set[str]:
    """Ids of turns and endings that the first turn leads to, itself included."""
    turns, start = turns_of(content), first_turn(content)
    open_ids, seen = [start["id"]] if start else [], set()
    while open_ids:
        key = open_ids.pop()
        if key and key not in seen:
            seen.add(key)
            open_ids += [choice["goes"] for choice in turns[key]["choices"]] if key in turns else []
    return seen


def circle(content: Content) -> list[str]:
    """Names of turns that lead back to themselves, the first one again at the end; empty where there is no circle."""
    turns = turns_of(content)
    done: set[str] = set()

    def walk(key: str, trail: list[str]) -> list[str]:
        if key in trail:
            return [*trail[trail.index(key) :], key]
        if key in done or key not in turns:
            return []
        found = reduce(
            lambda got, choice: got or walk(choice["goes"], [*trail, key]), turns[key]["choices"], list[str]()
        )
        done.add(key)
        return found

    keys = reduce(lambda got, key: got or walk(key, []), turns, list[str]())
    return [turns[key]["name"] for key in keys]
