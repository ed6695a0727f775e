"""What the pictures of the guides show beside the starter package: colleagues who took tests, and answers to mark.

Runs inside of a product that `scripts/screenshots.py` has started in an empty folder. Prints the addresses, as JSON.
"""

import json
import os
import random
import sys
from pathlib import Path
from typing import Any

import django

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "enablement.settings")
django.setup()

from django.urls import reverse  # noqa: E402 - Django must be set up first

from assessments.analysis.work import compute_analysis  # noqa: E402
from assessments.models import Attempt, Item, QuizPage  # noqa: E402
from assessments.services import save_response, start_attempt, submit_attempt  # noqa: E402
from assessments.services.analysing import request_analysis  # noqa: E402
from courses.enums import ActivityKind, EnrollmentSource  # noqa: E402
from courses.models import Activity, ModulePage  # noqa: E402
from courses.services import complete_lesson, enroll  # noqa: E402
from people.models import Function, User  # noqa: E402

LANGUAGES = ("de", "en")
NAMES = [
    ("Anna", "Ahrens"), ("Ben", "Bauer"), ("Cem", "Celik"), ("Dana", "Dietz"), ("Emil", "Ernst"), ("Fatma", "Fuchs"),
    ("Georg", "Graf"), ("Hanna", "Haas"), ("Ivo", "Iversen"), ("Jana", "Jahn"), ("Kaan", "Kaya"), ("Lena", "Lorenz"),
    ("Mats", "Maurer"), ("Nora", "Noll"), ("Ole", "Otto"), ("Pia", "Peters"), ("Quirin", "Quandt"), ("Rosa", "Roth"),
    ("Sami", "Sauer"), ("Tara", "Thiel"), ("Uwe", "Ulrich"), ("Vera", "Vogt"), ("Willi", "Wolf"), ("Yara", "Yildiz"),
]  # fmt: skip
MAILS = [
    (
        "Guten Tag Frau Berger, drei Ihrer Mitbewerber verlieren jede zehnte Anfrage, weil niemand in der ersten "
        "Stunde antwortet. Wir haben gerechnet, was das bei Ihnen heißt. Darf ich Ihnen die Rechnung am Montag zeigen?"
    ),
    (
        "Hallo, ich wollte mal fragen, ob Sie unsere Broschüre bekommen haben. Wir sind Marktführer und haben viele "
        "zufriedene Kunden. Melden Sie sich gern!"
    ),
    (
        "Sehr geehrte Frau Berger, Sie schrieben, dass die Angebote liegen bleiben. Das hören wir oft. Neu ist, woran "
        "es liegt: nicht am Preis, sondern daran, dass im Einkauf sechs Leute mitreden, von denen Sie drei nie sehen."
    ),
]

# As a trainer types it: the last question has lost its closing brace.
OUTLINE = """::Erster Kontakt::Wer ruft nach einer Messe zuerst an?
{
=Der Vertrieb#Wer antwortet, solange die Frage frisch ist, gewinnt.
~Das Marketing#Marketing reicht weiter, der Vertrieb ruft an.
~Niemand#Dann tut es der Wettbewerb.
}

Im Einkauf entscheidet eine Person allein.
{F#Im Schnitt reden sechs mit.#Ja, es reden sechs mit.}

Wie viel Prozent von 80 Anfragen sind 20?
{#25:0,5}

In welcher Reihenfolge?
{>
Zuhören
Fragen
Anbieten
"""


def both(**texts: tuple[str, str]) -> dict[str, str]:
    """`name_de` and `name_en` of each pair."""
    return {
        f"{name}_{language}": text
        for name, pair in texts.items()
        for language, text in zip(LANGUAGES, pair, strict=True)
    }


def ready(user: User, module: Activity) -> None:
    """Enrolled, and through with the lessons."""
    enroll(user, activity=module, source=EnrollmentSource.SELF)
    for lesson in Activity.objects.filter(parent=module, kind=ActivityKind.LESSON).order_by("position"):
        complete_lesson(user, lesson=lesson)


