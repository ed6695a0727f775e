"""Factories of the assessments room: items of every kind, tests that draw them, attempts."""

from collections.abc import Sequence
from itertools import count
from typing import Any

from assessments.kinds import kinds
from assessments.models import Attempt, AttemptItem, Item, QuizPage
from courses.enums import Audience
from courses.models import Activity, ModulePage
from tests.courses.cms_factories import image
from tests.courses.factories import activity_of

_numbers = count(1)


def bilingual(**names: str) -> dict[str, str]:
    """`text="A"` → text_de "A (de)", text_en "A (en)"."""
    return {f"{name}_{language}": f"{value} ({language})" for name, value in names.items() for language in ("de", "en")}


def _list(values: Sequence[dict[str, Any]], prefix: str) -> list[dict[str, Any]]:
    return [{"type": "item", "id": f"{prefix}-{number}", "value": value} for number, value in enumerate(values, 1)]


def choice_raw(key: str, *, prompt: str = "Which?", marker: str = "") -> dict[str, Any]:
    """Stored JSON of a choice block: `+--` has three options (o-1, o-2, o-3) of which the first is right."""
    options = [
        {
            **bilingual(text=f"Option {number}", feedback=f"Feedback {number}{marker}"),
            "correct": sign == "+",
        }
        for number, sign in enumerate(key, 1)
    ]
    return {**bilingual(prompt=prompt, feedback=f"Because{marker}"), "options": _list(options, "o")}


def hints(count: int = 2, *, marker: str = "") -> dict[str, Any]:
    """Hints for any kind that takes them: `RAW[kind]() | hints()`."""
    return {"hints": _list([bilingual(text=f"Look here {number}{marker}") for number in range(1, count + 1)], "h")}


def bands(*percents: int) -> list[dict[str, Any]]:
    """Feedback by score, of a test or of an item."""
    return [
        {"type": "band", "id": f"b-{at}", "value": {"percent": at, **bilingual(text=f"Band {at}")}} for at in percents
    ]


def numeric_raw(answer: str = "2500", tolerance: str = "0", *, unit: str = "€", marker: str = "") -> dict[str, Any]:
    return {
        **bilingual(prompt="How much?", feedback=f"Worked out{marker}"),
        "unit_de": unit,
        "unit_en": unit,
        "answer": answer,
        "tolerance": tolerance,
        "mistakes": _list([{"value": "3750", **bilingual(feedback=f"Forgot the rate{marker}")}], "m"),
    }


def calculated_raw(*, marker: str = "", **fields: Any) -> dict[str, Any]:
    """10 to 20 deals of 1,000 to 2,000 each, 5 % of it; a typical mistake (m-1) forgets the percentage."""
    variables = [
        {"name": "deals", "least": "10", "most": "20", "step": "1"},
        {"name": "price", "least": "1000", "most": "2000", "step": "500"},
    ]
    return {
        **bilingual(prompt="{deals} deals of {price} €: 5 %?", feedback=f"Because{marker}"),
        **bilingual(solution=f"{{deals}} × {{price}} × 5 % = {{= deals * price * 5 %}} €{marker}"),
        "unit_de": "€",
        "unit_en": "€",
        "variables": _list(variables, "v"),
        "formula": "deals * price * 5 %",
        "decimals": 2,
        "tolerance": "0",
        "tolerance_in": "number",
        "mistakes": _list([{"formula": "deals * price", **bilingual(feedback=f"Forgot the share{marker}")}], "m"),
        **fields,
    }


def matching_raw(*, marker: str = "") -> dict[str, Any]:
    """Three pairs, of which the third shares the choice of the first, and a choice that belongs to nothing."""
    pairs = [
        bilingual(text="Leads", match="Marketing", feedback=f"Why leads{marker}"),
        bilingual(text="Deals", match="Sales", feedback=f"Why deals{marker}"),
        bilingual(text="Brand", match="Marketing", feedback=f"Why brand{marker}"),
    ]
    return {
        **bilingual(prompt="Whose?", feedback=f"Because{marker}"),
        "pairs": _list(pairs, "p"),
        "distractors": _list([bilingual(text="Nobody")], "d"),
    }


def ordering_raw(size: int = 4, *, marker: str = "") -> dict[str, Any]:
    entries = [bilingual(text=f"Step {number}", feedback=f"Place {number}{marker}") for number in range(1, size + 1)]
    return {**bilingual(prompt="In which order?", feedback=f"Because{marker}"), "entries": _list(entries, "e")}


def true_false_raw(key: str = "true", *, marker: str = "") -> dict[str, Any]:
    """A statement; both feedbacks and the explanation carry the marker."""
    feedback = bilingual(if_true=f"You say it is{marker}", if_false=f"You say it is not{marker}")
    return {**bilingual(prompt="It is so.", feedback=f"Because{marker}"), "key": key, **feedback}


