"""Pages and files for the tests of the CMS part: the shortest way to a lesson with these blocks."""

import uuid
from datetime import timedelta
from typing import Any

from django.core.files.base import ContentFile
from django.utils import timezone
from wagtail.documents import get_document_model
from wagtail.images import get_image_model
from wagtail.images.tests.utils import get_test_image_file

from courses.models import CatalogueIndexPage, Fact, LessonPage, ModulePage


def block(kind: str, value: Any, block_id: uuid.UUID | None = None) -> dict[str, Any]:
    return {"type": kind, "value": value, "id": str(block_id or uuid.uuid4())}


def module(catalogue: CatalogueIndexPage, title: str = "Silos", **fields: Any) -> ModulePage:
    page: ModulePage = CatalogueIndexPage.objects.get(pk=catalogue.pk).add_child(
        instance=ModulePage(title=title, locale=catalogue.locale, **fields)
    )
    return page


def lesson(parent: ModulePage, title: str = "Batman ohne Robin", body: Any = (), **fields: Any) -> LessonPage:
    page: LessonPage = ModulePage.objects.get(pk=parent.pk).add_child(
        instance=LessonPage(title=title, locale=parent.locale, body=list(body), **fields)
    )
    return LessonPage.objects.get(pk=page.pk)


def fact(slug: str = "millennials", **fields: Any) -> Fact:
    today = timezone.localdate()
    values = {
        "value": "46 %",
        "wording_de": "der Recherchierenden waren 18 bis 34",
        "wording_en": "of researchers were 18 to 34",
        "population_de": "3.000 Personen",
        "population_en": "3,000 people",
        "year": "2014",
        "source": "Google/Millward Brown",
        "caveat_de": "Recherchierende, nicht Entscheidende",
        "caveat_en": "Researchers, not deciders",
        "checked_on": today,
        "review_by": today + timedelta(days=365),
    }
    return Fact.objects.create(slug=slug, **{**values, **fields})


def document(name: str = "vorlage.pdf", content: bytes = b"%PDF-1.7", **fields: Any) -> Any:
    return get_document_model().objects.create(
        title=fields.pop("title", name), file=ContentFile(content, name), **fields
    )


def image(title: str = "Zwei Scheiben") -> Any:
    return get_image_model().objects.create(title=title, file=get_test_image_file(size=(1600, 900)))


def every_block(**ids: uuid.UUID) -> list[dict[str, Any]]:
    """One of each kind, as it is stored."""
    pdf, mp4, vtt = document(), document("film.mp4", b"mp4"), document("film.vtt", b"WEBVTT\n")
    picture = image()
    return [
        block("text", "<h2>Zwei Teams</h2><p>Ein <b>Käufer</b>.</p>"),
        block("callout", {"kind": "scene", "title": "Montag, 9 Uhr", "text": "<p>Ayşe hat 42 Leads.</p>"}),
        block("quote", {"text": "Zwei Firmen in einer.", "person": "Jana Keller", "role": "Einkauf"}),
        block("reveal_cards", {"title": "Rate erst", "cards": [{"front": "Vorne", "back": "<p>Hinten</p>"}]}),
        block("key_points", {"points": ["Ein Silo ist zwei ehrliche Sichten.", "Fragen hilft."]}),
        block("image", {"image": picture.pk, "alt_text": "Zwei Scheiben", "decorative": False, "caption": "Pass"}),
        block(
            "video",
            {
                "title": "Die Übergabe",
                "file": mp4.pk,
                "captions": vtt.pk,
                "captions_language": "de",
                "transcript": "<p>Gesagt, getan.</p>",
                "poster": picture.pk,
            },
        ),
        block("fact", {"fact": fact().pk, "comment": "Nicht 48 %."}),
        block(
            "comparison_table",
            {
                "caption": "Ursachen",
                "corner": "Ursache",
                "columns": ["Klingt so", "Schritt"],
                "rows": [{"head": "Kulturell", "cells": ["„Die verstehen es nicht.“", "Platz tauschen"]}],
            },
        ),
        block("download", {"title": "Vorlage", "document": pdf.pk, "description": "Eine Seite"}),
        block("checklist", {"title": "Diese Woche", "items": ["Fragen", "Aufschreiben"]}, ids.get("checklist")),
        block("reflection", {"prompt": "Was lief schief?", "hint": "Zwei Sätze"}, ids.get("reflection")),
        block(
            "worksheet",
            {"title": "Realitätscheck", "intro": "<p>30 Minuten</p>", "steps": ["<p>Tauscht.</p>"], "document": pdf.pk},
        ),
    ]
