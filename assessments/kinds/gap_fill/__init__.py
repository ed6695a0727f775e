"""Gap fill: words, numbers and choices in a running text."""

import random
from collections.abc import Mapping
from fractions import Fraction
from typing import Any, ClassVar

from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assessments.behaviours.tries import Part
from assessments.enums import AnswerState
from assessments.kinds.base import (
    LANGUAGE_NAMES,
    LANGUAGES,
    NO_ANSWER,
    Content,
    Kind,
    Outcome,
    ParseError,
    TallyKey,
    in_order,
    missing_texts,
    outcome,
    shuffled,
    text_in,
    texts,
)
from assessments.kinds.gap_fill import gaps as one_gap
from assessments.kinds.gap_fill.editor import GapFillBlock
from assessments.kinds.gap_fill.layout import numbers, spots


class GapFill(Kind):
    """Response: `{gap id: text or choice id}`, possibly for some gaps only. Score: the points of the gaps earned."""

    key_fields = frozenset({"correct", "number", "points", "share", "tolerance", "variants_de", "variants_en"})
    name = "gap_fill"
    label = gettext_lazy("Gap fill")
    description = gettext_lazy("A running text with gaps for words, numbers or choices.")
    instruction = gettext_lazy("Fill the gaps in the text.")
    icon = "minus"
    rank = 36
    shape = "parts"
    block_class: ClassVar = GapFillBlock

    def content(self, raw: Mapping[str, Any]) -> Content:
        listed = [child for child in raw.get("gaps") or () if child.get("type") in one_gap.SORTS]
        return {
            **texts(raw, "prompt", "text", "feedback"),
            "gaps": [one_gap.frozen(child["type"], str(child["id"]), child["value"]) for child in listed],
        }

    def problems(self, content: Content) -> list[str]:
        found = self.common_problems(content)
        found += missing_texts(content, "text", _("Text with gaps"))
        if not content["gaps"]:
            found.append(_("At least one gap is needed."))
        wanted = range(1, len(content["gaps"]) + 1)
        for language in LANGUAGES:
            if not content[f"text_{language}"]:
                continue
            there = numbers(content[f"text_{language}"])
            name = LANGUAGE_NAMES[language].lower()
            for number in wanted:
                if there.count(number) != 1:
                    found.append(
                        _("Gap %(number)d stands %(count)d times in the text in %(language)s; it must be there once.")
                        % {"number": number, "count": there.count(number), "language": name}
                    )
            found += [
                _("The text in %(language)s has a gap %(number)d, but the list ends with %(last)d.")
                % {"language": name, "number": number, "last": len(content["gaps"])}
                for number in sorted(set(there) - set(wanted))
            ]
        for number, gap in enumerate(content["gaps"], 1):
            found += one_gap.problems(gap, _("Gap %(number)d") % {"number": number})
        return found

    def option_order(self, content: Content, rng: random.Random, *, shuffle: bool) -> dict[str, list[str]]:
        """The choices of each gap, always mixed: in the order of authoring the right one tends to stand first."""
        return {
            gap["id"]: shuffled([one["id"] for one in gap["choices"]], rng)
            for gap in content["gaps"]
            if gap["sort"] == "select"
        }

    def public(self, content: Content, language: str, option_order: Any) -> dict[str, Any]:
        order = option_order if isinstance(option_order, dict) else {}
        found, rest = spots(text_in(content, "text", language), range(1, len(content["gaps"]) + 1), language)
        pieces = []
        for place, spot in enumerate(found, 1):
            gap = content["gaps"][spot.number - 1]
            piece = {"id": gap["id"], "place": place, "sort": gap["sort"], "label": spot.label}
            piece |= {"before": spot.before, "tail": spot.tail}
            if gap["sort"] == "select":
                fallback = sorted(one["id"] for one in gap["choices"])
                piece["choices"] = [
                    {"id": one["id"], "text": text_in(one, "text", language)}
                    for one in in_order(gap["choices"], order.get(gap["id"], fallback))
                ]
            else:
                piece["max_length"] = one_gap.MAX_LENGTH[gap["sort"]]
            pieces.append(piece)
        return {"kind": self.name, "prompt": text_in(content, "prompt", language), "pieces": pieces, "rest": rest}

    def parse(self, content: Content, raw: object) -> dict[str, str] | None:
        if raw in (None, "", {}):
            return None
        by_id = {gap["id"]: gap for gap in content["gaps"]}
        if not isinstance(raw, dict) or not raw.keys() <= by_id.keys():
            raise ParseError("not a mapping of gaps to answers")
        read = {key: one_gap.read(by_id[key], value) for key, value in raw.items()}
        return {key: value for key, value in read.items() if value is not None} or None

    def read_form(self, content: Content, form: QueryDict, current: Any) -> object:
        """Fields are called `answer-<gap id>`."""
        return {gap["id"]: form.get(f"answer-{gap['id']}") for gap in content["gaps"]}

    def answer_state(self, content: Content, response: Any) -> AnswerState:
        if not response:
            return AnswerState.EMPTY
        whole = all(
            gap["id"] in response and not one_gap.unreadable(gap, response[gap["id"]]) for gap in content["gaps"]
        )
        return AnswerState.ANSWERED if whole else AnswerState.PARTIAL

    def hint(self, content: Content, response: Any) -> str:
        given = response or {}
        bad = [given[gap["id"]] for gap in content["gaps"] if one_gap.unreadable(gap, given.get(gap["id"]))]
        if not bad:
            return ""
        return _("We cannot read “%(text)s” as a number. Write for example 1.234,5 or 1,234.5.") % {"text": bad[0]}

    def grade(self, content: Content, response: Any) -> Outcome:
        given = response or {}
        earned = sum(gap["points"] * one_gap.share(gap, given.get(gap["id"])) for gap in content["gaps"])
        return outcome(earned, 100 * sum(gap["points"] for gap in content["gaps"]) or 1)

    def parts(self, content: Content, response: Any) -> list[Part]:
        given = response or {}
        return [Part(gap["points"], Fraction(one_gap.share(gap, given.get(gap["id"])), 100)) for gap in content["gaps"]]

    def best(self, content: Content) -> dict[str, str]:
        found = {gap["id"]: one_gap.best(gap) for gap in content["gaps"]}
        return {key: value for key, value in found.items() if value is not None}

    def review(self, content: Content, response: Any, language: str) -> dict[str, Any]:
        given = response or {}
        found, rest = spots(text_in(content, "text", language), range(1, len(content["gaps"]) + 1), language)
        shown = []
        for place, spot in enumerate(found, 1):
            gap = content["gaps"][spot.number - 1]
            mine = given.get(gap["id"])
            share = one_gap.share(gap, mine)
            shown.append(
                {
                    "place": place,
                    "before": spot.before,
                    "tail": spot.tail,
                    "yours": one_gap.in_words(gap, mine, language),
                    "right": one_gap.right_words(gap, language),
                    "share": share,
                    "correct": share == 100,
                    "points": gap["points"],
                    "told": one_gap.told(gap, mine, language),
                    "feedback": text_in(gap, "feedback", language),
                }
            )
        return {
            "kind": self.name,
            "prompt": text_in(content, "prompt", language),
            "answered": response is not None,
            "yours": [f"{gap['place']}: {gap['yours']}" for gap in shown if gap["yours"]],
            "right": [f"{gap['place']}: {gap['right']}" for gap in shown],
            "gaps": shown,
            "rest": rest,
            "weighted": len({gap["points"] for gap in shown}) > 1,
            "feedback": text_in(content, "feedback", language),
        }

    def remarks(self, review: dict[str, Any]) -> list[str]:
        return [gap["told"] for gap in review["gaps"] if gap["told"]]

    def tally(self, content: Content, response: Any) -> list[str]:
        """`<gap>:<key>` for each gap that was filled."""
        given = response or {}
        filled = [gap for gap in content["gaps"] if gap["id"] in given]
        return [f"{gap['id']}:{one_gap.tally(gap, given[gap['id']])}" for gap in filled] or [NO_ANSWER]

    def tally_keys(self, content: Content, language: str) -> list[TallyKey]:
        return [
            TallyKey(f"{gap['id']}:{key}", _("Gap %(number)d") % {"number": number} + f": {words}", right)
            for number, gap in enumerate(content["gaps"], 1)
            for key, words, right in one_gap.tally_keys(gap, language)
        ]

    def guess_score(self, content: Content) -> float | None:
        """Each choice as likely as the others, by points; no definition where something is typed."""
        if not content["gaps"] or any(gap["sort"] != "select" or not gap["choices"] for gap in content["gaps"]):
            return None
        earned = sum(gap["points"] / len(gap["choices"]) for gap in content["gaps"])
        return float(earned / sum(gap["points"] for gap in content["gaps"]))


KIND = GapFill()
