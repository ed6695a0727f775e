"""The blocks of a lesson: each renders in both languages, escapes what people type, and previews in the picker."""

import re
from html.parser import HTMLParser
from typing import Any

import pytest
from django.template import Context, Template
from django.test import Client, RequestFactory
from django.utils import translation
from django.utils.safestring import SafeString
from pytest_django import DjangoAssertNumQueries
from wagtail.blocks import StreamBlockValidationError, StructBlockValidationError

from courses.blocks import ComparisonTableBlock, ImageBlock, LessonBody, VideoBlock
from courses.checks import register_check_renderer
from courses.models import CatalogueIndexPage, LearnerNote, LessonPage
from people.models import User
from tests.courses import cms_factories as make

BLOCKS = list(LessonBody().child_blocks)
HOSTILE = '"><script>alert(1)</script><img src=x onerror=alert(1)>'


def render(page: LessonPage, user: User, *, preview: bool = False) -> str:
    request = RequestFactory().get(page.get_url() or "/")
    request.user = user
    request.is_preview = preview
    template = Template("{% load wagtailcore_tags %}{% include_block page.body %}")
    return template.render(Context({"page": page, "request": request, "LANGUAGE": "de"}))


class _Tags(HTMLParser):
    """Collects ids, headings, labels and what must not be there."""

    def __init__(self) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self.ids += [value for name, value in attrs if name == "id" and value]


def parse(html: str) -> _Tags:
    parser = _Tags()
    parser.feed(html)
    return parser


@pytest.mark.parametrize("language", ["de", "en"])
def test_every_block_renders_in_both_languages(catalogue: CatalogueIndexPage, alice: User, language: str) -> None:
    page = make.lesson(make.module(catalogue), body=make.every_block())
    with translation.override(language):
        html = render(page, alice)
    for kind in BLOCKS:
        if kind != "knowledge_check":  # rendered by the room of the item bank
            assert f"lesson-block--{kind}" in html
    assert ("der Recherchierenden" if language == "de" else "of researchers") in html
    assert "Was lief schief?" in html
    assert "Hinten" in html


def test_a_lesson_keeps_the_basics_of_accessibility(catalogue: CatalogueIndexPage, alice: User) -> None:
    parsed = parse(render(make.lesson(make.module(catalogue), body=make.every_block()), alice))
    names = [tag for tag, _ in parsed.tags]
    assert "h1" not in names, "the page's title is the one h1"
    assert len(parsed.ids) == len(set(parsed.ids)), "ids are unique"
    assert all(attrs.get("alt") is not None for tag, attrs in parsed.tags if tag == "img")
    assert {attrs.get("scope") for tag, attrs in parsed.tags if tag == "th"} == {"row", "col"}
    assert [attrs for tag, attrs in parsed.tags if tag == "track" and attrs.get("kind") == "captions"]
    labels = {attrs.get("for") for tag, attrs in parsed.tags if tag == "label"}
    assert {attrs["id"] for tag, attrs in parsed.tags if tag == "textarea"} <= labels
    assert not [attrs for _, attrs in parsed.tags if "style" in attrs or any(name.startswith("on") for name in attrs)]


def test_landmarks_of_one_kind_have_names_of_their_own(catalogue: CatalogueIndexPage, alice: User) -> None:
    """A list of landmarks with the same name twice says nothing about where each of them leads."""
    body = [
        make.block("reflection", {"prompt": "Was lief schief?", "hint": ""}),
        make.block("knowledge_check", {"item": None}),
        make.block("reflection", {"prompt": "Und was gut?", "hint": ""}),
        make.block("knowledge_check", {"item": None}),
    ]
    parent = make.module(catalogue)
    with translation.override("en"):
        several = render(make.lesson(parent, body=body), alice)
        single = render(make.lesson(parent, "Eins", body=body[:2]), alice)
    heads = [re.sub(r"<[^>]+>", "", head) for head in re.findall(r"<h2.*?</h2>", several)]
    assert heads == ["Your reflection 1", "Knowledge check 1", "Your reflection 2", "Knowledge check 2"]
    assert "Knowledge check</span>" in single, "nothing to tell it from"