def by_hand_raw(*, marker: str = "") -> dict[str, Any]:
    """A sample answer and a rubric of two criteria with 0, 1 and 2 points, and 0 and 4."""

    def levels(*points: int) -> list[dict[str, Any]]:
        return _list([{**bilingual(text=f"Level {one}{marker}"), "points": one} for one in points], "l")

    rubric = [
        {**bilingual(name=f"Listens{marker}"), "levels": levels(0, 1, 2)},
        {**bilingual(name=f"Teaches{marker}"), "levels": levels(0, 4)},
    ]
    return {
        **bilingual(prompt="Write to the buyer", feedback=f"Because{marker}", sample=f"Dear buyer{marker}"),
        "rubric": _list(rubric, "c"),
    }


def accepted(share: int, variants: str, feedback: str, *, english: str = "") -> dict[str, Any]:
    """An answer of a short text: variants, one on each line."""
    return {"share": share, "variants_de": variants, "variants_en": english or variants, **bilingual(feedback=feedback)}


def short_text_raw(*answers: dict[str, Any], marker: str = "", **settings: bool) -> dict[str, Any]:
    """Three answers (a-1: 100, a-2: 50, a-3: 0 percent), or those given."""
    given = answers or (
        accepted(100, f"Doppelpass\nDoppelp*{marker}\n1 \\* 2", f"Right{marker}", english="one-two\none two pass"),
        accepted(50, "Pass", f"Nearly{marker}"),
        accepted(0, "Silo", f"The contrary{marker}"),
    )
    return {
        **bilingual(prompt="What is it called?", feedback=f"Because{marker}"),
        "answers": _list(given, "a"),
        "match_case": False,
        "umlauts": True,
        "typos": False,
        **settings,
    }


def gap_fill_raw(*, marker: str = "", points: tuple[int, int, int] = (1, 1, 2)) -> dict[str, Any]:
    """Gaps for words (g-1), a number (g-2: 12.5 ± 0.5) and a choice (g-3, of c-1 and c-2); English asks g-2 last."""
    why = bilingual(feedback=f"Why{marker}")
    answers = [accepted(100, f"Lead*\nLeads{marker}", f"Right{marker}"), accepted(50, "Kontakt", f"Nearly{marker}")]
    choices = [{**bilingual(text="Sales"), "correct": True}, {**bilingual(text="Nobody"), "correct": False}]
    values = [
        ("text", {"points": points[0], "answers": _list(answers, "a"), **why}),
        ("number", {"points": points[1], "number": "12.5", "tolerance": "0.5", **why}),
        ("select", {"points": points[2], "choices": _list(choices, "c"), **why}),
    ]
    return {
        **bilingual(prompt="Fill in.", feedback=f"Because{marker}"),
        "text_de": "Aus {{1}} werden zu {{2}} % Kunden. Es hilft: {{3}}.",
        "text_en": "From {{1}} come customers, with the help of {{3}}: {{2}} %.",
        "gaps": [{"type": sort, "id": f"g-{at}", "value": value} for at, (sort, value) in enumerate(values, 1)],
    }


def likert_raw(*, marker: str = "") -> dict[str, Any]:
    """Two statements on a scale of five points."""
    return {
        **bilingual(prompt="What do you think?", feedback=f"Thank you{marker}"),
        "statements": _list([bilingual(text="We talk"), bilingual(text="We listen")], "s"),
        "scale": _list([bilingual(text=f"Level {number}") for number in range(1, 6)], "l"),
    }


def categorise_raw(*, marker: str = "") -> dict[str, Any]:
    """Three groups with two entries, one entry and none."""

    def group(name: str, prefix: str, *entries: str) -> dict[str, Any]:
        made = [bilingual(text=entry, feedback=f"Why {entry}{marker}") for entry in entries]
        return {**bilingual(name=name), "entries": _list(made, prefix)}

    return {
        **bilingual(prompt="Where does it belong?", feedback=f"Because{marker}"),
        "groups": _list(
            [group("Marketing", "em", "Campaign", "Webinar"), group("Sales", "es", "Offer"), group("Finance", "ef")],
            "g",
        ),
    }


def hotspot_raw(key: str = "+--", *, several: bool = False, marker: str = "") -> dict[str, Any]:
    """A picture with an area for each sign, side by side; `item` puts a picture of the library in."""
    raw = choice_raw(key, prompt="Where?", marker=marker)
    for number, child in enumerate(raw["options"]):
        child["value"] |= {"shape": ("rect", "circle")[number % 2], "top": "10.5", "width": "20", "height": "40"}
        child["value"] |= {"left": str(5 + 30 * number), **bilingual(text=f"Area {number + 1}")}
    return {**raw, **bilingual(alt="Three desks"), "image": 1, "several": several}