def taken(user: User, quiz: Activity, ability: float, chance: random.Random) -> Attempt:
    """An attempt of somebody who knows so much of it (0 to 1)."""
    attempt = start_attempt(user, quiz=quiz)
    for item in attempt.items.select_related("item_version"):
        content = item.content
        answer: Any = item.item_version.kind_object.best(content)
        if chance.random() > ability and content.get("options"):
            one = chance.choice(content["options"])["id"]
            answer = [one] if isinstance(answer, list) else one
        save_response(user, attempt=attempt, position=item.position, value=answer, sequence=1)
    return submit_attempt(user, attempt=attempt)


def mail_test(module: Activity) -> Activity:
    """A test that people mark: one mail to write, a rubric of two criteria."""

    def rows(prefix: str, values: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return [{"type": "item", "value": value, "id": f"{prefix}-{at}"} for at, value in enumerate(values, 1)]

    def criterion(name: tuple[str, str], *levels: tuple[str, str]) -> dict[str, Any]:
        steps = [{**both(text=text), "points": points} for points, text in enumerate(levels)]
        return {**both(name=name), "levels": rows("l", steps)}

    raw = {
        **both(
            prompt=(
                "Frau Berger leitet den Einkauf. Schreiben Sie ihr drei Sätze, nach denen sie Sie sprechen will.",
                "Mrs Berger runs procurement. Write her three sentences that make her want to talk to you.",
            ),
            feedback=("Eine Einsicht über ihr Geschäft, kein Lob des eigenen.", "An insight about her business."),
            sample=(MAILS[0], "Three of your competitors lose one inquiry in ten …"),
        ),
        "min_words": 15,
        "max_words": 80,
        "rubric": rows("c", [
            criterion(("Lehrt etwas Neues", "Teaches something new"), ("nein", "no"), ("fast", "a bit"), ("ja", "yes")),
            criterion(("Über die Kundin", "About the customer"), ("über uns", "about us"), ("über sie", "about her")),
        ]),
    }  # fmt: skip
    item = Item(title="Drei Sätze an den Einkauf", topic="Einsicht", topic_en="Insight", live=True)
    item.body = item._meta.get_field("body").to_python([{"type": "extended_text", "value": raw}])
    item.save()
    parent = ModulePage.objects.get(translation_key=module.key, locale__language_code="de")
    page = QuizPage(title="Eine Mail, die lehrt", locale=parent.locale, delay_minutes=0)
    page.slots = page._meta.get_field("slots").to_python([{"type": "item", "value": {"item": item.pk, "weight": 1}}])
    parent.add_child(instance=page)
    return Activity.objects.get(key=page.translation_key)


def main() -> None:
    chance = random.Random(7)  # noqa: S311 - the same pictures each time
    functions = list(Function.objects.order_by("slug")[:2])
    module = Activity.objects.get(code="M01", kind=ActivityKind.MODULE)
    quiz = Activity.objects.get(parent=module, kind=ActivityKind.QUIZ)
    people = [
        User.objects.create(
            email=f"{first}.{last}@example.com".lower(),
            first_name=first,
            last_name=last,
            language="de",
            function=functions[at % 2],
        )
        for at, (first, last) in enumerate(NAMES)
    ]
    for person in [*people, *User.objects.filter(email__in=["sales@example.com", "lead@example.com"])]:
        ready(person, module)
    for person in people:
        taken(person, quiz, chance.uniform(0.4, 1), chance)
    compute_analysis(request_analysis(quiz).pk)
    written = mail_test(module)
    for person, text in zip(people, MAILS, strict=False):
        attempt = start_attempt(person, quiz=written)
        save_response(person, attempt=attempt, position=1, value=text, sequence=1)
        submit_attempt(person, attempt=attempt)
    page = QuizPage.objects.get(translation_key=quiz.key, locale__language_code="de")
    item = Item.objects.filter(kind="single_choice", live=True).order_by("title")[0]
    print(
        json.dumps(
            {
                "quiz": page.get_url(),
                "quiz-editor": reverse("wagtailadmin_pages:edit", args=[page.pk]),
                "item-editor": reverse("wagtailsnippets_assessments_item:edit", args=[item.pk]),
                "bank": reverse("wagtailsnippets_assessments_item:list"),
                "several": reverse("wagtailsnippets_assessments_item:several"),
                "outline": OUTLINE,
                "analysis": reverse("quiz_analysis", args=[quiz.key]),
                "marking": reverse("marking_start", args=[written.key]),
            }
        )
    )


if __name__ == "__main__":
    main()
