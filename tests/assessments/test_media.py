"""Pictures and recordings in questions: for every kind, frozen with the item, shown wherever the question is."""

import random
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.test import Client
from django.urls import reverse
from wagtail.blocks import StructBlockValidationError
from wagtail.documents import get_document_model
from wagtail.images import get_image_model

from assessments.exchange.export import export_items
from assessments.kinds import get_kind, kinds
from assessments.kinds.media import AUDIO, VIDEO, MediaBlock, authored_media, media_in
from assessments.models import AttemptItem, Item
from assessments.services import start_attempt, submit_attempt
from people.models import User
from tests.assessments import factories
from tests.courses import cms_factories as make
from tests.courses.factories import ModuleTree

CAPTIONS = b"WEBVTT\n\n00:00.000 --> 00:02.000\nHello\n"


def picture(**more: Any) -> list[dict[str, Any]]:
    value = {"image": make.image().pk, **factories.bilingual(alt="Two desks"), **more}
    return [{"type": "picture", "id": "m-1", "value": value}]


def recording(name: str = "call.mp4", **more: Any) -> list[dict[str, Any]]:
    value = {
        "file": make.document(name, b"0123456789" * 50).pk,
        "captions": make.document("call.vtt", CAPTIONS).pk,
        "captions_language": "de",
        **factories.bilingual(transcript="Jana calls"),
        **more,
    }
    return [{"type": "recording", "id": "m-1", "value": value}]


def with_media(media: list[dict[str, Any]], kind: str = "single_choice", **fields: Any) -> Item:
    return factories.item(kind, raw={**factories.RAW[kind](), "media": media}, **fields)


def test_a_question_without_a_medium_is_what_it_was() -> None:
    """Else every item would get a new version with the next publication."""
    for name, kind in kinds().items():
        raw = factories.RAW[name]()
        assert kind.authored({**raw, "media": []}) == kind.authored(raw)
        assert "media" not in kind.authored(raw)


@pytest.mark.django_db
@pytest.mark.parametrize("kind", list(factories.RAW))
def test_every_kind_shows_its_picture_before_and_after_the_answer(kind: str) -> None:
    version = with_media(picture(), kind).versions.get()
    content, one = version.content, get_kind(kind)
    order = one.option_order(content, random.Random(1), shuffle=False)  # noqa: S311 - the same each time
    content = one.as_asked(content, order)
    shown = one.asked(content, "en", order)["media"]
    assert shown == one.reviewed(content, None, "en")["media"]
    assert shown["alt"] == "Two desks (en)"
    assert shown["url"].startswith("/media/questions/")
    assert set(shown) == {"type", "url", "alt", "width", "height"}, "built up from what may be sent"


@pytest.mark.django_db
def test_what_happens_to_the_library_changes_no_attempt(client: Client, learner: User, tree: ModuleTree) -> None:
    items = [with_media(picture()), with_media(recording())]
    page = factories.quiz_page(tree.page, factories.fixed(*items), shuffle_questions=False)
    attempt = start_attempt(learner, quiz=factories.quiz_of(page))
    client.force_login(learner)

    def urls(asked: list[AttemptItem]) -> list[str]:
        media = [media_in(one.content, "de") or {} for one in asked]
        return [media[0]["url"], media[1]["url"], media[1]["captions_url"]]

    addresses = urls(factories.items_of(attempt))
    before = [b"".join(client.get(url)) for url in addresses]
    for row in [*get_image_model().objects.all(), *get_document_model().objects.all()]:
        row.file.storage.delete(row.file.name)
        row.delete()
    assert urls(factories.items_of(attempt)) == addresses
    assert [b"".join(client.get(url)) for url in addresses] == before
    part = client.get(addresses[1], headers={"Range": "bytes=10-19"})
    assert (part.status_code, b"".join(part)) == (206, b"0123456789"), "a recording can be sought"