def branching_raw(*, may_go_back: bool = True, marker: str = "") -> dict[str, Any]:
    """Two turns, two endings. Best: c1-1 (2 points) → turn 2, c2-1 (3) → good. c1-2 (1) and c2-2 (0) end badly."""

    def choice(text: str, goes_to: str, points: int) -> dict[str, Any]:
        return {**bilingual(text=text, feedback=f"On {text}{marker}"), "goes_to": goes_to, "points": points}

    def turn(name: str, choices: list[dict[str, Any]]) -> dict[str, Any]:
        return {"name": name, **bilingual(speaker="Jana", text=f"Turn {name}"), "choices": _list(choices, f"c{name}")}

    turns = [
        turn("1", [choice("Ask", "2", 2), choice("Tell", "bad", 1)]),
        turn("2", [choice("Listen", "Good ", 3), choice("Interrupt", "bad", 0)]),
    ]
    ends = [
        {"name": name, **bilingual(text=f"Ends {name}{marker}", feedback=f"So{marker}")} for name in ("good", "bad")
    ]
    return {
        **bilingual(prompt="What do you say?", feedback=f"Because{marker}"),
        "may_go_back": may_go_back,
        "turns": _list(turns, "t"),
        "endings": _list(ends, "x"),
    }


RAW: dict[str, Any] = {
    "single_choice": lambda marker="": choice_raw("+--", marker=marker),
    "multiple_choice": lambda marker="": choice_raw("++--", marker=marker),
    "numeric": lambda marker="": numeric_raw(marker=marker),
    "calculated": lambda marker="": calculated_raw(marker=marker),
    "matching": lambda marker="": matching_raw(marker=marker),
    "ordering": lambda marker="": ordering_raw(marker=marker),
    "gap_fill": lambda marker="": gap_fill_raw(marker=marker),
    "short_text": lambda marker="": short_text_raw(marker=marker),
    "true_false": lambda marker="": true_false_raw(marker=marker),
    "extended_text": lambda marker="": {**by_hand_raw(marker=marker), "min_words": 3, "max_words": 50},
    "file_upload": lambda marker="": {**by_hand_raw(marker=marker), "audio": True, "pdf": True, "megabytes": 1},
    "likert": lambda marker="": likert_raw(marker=marker),
    "categorise": lambda marker="": categorise_raw(marker=marker),
    "hotspot": lambda marker="": hotspot_raw(marker=marker),
    "branching": lambda marker="": branching_raw(marker=marker),
}

# Tests about the player as such ask these five; what each kind does is tested with `RAW`.
BASIC = ("single_choice", "multiple_choice", "numeric", "matching", "ordering")
# Kinds whose answers have a score at once, so that a test of them has a result.
GRADED = [name for name, kind in kinds().items() if kind.graded and not kind.by_hand]


def item(
    kind: str = "single_choice", *, tags: Sequence[str] = (), live: bool = True, raw: Any = None, **fields: Any
) -> Item:
    """An item of the bank; live ones have version 1."""
    fields.setdefault("title", f"Item {next(_numbers)}")
    fields.setdefault("audience", Audience.BOTH)
    made = Item(live=live, **fields)
    value = raw or RAW[kind]()
    if "image" in value:
        value = {**value, "image": image().pk}
    made.body = made._meta.get_field("body").to_python([{"type": kind, "value": value}])
    made.tags.add(*tags)
    made.save()
    return made


def fixed(*items: Item, weight: int = 1) -> list[dict[str, Any]]:
    return [{"type": "item", "value": {"item": one.pk, "weight": weight}} for one in items]


def draw(count: int, *tags: str, audience: str = Audience.BOTH) -> list[dict[str, Any]]:
    return [{"type": "draw", "value": {"count": count, "tags": list(tags), "audience": audience, "weight": 1}}]


def blueprint(*rows: dict[str, Any], tags: Sequence[str] = ()) -> list[dict[str, Any]]:
    """A blueprint; what a row does not say is 1 item of any sort with 1 point."""
    plain = {"topic": "", "tag": "", "objective": None, "difficulty": "", "count": 1, "weight": "1"}
    values = [{**plain, **row} for row in rows]
    return [{"type": "blueprint", "value": {"tags": list(tags), "audience": Audience.BOTH, "rows": _list(values, "r")}}]


def section(heading: str) -> list[dict[str, Any]]:
    """A section that begins here."""
    return [{"type": "section", "value": bilingual(heading=heading, intro=f"About {heading}")}]


def quiz_page(module: ModulePage, slots: list[dict[str, Any]], **fields: Any) -> QuizPage:
    """A live test at the end of a module. Without a delay, unless one is asked for."""
    fields.setdefault("title", f"Test {next(_numbers)}")
    fields.setdefault("delay_minutes", 0)
    page = QuizPage(locale=module.locale, **fields)
    page.slots = page._meta.get_field("slots").to_python(slots)
    ModulePage.objects.get(pk=module.pk).add_child(instance=page)
    return page


def quiz_of(page: QuizPage) -> Activity:
    return activity_of(page)


def right_answer(attempt_item: AttemptItem) -> Any:
    """A raw answer that earns full marks; None where there is none."""
    return attempt_item.item_version.kind_object.best(attempt_item.content)


def form_of(response: Any) -> dict[str, Any]:
    """The fields by which most kinds send this answer without scripts."""
    if isinstance(response, dict):
        return {f"answer-{part}": value for part, value in response.items()}
    return {"answer": response}


def items_of(attempt: Attempt) -> list[AttemptItem]:
    return list(attempt.items.select_related("item_version").order_by("position"))
