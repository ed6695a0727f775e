"""What the synthetic company learns: a course package of modules and paths, both languages, imported as any other."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml
from django.core.management import call_command
from django.db.models.signals import post_save
from django.utils import translation
from wagtail.search.index import get_indexed_models
from wagtail.search.signal_handlers import post_save_signal_handler
from wagtail.signal_handlers import disable_reference_index_auto_update

from courses.package.importer import import_package
from enablement.celery import app

PACKAGE = "population"
MAX_MODULES = 100
MODULES_PER_PATH = 10
QUESTIONS = 10
DUE_DAYS = 90
# Kinds in a module's pool; a test draws ten of the twelve.
POOL = ("single_choice",) * 5 + ("multiple_choice",) * 3 + ("matching", "matching", "numeric", "ordering")
_TOPICS = (
    ("Zuhören", "Listening"),
    ("Die Käufergruppe", "The buying group"),
    ("Erstgespräche", "First conversations"),
    ("Nutzen beziffern", "Putting a figure on value"),
    ("Einwände", "Objections"),
    ("Angebote", "Proposals"),
    ("Übergaben", "Hand-overs"),
    ("Kampagnen", "Campaigns"),
    ("Kundentermine", "Customer meetings"),
    ("Nachfassen", "Following up"),
)
# Title in German and English, for whom, minutes.
_LESSONS = (
    ("Worum es geht", "What it is about", "both", 6),
    ("Ein Fall", "A case", "both", 8),
    ("Die Zahlen dazu", "The numbers", "both", 7),
    ("Zu zweit", "As a pair", "both", 9),
    ("Aus Sicht des Marketings", "As marketing sees it", "marketing", 5),
    ("Aus Sicht des Vertriebs", "As sales sees it", "sales", 5),
)

Text = dict[str, str]


def ensure_content(modules: int) -> None:
    """Publish `modules` modules with tests, and paths over them. A second call changes nothing.

    What publishing wakes is done here and at once, while hardly anybody is enrolled: left in the queue, each page
    would cost a walk over the whole company later.
    """
    eager, app.conf.task_always_eager = app.conf.task_always_eager, True
    try:
        with tempfile.TemporaryDirectory() as folder, translation.override("en"), _indexed_once():
            for name, data in package_files(modules).items():
                path = Path(folder) / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(yaml.safe_dump(data, allow_unicode=True, sort_keys=False), "utf-8")
            import_package(Path(folder))
    finally:
        app.conf.task_always_eager = eager


@contextmanager
def _indexed_once() -> Iterator[None]:
    """The search and reference indexes are made at the end, not after each of the thousand saves of an import."""
    models = [model for model in get_indexed_models() if getattr(model, "search_auto_update", True)]
    for model in models:
        post_save.disconnect(post_save_signal_handler, sender=model)
    try:
        with disable_reference_index_auto_update():
            yield
    finally:
        for model in models:
            post_save.connect(post_save_signal_handler, sender=model)
    call_command("update_index", verbosity=0)
    call_command("rebuild_references_index", verbosity=0)


def module_id(number: int) -> str:
    """The package's identifier of module `number`, from 1; its code is the same in capitals."""
    return f"p{number:02d}"


def package_files(modules: int) -> dict[str, Any]:
    """The package's files by name, as data."""
    files: dict[str, Any] = {
        "package.yaml": {
            "schema": 1,
            "id": PACKAGE,
            "title": {"de": "Lernen der Beispielfirma", "en": "Learning of the sample company"},
            "languages": ["de", "en"],
        }
    }
    for number in range(1, modules + 1):
        identifier = module_id(number)
        files[f"items/{identifier}.yaml"] = [_item(identifier, place, kind) for place, kind in enumerate(POOL, 1)]
        for name, page in _module_pages(number).items():
            files |= {f"pages/{identifier}/{name}.{language}.yaml": page[language] for language in ("de", "en")}
    for first in range(1, modules + 1, MODULES_PER_PATH):
        path = _path(first, min(first + MODULES_PER_PATH - 1, modules))
        files |= {f"pages/{path['de']['id']}.{language}.yaml": path[language] for language in ("de", "en")}
    return files


def _title(number: int) -> Text:
    german, english = _TOPICS[(number - 1) % len(_TOPICS)]
    round_ = (number - 1) // len(_TOPICS) + 1
    return {"de": f"{german} {round_}", "en": f"{english} {round_}"}


def _both(common: dict[str, Any], **own: Text | dict[str, Any]) -> dict[str, dict[str, Any]]:
    """A page in both languages: what is common, and of the rest each language's own."""
    return {
        language: {**common, "language": language, "live": True, **{key: value[language] for key, value in own.items()}}
        for language in ("de", "en")
    }