def test_hostile_text_is_shown_not_run(catalogue: CatalogueIndexPage, alice: User) -> None:
    fact = make.fact("hostile", value=HOSTILE[:80], wording_de=HOSTILE, source=HOSTILE, population_de=HOSTILE)
    body = [
        make.block("callout", {"kind": "tip", "title": HOSTILE, "text": "<p>Text</p>"}),
        make.block("quote", {"text": HOSTILE, "person": HOSTILE, "role": HOSTILE}),
        make.block("reveal_cards", {"title": HOSTILE, "cards": [{"front": HOSTILE, "back": "<p>x</p>"}]}),
        make.block("key_points", {"points": [HOSTILE]}),
        make.block("fact", {"fact": fact.pk, "comment": HOSTILE}),
        make.block("image", {"image": make.image().pk, "alt_text": HOSTILE, "decorative": False, "caption": HOSTILE}),
        make.block(
            "comparison_table",
            {
                "caption": HOSTILE,
                "corner": HOSTILE,
                "columns": [HOSTILE],
                "rows": [{"head": HOSTILE, "cells": [HOSTILE]}],
            },
        ),
        make.block("download", {"title": HOSTILE, "document": make.document(title=HOSTILE).pk, "description": HOSTILE}),
        make.block("checklist", {"title": HOSTILE, "items": [HOSTILE]}),
        make.block("reflection", {"prompt": HOSTILE, "hint": HOSTILE}),
        make.block("worksheet", {"title": HOSTILE, "intro": "", "steps": ["<p>x</p>"], "document": None}),
    ]
    page = make.lesson(make.module(catalogue), body=body)
    block_id = body[-2]["id"]
    LearnerNote.objects.create(
        user=alice, activity=activity_of(page), block_id=block_id, text="</textarea><script>alert(2)</script>"
    )
    html = render(page, alice)
    assert "alert(1)" in html
    assert "alert(2)" in html
    parsed = parse(html)
    assert "script" not in [tag for tag, _ in parsed.tags]
    assert not [attrs for _, attrs in parsed.tags if "onerror" in attrs]


def activity_of(page: LessonPage) -> "object":
    from courses.enums import ActivityKind
    from courses.models import Activity

    return Activity.objects.get_or_create(
        key=page.translation_key, defaults={"kind": ActivityKind.LESSON, "title_de": page.title, "is_live": True}
    )[0]


@pytest.mark.parametrize("links", [0, 200])
def test_links_cost_the_same_number_of_queries(
    catalogue: CatalogueIndexPage, alice: User, django_assert_num_queries: DjangoAssertNumQueries, links: int
) -> None:
    targets = [make.lesson(make.module(catalogue), title=f"Ziel {number}") for number in range(5)]
    papers = [make.document(f"{number}.pdf") for number in range(5)]
    body = make.every_block()
    for number in range(links):
        kind, pk = ("page", targets[number % 5].pk) if number % 2 else ("document", papers[number % 5].pk)
        link = f'<p><a linktype="{kind}" id="{pk}">Verweis</a></p>'
        body.append(
            make.block("text", link)
            if number % 3
            else make.block("callout", {"kind": "tip", "title": "Lies", "text": link})
        )
    page = make.lesson(make.module(catalogue, "Viele Links"), body=body)
    render(LessonPage.objects.get(pk=page.pk), alice)  # makes the renditions once
    fresh = LessonPage.objects.get(pk=page.pk)
    # Without links: documents, images, renditions, facts, notes. With links also the pages.
    with django_assert_num_queries(6 if links else 5):
        html = render(fresh, alice)
    assert html.count("Verweis</a>") == links
    assert "<a>" not in html