@pytest.mark.django_db
def test_it_stands_in_player_result_preview_and_check(
    client: Client, learner: User, tree: ModuleTree, rf: Any, admin: User
) -> None:
    items = [with_media(picture()), with_media(recording()), with_media(recording("call.mp3", captions=None))]
    page = factories.quiz_page(tree.page, factories.fixed(*items), shuffle_questions=False)
    attempt = start_attempt(learner, quiz=factories.quiz_of(page))
    client.force_login(learner)

    def seen(name: str, **kwargs: int) -> str:
        return client.get(reverse(f"assessments:{name}", kwargs={"uuid": attempt.uuid, **kwargs})).content.decode()

    player = seen("player", position=1)
    submit_attempt(learner, attempt=attempt)
    request = rf.get("/")
    request.user = admin
    preview = page.make_preview_request(request, "").render().content.decode()
    for html in (player, seen("result"), preview):
        assert html.count('alt="Two desks (de)"') == 1
        assert (html.count("<video"), html.count("<audio"), html.count("<track")) == (1, 1, 1)
        assert html.count("Jana calls (de)") == 2
    page.review_policy, page.review_right_after = "custom", "answer"
    page.save()
    again = start_attempt(learner, quiz=factories.quiz_of(page))
    attempt = submit_attempt(learner, attempt=again)
    assert 'alt="Two desks (de)"' in seen("result"), "also where not everything may be seen"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "more", "wrong"),
    [
        ("call.mp4", {}, set()),
        ("call.mp3", {"captions": None}, set()),
        ("call.mp4", {"captions": None}, {"captions"}),
        ("call.exe", {}, {"file"}),
    ],
)
def test_a_video_has_captions_and_files_have_a_known_kind(name: str, more: dict[str, Any], wrong: set[str]) -> None:
    block = MediaBlock().child_blocks["recording"]
    [child] = recording(name, **more)
    value = block.to_python(child["value"])
    if not wrong:
        assert block.clean(value)
        return
    with pytest.raises(StructBlockValidationError) as refused:
        block.clean(value)
    assert set(refused.value.block_errors) == wrong


@pytest.mark.django_db
def test_an_item_says_what_its_medium_lacks() -> None:
    kind = get_kind("single_choice")
    content = kind.authored({**factories.RAW["single_choice"](), "media": picture(alt_en="", image=None)})
    assert len(kind.problems(content)) == 2
    assert authored_media({"media": [{"type": "picture", "value": {}}]}) == {"type": "picture"}
    assert default_storage.exists(with_media(picture()).versions.get().content["media"]["image"]["file"])


def pictured(kind: str = "single_choice", **more: Any) -> dict[str, Any]:
    """The first answer has a picture."""
    raw = factories.RAW[kind]()
    raw["options"][0]["value"] |= {"image": make.image().pk, **factories.bilingual(alt="A desk"), **more}
    return raw


@pytest.mark.django_db
@pytest.mark.parametrize("kind", ["single_choice", "multiple_choice"])
def test_answers_have_pictures_which_are_copied_too(client: Client, learner: User, tree: ModuleTree, kind: str) -> None:
    item = factories.item(kind, raw=pictured(kind))
    page = factories.quiz_page(tree.page, factories.fixed(item))
    attempt = start_attempt(learner, quiz=factories.quiz_of(page))
    get_image_model().objects.all().delete()
    [asked] = factories.items_of(attempt)
    [shown] = [one["picture"] for one in get_kind(kind).asked(asked.content, "de", [])["options"] if "picture" in one]
    assert set(shown) == {"type", "url", "alt", "width", "height"}
    client.force_login(learner)
    assert b"".join(client.get(shown["url"]))
    player = reverse("assessments:player", kwargs={"uuid": attempt.uuid, "position": 1})
    assert client.get(player).content.decode().count('alt="A desk (de)"') == 1
    submit_attempt(learner, attempt=attempt)
    result = reverse("assessments:result", kwargs={"uuid": attempt.uuid})
    assert client.get(result).content.decode().count('alt="A desk (de)"') == 1
    problems = get_kind(kind).problems(get_kind(kind).authored(pictured(kind, alt_en="")))
    assert [one.startswith("Alternative text of Answer 1") for one in problems] == [True]


@pytest.mark.django_db
@pytest.mark.parametrize("answers", [False, True])
def test_the_loss_is_named_where_a_picture_cannot_travel(answers: bool) -> None:
    if answers:
        factories.item(raw=pictured())
    else:
        with_media(picture())
    for name, travels in (("gift", False), ("moodle", True), ("qti", True), ("xlsx", False)):
        told = [
            problem.message for problem in export_items(Item.objects.all(), format_name=name, language="de").problems
        ]
        assert any("icture" in message for message in told) is not travels, name


@pytest.mark.django_db
def test_before_publication_the_recording_comes_from_the_library(client: Client, learner: User) -> None:
    """A knowledge check shows the item as it is, and the library asks who reads: /media/ serves no document."""
    item = with_media(recording())
    shown = media_in(item.frozen_content(), "de")
    assert shown is not None
    client.force_login(learner)
    for name in ("url", "captions_url"):
        answer = client.get(shown[name])
        assert answer.status_code == 200, shown[name]
        assert b"".join(answer)  # type: ignore[arg-type]  # streamed


def test_the_library_takes_every_recording_that_a_question_can_have(settings: Any) -> None:
    assert {*VIDEO, *AUDIO, "vtt"} <= set(settings.WAGTAILDOCS_EXTENSIONS)