def _module_pages(number: int) -> dict[str, dict[str, dict[str, Any]]]:
    identifier, title = module_id(number), _title(number)
    pages = {
        "module": _both(
            {"id": identifier, "type": "module", "position": number, "slug": identifier, "code": identifier.upper(),
             "move_on": "both", "certificate": True},
            title=title,
            topic={"de": "Beispielfirma", "en": "Sample company"},
            intro={"de": f"{title['de']}: sechs kurze Lektionen und ein Test.",
                   "en": f"{title['en']}: six short lessons and a test."},
        )
    }  # fmt: skip
    for place, (german, english, audience, minutes) in enumerate(_LESSONS, 1):
        pages[f"lesson-{place}"] = _both(
            {"id": f"{identifier}-l{place}", "type": "lesson", "parent": identifier, "position": place,
             "slug": f"{identifier}-l{place}", "minutes": minutes, "audience": audience, "required": True},
            title={"de": german, "en": english},
            body={"de": _body(german, title["de"], "Merke", "Eine Beobachtung ist mehr wert als ein Vorwurf."),
                  "en": _body(english, title["en"], "Note", "An observation is worth more than an accusation.")},
        )  # fmt: skip
    draw = {"draw": {"count": QUESTIONS, "tags": [identifier.upper()], "audience": "both", "weight": 1}}
    pages["test"] = _both(
        {"id": f"{identifier}-test", "type": "quiz", "parent": identifier, "position": len(_LESSONS) + 1,
         "slug": f"{identifier}-test", "minutes": 12, "slots": [draw], "pass_mark": 80, "delay_minutes": 60},
        title={"de": f"Test: {title['de']}", "en": f"Test: {title['en']}"},
        intro={"de": "Zehn Fragen, jede ein kleiner Fall.", "en": "Ten questions, each a small case."},
    )  # fmt: skip
    return pages


def _body(lesson: str, module: str, heading: str, sentence: str) -> list[dict[str, Any]]:
    text = f"## {lesson}\n\n{sentence} **{module}**: {sentence}\n\n- {sentence}\n- {lesson}, {module}."
    return [
        {"text": text},
        {"callout": {"kind": "scene", "title": heading, "text": sentence}},
        {"text": f"{sentence}\n\n{sentence}"},
        {"key_points": {"points": [sentence, f"{lesson}: {module}."]}},
    ]


def _path(first: int, last: int) -> dict[str, dict[str, Any]]:
    number = (first - 1) // MODULES_PER_PATH + 1
    steps = [{"module": module_id(step), "audience": "both"} for step in range(first, last + 1)]
    return _both(
        {"id": f"path-{number:02d}", "type": "path", "position": number, "slug": f"beispielpfad-{number:02d}",
         "certificate": True, "due_days": DUE_DAYS, "steps": steps},
        title={"de": f"Grundkurs {number}", "en": f"Basic course {number}"},
        goal={"de": "Alle sprechen **eine** Sprache.\n", "en": "Everybody speaks **one** language.\n"},
    )  # fmt: skip


# --- items ------------------------------------------------------------------------------------------------------------


def _two(german: str, english: str) -> Text:
    return {"de": german, "en": english}


def _item(module: str, place: int, kind: str) -> dict[str, Any]:
    frame = {
        "id": f"{module}-i{place:02d}",
        "kind": kind,
        "title": f"{module.upper()} {place}",
        "topic": _two("Fälle" if place % 2 else "Begriffe", "Cases" if place % 2 else "Terms"),
        "tags": [module.upper()],
        "audience": "both",
        "lesson": f"{module}-l{(place - 1) % 4 + 1}",
        "prompt": _two(f"Fall {place}: Was stimmt?", f"Case {place}: what is right?"),
    }
    return frame | _answers(kind, place)


def _answers(kind: str, place: int) -> dict[str, Any]:
    """What an item of this kind has besides its question."""
    own: dict[str, dict[str, Any]] = {
        "single_choice": {"options": [_option(number, correct=number == place % 3) for number in range(3)]},
        "multiple_choice": {"options": [_option(number, correct=number % 2 == place % 2) for number in range(5)]},
        "matching": {
            "pairs": [
                {"text": _two(f"Satz {number}", f"Sentence {number}"), "feedback": _why(number),
                 "match": _two(f"Begriff {number}", f"Term {number}")}
                for number in range(4)
            ],
            "distractors": [{"text": _two("Begriff 9", "Term 9")}],
        },
        "numeric": {
            "answer": 40 + place, "tolerance": 0.5, "unit": _two("€", "€"), "feedback": _why(place),
            "mistakes": [{"value": wrong, "feedback": _why(wrong)} for wrong in (400 + 10 * place, 20 + place)],
        },
        "ordering": {
            "entries": [
                {"text": _two(f"Schritt {number}", f"Step {number}"), "feedback": _why(number)} for number in range(5)
            ]
        },
    }  # fmt: skip
    return own[kind]


def _why(number: int) -> Text:
    return _two(f"Weil Fall {number} so liegt.", f"Because that is how case {number} lies.")


def _option(number: int, *, correct: bool) -> dict[str, Any]:
    option = {"text": _two(f"Aussage {number}", f"Statement {number}"), "feedback": _why(number)}
    return {"correct": True, **option} if correct else option
