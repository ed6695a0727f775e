"""What is benchmarked: lessons, a large module and a test, as a trainer would write them. Runs in the product."""

import uuid
from collections.abc import Iterator
from typing import Any

from django.db import transaction
from wagtail.models import Page

from assessments.models import Item, QuizPage
from courses.models import Activity, CatalogueIndexPage, LessonPage, ModulePage

BLOCKS = 40
LINKS = 200
ITEMS = 10
PROSE = (
    "Marketing zählt Klicks, der Vertrieb zählt Anrufe. Die Käuferin zählt keines von beiden: Sie zählt die Tage, bis "
    "jemand antwortet, und sie fragt zwei Abteilungen, die voneinander nichts wissen."
)


def _block(kind: str, value: Any) -> dict[str, Any]:
    return {"type": kind, "value": value, "id": str(uuid.uuid4())}


def lesson_body(link_ids: list[int]) -> list[dict[str, Any]]:
    """Forty blocks to read: twenty-five texts, and five each of callout, quote and key points.

    The links stand in the texts, eight in each.
    """
    ids, body = iter(link_ids), []
    for number in range(BLOCKS // 8):
        for turn in range(5):
            links = "".join(f' <a linktype="page" id="{pk}">weiter</a>' for pk, _ in zip(ids, range(8), strict=False))
            text = f"<h2>Abschnitt {number + 1}.{turn + 1}</h2><p>{PROSE}</p><p>{PROSE}{links}</p>"
            body.append(_block("text", text))
        body.append(_block("callout", {"kind": "tip", "title": "Montag, 9 Uhr", "text": f"<p>{PROSE}</p>"}))
        body.append(_block("quote", {"text": PROSE, "person": "Jana Keller", "role": "Einkauf"}))
        body.append(_block("key_points", {"points": ["Ein Silo ist zwei ehrliche Sichten.", "Fragen hilft."]}))
    return body


def add(parent: Page, page: Any, locale: Any = None) -> Any:
    """The page as the parent's last child, live."""
    parent = Page.objects.get(pk=parent.pk).specific
    page.locale = locale or parent.locale
    return parent.add_child(instance=page)


@transaction.atomic
def build(*, large: int) -> dict[str, Any]:
    """Addresses and keys of a module of `large` activities, of two lessons (0 and 200 links) and of a test."""
    catalogue = CatalogueIndexPage.objects.get(locale__language_code="de")
    module = add(catalogue, ModulePage(title="Großes Modul", code="B300", slug="bench-gross", intro=PROSE))
    lessons = [add(module, LessonPage(title=f"Lektion {number}", minutes=6)) for number in range(1, large)]
    add(module, QuizPage(title="Test des großen Moduls", slots=slots(), delay_minutes=0))
    reading = add(catalogue, ModulePage(title="Lesen", code="BREAD", slug="bench-lesen", intro=PROSE))
    targets = [page.pk for page in lessons[:LINKS]]
    targets += targets[:1] * (LINKS - len(targets))
    plain = add(reading, LessonPage(title="Ohne Links", minutes=6, body=lesson_body([])))
    linked = add(reading, LessonPage(title="Mit Links", minutes=6, body=lesson_body(targets)))
    quiz = add(reading, QuizPage(title="Abschlusstest", slots=slots(), delay_minutes=0))
    return {
        "module": module.get_url(),
        "module_key": str(module.translation_key),
        "lessons": {"0": plain.get_url(), str(LINKS): linked.get_url()},
        "lesson_ids": {"0": plain.pk, str(LINKS): linked.pk},
        "reading_key": str(reading.translation_key),
        "quiz": quiz.get_url(),
        "quiz_key": str(quiz.translation_key),
        "quiz_id": quiz.pk,
        "activities": Activity.objects.filter(parent__key=module.translation_key).count(),
    }


# --- The test -------------------------------------------------------------------------------------------------------
def slots() -> Any:
    """Ten fixed items, two of each kind; made once."""
    items = list(Item.objects.filter(title__startswith="Bench ").order_by("pk")) or list(make_items(ITEMS))
    stored = [{"type": "item", "value": {"item": item.pk, "weight": 1}} for item in items]
    return QuizPage._meta.get_field("slots").to_python(stored)


def _both(**texts: str) -> dict[str, str]:
    return {f"{name}_{language}": f"{text} ({language})" for name, text in texts.items() for language in ("de", "en")}


def _list(values: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{"type": "item", "id": str(uuid.uuid4()), "value": value} for value in values]


def _raw(kind: str) -> dict[str, Any]:
    base = _both(prompt=PROSE, feedback="Weil die Käuferin fragt.")
    if kind in {"single_choice", "multiple_choice"}:
        options = [
            {**_both(text=f"Antwort {number}", feedback=f"Dazu {number}"), "correct": number == 1}
            for number in range(4)
        ]
        if kind == "multiple_choice":
            options[2]["correct"] = True
        return {**base, "options": _list(options)}
    if kind == "numeric":
        unit = {"unit_de": "€", "unit_en": "€"}
        return {**base, **unit, "answer": "2500", "tolerance": "0", "mistakes": []}
    if kind == "matching":
        pairs = [_both(text=f"Links {at}", match=f"Rechts {at}", feedback=f"Dazu {at}") for at in range(4)]
        return {**base, "pairs": _list(pairs), "distractors": []}
    return {**base, "entries": _list([_both(text=f"Schritt {at}", feedback=f"Platz {at}") for at in range(4)])}


def make_items(count: int, *, prefix: str = "Bench") -> Iterator[Item]:
    """Live items, the five kinds in turn."""
    kinds = ("single_choice", "multiple_choice", "numeric", "matching", "ordering")
    for number in range(count):
        kind = kinds[number % len(kinds)]
        item = Item(title=f"{prefix} {number + 1}", topic="Silos", topic_en="Silos", live=True)
        item.body = Item._meta.get_field("body").to_python([{"type": kind, "value": _raw(kind)}])
        item.save()
        yield item