def test_a_link_leads_to_the_readers_language_and_never_to_a_draft(catalogue: CatalogueIndexPage, alice: User) -> None:
    from wagtail.models import Locale

    module = make.module(catalogue)
    target, draft = make.lesson(module, title="Ziel"), make.lesson(module, title="Entwurf")
    english = Locale.objects.get(language_code="en")
    copy = target.copy_for_translation(english, copy_parents=True)
    copy.save_revision().publish()
    draft.unpublish()
    links = "".join(f'<p><a linktype="page" id="{page.pk}">Verweis</a></p>' for page in (target, draft))
    page = make.lesson(module, title="Mit Links", body=[make.block("text", links)])
    with translation.override("en"):
        html = render(LessonPage.objects.get(pk=page.pk), alice)
    assert copy.get_url() in html
    assert target.get_url() not in html
    assert html.count("<a>Verweis</a>") == 1


def test_an_image_needs_words_or_says_that_it_is_decoration(db: None) -> None:
    block = ImageBlock()
    picture = make.image()
    for alt_text, decorative in (("", False), ("Text", True)):
        with pytest.raises(StructBlockValidationError) as refused:
            block.clean(block.normalize({"image": picture, "alt_text": alt_text, "decorative": decorative}))
        assert "alt_text" in refused.value.block_errors
    block.clean(block.normalize({"image": picture, "alt_text": "Text", "decorative": False}))
    block.clean(block.normalize({"image": picture, "alt_text": "", "decorative": True}))


def test_a_video_needs_captions_transcript_and_the_right_kinds_of_file(db: None) -> None:
    block = VideoBlock()
    good = {"title": "Film", "captions_language": "de", "transcript": "<p>Text</p>", "poster": None}
    files = {"file": make.document("a.mp4"), "captions": make.document("a.vtt")}
    block.clean(block.normalize({**good, **files}))
    for name, value in (("file", make.document("a.pdf")), ("captions", make.document("a.txt")), ("captions", None)):
        with pytest.raises(StructBlockValidationError) as refused:
            block.clean(block.normalize({**good, **files, name: value}))
        assert set(refused.value.block_errors) == {name}
    with pytest.raises(StructBlockValidationError) as refused:
        block.clean(block.normalize({**good, **files, "transcript": ""}))
    assert set(refused.value.block_errors) == {"transcript"}


def test_each_row_of_a_table_has_a_cell_for_each_column(db: None) -> None:
    block = ComparisonTableBlock()
    value = {"caption": "Titel", "columns": ["A", "B"], "rows": [{"head": "Kurz", "cells": ["nur eine"]}]}
    with pytest.raises(StructBlockValidationError) as refused:
        block.clean(block.normalize(value))
    assert "Kurz" in str(refused.value.block_errors["rows"])


@pytest.mark.parametrize("kind", BLOCKS)
def test_the_picker_shows_each_block(kind: str, admin: User, client: Client) -> None:
    block = LessonPage._meta.get_field("body").stream_block.child_blocks[kind]
    assert block.is_previewable
    assert block.get_description()
    client.force_login(admin)
    response = client.get("/admin/block-preview/", {"id": block.definition_prefix})
    assert response.status_code == 200
    content = response.content.decode()
    assert "css/lesson.css" in content
    assert f"lesson-block--{kind}" in content
    assert LearnerNote.objects.count() == 0


def test_the_registered_renderer_shows_a_check_and_knows_about_the_preview() -> None:
    from courses import checks

    before = checks._renderer
    seen: list[bool] = []
    try:

        def spy(context: dict[str, Any], item: Any, block_id: str) -> SafeString:
            seen.append(context["is_preview"])
            return SafeString(f"{item}-{block_id}")

        register_check_renderer(spy)
        request = RequestFactory().get("/")
        template = Template("{% load lesson_tags %}{% knowledge_check item %}")
        assert template.render(Context({"item": "frage", "block_id": "b1", "request": request})) == "frage-b1"
        request.is_preview = True  # type: ignore[attr-defined]  # as Wagtail does
        template.render(Context({"item": "frage", "block_id": "b1", "request": request}))
        assert seen == [False, True]
    finally:
        checks._renderer = before


def test_an_empty_required_block_is_refused(db: None) -> None:
    body = LessonBody()
    value = body.normalize([("quote", {"text": ""})])
    with pytest.raises(StreamBlockValidationError):
        body.clean(value)
