"""Branching scenario: a conversation in which each choice leads to another turn, up to an ending."""

import random
from collections.abc import Mapping
from typing import Any, ClassVar

from django.http import QueryDict
from django.utils.translation import gettext_lazy

from assessments.enums import AnswerState
from assessments.kinds.base import (
    NO_ANSWER,
    Content,
    Kind,
    Outcome,
    ParseError,
    TallyKey,
    list_values,
    outcome,
    text_in,
    texts,
)
from assessments.kinds.branching import tree
from assessments.kinds.branching.blocks import BranchingBlock
from assessments.kinds.branching.problems import problems


def _points(raw: object) -> int:
    return raw if isinstance(raw, int) and not isinstance(raw, bool) and raw > 0 else 0


class Branching(Kind):
    """Response: the ids of the choices in the order in which they were made, from the first turn on.

    Score: points of the path ÷ points of the best path to an ending. A path that has not come to its end earns what it
    has so far: points are never negative, so nobody gains by stopping early.

    Which texts are sent before the end: those of all turns and choices and which turn follows, because the player
    works without a network. Points, feedback and endings are not: how it ends would tell whether a conversation went
    well, and who may go back could try the endings one by one.
    """

    key_fields = frozenset({"goes_to", "points"})
    name = "branching"
    label = gettext_lazy("Conversation with choices")
    description = gettext_lazy(
        "A scenario: each choice leads to another turn, and in the end to one of several endings."
    )
    icon = "comment"
    rank = 70
    shape = "own"
    block_class: ClassVar = BranchingBlock
    instruction = gettext_lazy("Choose what you say. The conversation goes on from there.")

    def content(self, raw: Mapping[str, Any]) -> Content:
        turns, endings = list_values(raw.get("turns")), list_values(raw.get("endings"))
        ids = {_short(value.get("name")): key for key, value in reversed([*turns, *endings])}
        ids.pop("", None)
        return {
            **texts(raw, "prompt", "feedback"),
            "may_go_back": bool(raw.get("may_go_back")),
            "turns": [
                {
                    "id": key,
                    "name": str(value.get("name") or "").strip(),
                    **texts(value, "speaker", "text"),
                    "choices": [
                        {
                            "id": choice_key,
                            "goes_to": str(choice.get("goes_to") or "").strip(),
                            "goes": ids.get(_short(choice.get("goes_to")), ""),
                            "points": _points(choice.get("points")),
                            **texts(choice, "text", "feedback"),
                        }
                        for choice_key, choice in list_values(value.get("choices"))
                    ],
                }
                for key, value in turns
            ],
            "endings": [
                {"id": key, "name": str(value.get("name") or "").strip(), **texts(value, "text", "feedback")}
                for key, value in endings
            ],
        }

    def problems(self, content: Content) -> list[str]:
        return self.common_problems(content) + problems(content)

    def option_order(self, content: Content, rng: random.Random, *, shuffle: bool) -> list[str]:
        """Choices, mixed within their turns; turns follow from choices."""
        ids = [choice["id"] for turn in content["turns"] for choice in turn["choices"]]
        if shuffle:
            rng.shuffle(ids)
        return ids

    def public(self, content: Content, language: str, option_order: Any) -> dict[str, Any]:
        places = {key: place for place, key in enumerate(option_order if isinstance(option_order, list) else ())}
        turns = tree.turns_of(content)
        return {
            "kind": self.name,
            "prompt": text_in(content, "prompt", language),
            "may_go_back": content["may_go_back"],
            "turns": [
                {
                    "id": turn["id"],
                    "speaker": text_in(turn, "speaker", language),
                    "text": text_in(turn, "text", language),
                    "choices": [
                        {
                            "id": choice["id"],
                            "text": text_in(choice, "text", language),
                            "goes": choice["goes"] if choice["goes"] in turns else "",  # which ending, is not told
                        }
                        for choice in sorted(turn["choices"], key=lambda one: places.get(one["id"], len(places)))
                    ],
                }
                for turn in content["turns"]
            ],
        }

    def with_answer(self, public: dict[str, Any], response: Any) -> dict[str, Any]:
        """`rows`: the turns in the order of the path, then the one that is open, then those that nobody may see yet."""
        path = response if isinstance(response, list) else []
        turns = {turn["id"]: turn for turn in public["turns"]}
        here = public["turns"][0]["id"] if public["turns"] else ""
        rows = []
        for key in path:
            turn = turns.pop(here)
            chosen = next(choice for choice in turn["choices"] if choice["id"] == key)
            rows.append({"turn": turn, "chosen": chosen, "shown": True})
            here = chosen["goes"]
        if here:
            rows.append({"turn": turns.pop(here), "chosen": None, "shown": True})
        rows += [{"turn": turn, "chosen": None, "shown": False} for turn in turns.values()]
        return {"rows": rows, "ended": bool(path) and not here, "begun": bool(path)}

    def parse(self, content: Content, raw: object) -> list[str] | None:
        if raw in (None, "", []):
            return None
        if not isinstance(raw, list) or not all(isinstance(key, str) for key in raw):
            raise ParseError("not a list of choices")
        try:
            tree.steps(content, raw)
        except LookupError as error:
            raise ParseError("no path through the conversation") from error
        return list(raw)

    def tries_again(self, content: Content) -> bool:
        return bool(content["may_go_back"])

    def may_follow(self, content: Content, before: Any, response: Any) -> bool:
        """Without the way back, a path can only be continued."""
        if content["may_go_back"] or not before:
            return True
        return bool(response) and response[: len(before)] == before

    def read_form(self, content: Content, form: QueryDict, current: Any) -> object:
        """Hidden fields `path` with the choices made so far; a button `move` with the next one, or with `back`."""
        path, move = form.getlist("path"), form.get("move")
        if move == "back":
            return path[:-1]
        return [*path, move] if move else path

    def answer_state(self, content: Content, response: Any) -> AnswerState:
        if not response:
            return AnswerState.EMPTY
        return AnswerState.ANSWERED if tree.ending(content, response) else AnswerState.PARTIAL

    def grade(self, content: Content, response: Any) -> Outcome:
        best = tree.best_points(content)
        reached = tree.points(content, tree.known_part(content, response or ()))
        return outcome(min(reached, best), best) if best else outcome(0, 1)

    def best(self, content: Content) -> list[str]:
        return tree.best_path(content)

    def review(self, content: Content, response: Any, language: str) -> dict[str, Any]:
        path = tree.known_part(content, response or ())
        best = tree.best_path(content)
        names = self._names(content)

        def told(turn: dict[str, Any], *, chosen: str) -> dict[str, Any]:
            return {
                "id": turn["id"],
                "name": turn["name"],
                "speaker": text_in(turn, "speaker", language),
                "text": text_in(turn, "text", language),
                "choices": [
                    {
                        "text": text_in(choice, "text", language),
                        "chosen": choice["id"] == chosen,
                        "best": choice["points"] == max(one["points"] for one in turn["choices"]),
                        "points": choice["points"],
                        "goes_to": names.get(choice["goes"], choice["goes_to"]),
                        "feedback": text_in(choice, "feedback", language),
                    }
                    for choice in turn["choices"]
                ],
            }

        ending = tree.ending(content, path)
        return {
            "kind": self.name,
            "prompt": text_in(content, "prompt", language),
            "answered": response is not None,
            "yours": self._lines(content, path, language),
            "right": self._lines(content, best, language),
            "turns": [told(turn, chosen=choice["id"]) for turn, choice in tree.steps(content, path)],
            "ending": _ending(ending, language) if ending else None,
            "points": tree.points(content, path),
            "most": tree.best_points(content),
            # The whole tree, for the preview: nobody has answered there.
            "overview": [told(turn, chosen="") for turn in content["turns"]] if response is None else [],
            "endings": [_ending(one, language) for one in content["endings"]] if response is None else [],
            "feedback": text_in(content, "feedback", language),
        }

    def _names(self, content: Content) -> dict[str, str]:
        return {entry["id"]: entry["name"] for entry in [*content["turns"], *content["endings"]]}

    def _lines(self, content: Content, path: list[str], language: str) -> list[str]:
        return [text_in(choice, "text", language) for _turn, choice in tree.steps(content, path)]

    def remarks(self, review: dict[str, Any]) -> list[str]:
        chosen = [choice for turn in review["turns"] for choice in turn["choices"] if choice["chosen"]]
        return [one["feedback"] for one in [*chosen, review["ending"] or {}] if one.get("feedback")]

    def tally(self, content: Content, response: Any) -> list[str]:
        """Each choice of the path, and the ending."""
        path = tree.known_part(content, response or ())
        ending = tree.ending(content, path)
        return [*path, *([ending["id"]] if ending else [])] or [NO_ANSWER]

    def tally_keys(self, content: Content, language: str) -> list[TallyKey]:
        best = set(self.tally(content, tree.best_path(content)))
        choices = [
            TallyKey(choice["id"], f"{turn['name']}: {text_in(choice, 'text', language)}", choice["id"] in best or None)
            for turn in content["turns"]
            for choice in turn["choices"]
        ]
        return choices + [
            TallyKey(one["id"], text_in(one, "text", language), one["id"] in best or None) for one in content["endings"]
        ]


def _short(name: object) -> str:
    """Short names are compared without regard to case and blanks."""
    return " ".join(str(name or "").casefold().split())


def _ending(ending: dict[str, Any], language: str) -> dict[str, str]:
    return {
        "name": ending["name"],
        "text": text_in(ending, "text", language),
        "feedback": text_in(ending, "feedback", language),
    }


KIND = Branching()
