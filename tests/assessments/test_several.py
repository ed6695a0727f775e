"""Several questions at once: what is typed is shown as it is read, becomes drafts once, and is never lost."""

from typing import Any

import pytest
from django.contrib.contenttypes.models import ContentType
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries
from wagtail.models import ModelLogEntry, Page, WorkflowState

from assessments.cms import several
from assessments.cms.several_help import EXAMPLES
from assessments.exchange.formats import get_format
from assessments.models import Item, ItemVersion, QuizPage
from assessments.selectors.bank import asked_by
from assessments.services.composing import add_to_quiz, quiz_of_items
from enablement.core.errors import DomainError
from people.models import User
from tests.assessments import factories
from tests.courses.factories import ModuleTree

pytestmark = pytest.mark.django_db
NAMES = "wagtailsnippets_assessments_item"
TEXT = """::Kontakt::Wer ruft an?{=Vertrieb#Ja. ~Marketing#Nein.}

Wie viel?{#2,5:0,5}

::Kaputt::Was?{=a

Sechs reden mit.{T}
"""


@pytest.fixture
def author(client: Client, trainer: User) -> Client:
    client.force_login(trainer)
    return client


def typed(text: str, **fields: str) -> dict[str, str]:
    return {"text": text, "language": "de", "topic": "", "tags": "", "difficulty": "", **fields}


def preview(client: Client, text: str, **fields: str) -> dict[str, Any]:
    response = client.post(reverse(f"{NAMES}:several_preview"), typed(text, **fields))
    assert response.status_code == 200
    found: dict[str, Any] = response.json()
    return found


def save(client: Client, text: str, **fields: str) -> Any:
    return client.post(reverse(f"{NAMES}:several"), typed(text, save="1", **fields))


def test_the_bank_leads_here_and_the_page_works_without_a_script(author: Client) -> None:
    url = reverse(f"{NAMES}:several")
    assert f'href="{url}"' in author.get(reverse(f"{NAMES}:list")).content.decode()
    html = author.post(url, typed(TEXT, preview="1")).content.decode()
    for part in ("3 questions read, 1 with a fault", "Save 3 questions as drafts", 'data-line="5"', "Wer ruft an?"):
        assert part in html, part
    assert not Item.objects.exists(), "a preview saves nothing"


def test_the_preview_shows_questions_with_their_key_and_faults_with_their_lines(author: Client) -> None:
    found = preview(author, "\r\n" + TEXT.replace("\n", "\r\n"))
    assert found["summary"] == "3 questions read, 1 with a fault"
    assert (found["button"], found["savable"]) == ("Save 3 questions as drafts", True)
    assert 'data-line="6"' in found["report"], "blank lines at the beginning count"
    assert "do not match" in found["report"]
    html = found["questions"]
    for part in ("Single choice", "Number", "True or false", "Line 2", "Line 4", "Line 8", "2.5"):
        assert part in html, part
    # The right answer is filled in, and no other one.
    right = html.index("checked")
    assert html.count("checked") == 2
    assert html.index("Vertrieb") > right > html.index("Wer ruft an?")
    assert not Item.objects.exists()


def test_numbers_are_read_as_gift_and_shown_in_the_language_of_the_text(author: Client) -> None:
    assert "2,5" in preview(author, "Wie viel?{#2.5}")["questions"]
    assert "2.5" in preview(author, "How much?{#2,5}", language="en")["questions"]
    wrong = preview(author, "Wie viel?{#1.234,5}")
    assert "“1.234,5” is not a number" in wrong["report"]
    assert not wrong["savable"]


def test_what_reads_like_thousands_is_said(author: Client) -> None:
    assert "1.000” is read as 1" in preview(author, "Wie viel?{#1.000}")["report"]
    assert preview(author, "Wie viel?{#1000}")["report"].strip() == ""
    assert preview(author, "Wie viel?{#0.125}")["report"].strip() == ""


def test_hostile_text_stays_text(author: Client) -> None:
    text = "::<img src=x onerror=alert(1)>::[plain]<script>alert(1)</script>{=<b onclick=x>ja</b> ~\"'></iframe>nein}"
    found = preview(author, text)
    everything = found["questions"] + found["report"] + found["summary"]
    for part in ("<script", "<img", "<b onclick", "</iframe>"):
        assert part not in everything, part
    html = author.post(reverse(f"{NAMES}:several"), typed(text + "\n\nfaul{=<script>{", preview="1")).content.decode()
    frame = html[html.index("srcdoc=") :]
    frame = frame[: frame.index("</iframe>")]
    assert "<script>alert" not in html
    assert "&amp;lt;script&amp;gt;" in frame, "escaped as text, and once more as an attribute"
    assert 'sandbox="allow-same-origin"' in html, "and nothing in the frame runs"


def test_saving_makes_drafts_that_wait_for_review_with_what_was_chosen_for_all(author: Client) -> None:
    good = TEXT.replace("::Kaputt::Was?{=a\n\n", "")
    response = save(author, good, topic="Anzeichen", tags="M01, Messe", difficulty="hard")
    items = list(Item.objects.order_by("pk"))
    assert response.status_code == 302
    assert response.headers["Location"].endswith("&".join(f"item={item.pk}" for item in items))
    assert [item.kind for item in items] == ["single_choice", "numeric", "true_false"]
    for item in items:
        assert (item.live, item.state, item.topic, item.difficulty) == (False, "draft", "Anzeichen", "hard")
        assert sorted(item.tags.names()) == ["M01", "Messe"]
        assert ModelLogEntry.objects.for_instance(item).exists(), "its history names who made it"
    assert not ItemVersion.objects.exists()
    assert not WorkflowState.objects.filter(base_content_type=ContentType.objects.get_for_model(Item)).exists()


def test_what_a_question_says_itself_goes_before_what_is_chosen_for_all(author: Client) -> None:
    text = "$CATEGORY: $course$/top/Eigenes\n\n// [tag:difficulty:easy] [tag:Eigen]\nWas?{=a ~b}"
    save(author, text, topic="Anderes", tags="M01", difficulty="hard")
    item = Item.objects.get()
    assert (item.topic, item.difficulty) == ("Eigenes", "easy")
    assert sorted(item.tags.names()) == ["Eigen", "M01"]


def test_saving_twice_changes_nothing(author: Client) -> None:
    save(author, "Was?{=a ~b}", tags="M01")
    item = Item.objects.get()
    response = save(author, "Was?{=a ~b}", tags="M01")
    assert response.headers["Location"].endswith(f"?item={item.pk}")
    assert Item.objects.get().latest_revision_id == item.latest_revision_id
    found = preview(author, "Was?{=a ~b}", tags="M01")
    assert "in the bank already" in found["questions"]
    assert not found["savable"]


def test_a_fault_keeps_the_text_and_the_good_questions_are_saved_once(author: Client) -> None:
    response = save(author, TEXT)
    html = response.content.decode()
    assert response.status_code == 200
    assert Item.objects.count() == 3
    assert "::Kaputt::Was?{=a" in html, "the text is still there"
    assert "1 question could not be read" in html
    assert "Make a test of the saved questions" in html
    mended = TEXT.replace("Was?{=a", "Was?{=a ~b}")
    assert save(author, mended).status_code == 302
    assert sorted(Item.objects.values_list("title", flat=True)) == [
        "Kaputt", "Kontakt", "Sechs reden mit.", "Wie viel?",
    ]  # fmt: skip


def test_a_save_that_fails_in_the_middle_saves_nothing(author: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    made = Item.save_revision

    def breaks(item: Item, *args: Any, **kwargs: Any) -> Any:
        if Item.objects.count() == 2:
            raise DomainError("no more")
        return made(item, *args, **kwargs)

    monkeypatch.setattr(Item, "save_revision", breaks)
    html = save(author, "Eins?{=a ~b}\n\nZwei?{=a ~b}").content.decode()
    assert not Item.objects.exists()
    assert "no more" in html
    assert "Zwei?{=a ~b}" in html, "the text is still there"


def test_huge_and_empty_texts_are_refused_with_a_sentence(author: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    text = "Was?{=a ~b}\n\n" * 10_000
    assert "130000 characters are too many at once" in preview(author, text)["report"]
    html = save(author, text).content.decode()
    assert html.count("Was?{=a ~b}") > 9_000, "and it stays"
    assert preview(author, " \n")["summary"] == ""
    assert "Write the first question." in save(author, " \n").content.decode()
    assert "Nothing is asked here" in preview(author, "Nur eine Überschrift")["report"]
    monkeypatch.setattr(several, "MAX_SAVED", 1)
    assert "More than 1 questions" in preview(author, "Eins?{=a ~b}\n\nZwei?{=a ~b}")["report"]
    save(author, "Eins?{=a ~b}\n\nZwei?{=a ~b}")
    assert not Item.objects.exists()


def test_the_form_is_of_this_session(trainer: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(trainer)
    for name in ("several", "several_preview"):
        assert client.post(reverse(f"{NAMES}:{name}"), typed("Was?{=a ~b}", save="1")).status_code == 403
    assert not Item.objects.exists()


@pytest.mark.parametrize("language", ["de", "en"])
@pytest.mark.parametrize("example", EXAMPLES, ids=lambda one: one.kind)
def test_each_example_of_the_help_is_what_it_says(example: Any, language: str, author: Client) -> None:
    read = get_format("gift").read(example.texts[language].encode(), language)
    assert [item.kind for item in read.items] == [example.kind]
    assert not read.problems
    found = preview(author, example.texts[language], language=language)
    assert found["summary"] == "1 question read"
    assert "<fieldset" in found["questions"]


def test_a_pair_without_an_entry_is_a_choice_that_belongs_to_nothing(author: Client) -> None:
    save(author, "Wer?{=a -> A =b -> B = -> C}")
    assert [one["value"]["text_de"] for one in Item.objects.get().body.raw_data[0]["value"]["distractors"]] == ["C"]


@pytest.mark.parametrize("count", [1, 3])
def test_a_preview_costs_the_same_for_any_number_of_questions(
    count: int, author: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    factories.item()
    text = "\n\n".join(f"Frage {number}?{{=a ~b}}" for number in range(count))
    preview(author, text)
    with django_assert_num_queries(8):
        preview(author, text)


# --- a test of them ---------------------------------------------------------------------------------------------------


def items(count: int) -> list[Item]:
    return [factories.item(live=False, title=f"Draft {number}") for number in range(1, count + 1)]


def saved_url(*found: Item) -> str:
    return reverse(f"{NAMES}:several_saved") + "?" + "&".join(f"item={item.pk}" for item in found)


def test_a_new_test_of_them_is_a_draft(author: Client, tree: ModuleTree, trainer: User) -> None:
    made = items(2)
    html = author.get(saved_url(*made)).content.decode()
    assert "Draft 1" in html
    assert tree.page.title in html
    response = author.post(saved_url(*made), {"new": "1", "title": "Messe", "module": str(tree.page.pk)})
    page = QuizPage.objects.get()
    assert response.headers["Location"] == reverse("wagtailadmin_pages:edit", args=[page.pk])
    assert (page.title, page.live, page.owner, page.get_parent().pk) == ("Messe", False, trainer, tree.page.pk)
    assert [one.fixed for one in asked_by(page.slots)] == [item.pk for item in made]
    assert author.get(response.headers["Location"]).status_code == 200


def test_they_are_added_to_the_draft_and_learners_see_nothing_of_it(
    author: Client, page: QuizPage, trainer: User
) -> None:
    made = items(2)
    live = [one.fixed for one in asked_by(page.slots)]
    assert author.post(saved_url(*made), {"add": "1", "quiz": str(page.pk)}).status_code == 302
    assert author.post(saved_url(*made), {"add": "1", "quiz": str(page.pk)}).status_code == 302, "once more"
    page = QuizPage.objects.get()
    assert [one.fixed for one in asked_by(page.slots)] == live, "what is live is as it was"
    draft: Any = page.get_latest_revision_as_object()
    assert [one.fixed for one in asked_by(draft.slots)] == [*live, *(item.pk for item in made)], "and each stands once"
    assert page.latest_revision.user == trainer


def test_a_locked_or_full_test_says_so(
    author: Client, page: QuizPage, trainer: User, reviewer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = items(1)
    monkeypatch.setattr("assessments.services.composing.MAX_QUESTIONS", 5)
    html = author.post(saved_url(*made), {"add": "1", "quiz": str(page.pk)}).content.decode()
    assert "at most 5 questions" in html
    monkeypatch.setattr("assessments.services.composing.MAX_QUESTIONS", 100)
    Page.objects.filter(pk=page.pk).update(locked=True, locked_by=reviewer)
    with pytest.raises(DomainError):
        add_to_quiz(page, items=made, actor=trainer)
    assert not QuizPage.objects.get().latest_revision_id


def test_who_may_not_edit_pages_makes_no_test(tree: ModuleTree, page: QuizPage, alice: User) -> None:
    made = items(1)
    with pytest.raises(DomainError):
        add_to_quiz(page, items=made, actor=alice)
    with pytest.raises(DomainError):
        quiz_of_items(tree.page, title="x", items=made, actor=alice)
    assert QuizPage.objects.count() == 1


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_of_tests_costs_the_same_for_any_number(
    count: int, author: Client, tree: ModuleTree, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    made = items(count)
    for _number in range(count):
        factories.quiz_page(tree.page, factories.fixed(factories.item()))
    author.get(saved_url(*made))
    with django_assert_num_queries(16):
        assert author.get(saved_url(*made)).status_code == 200


def test_nobody_else_learns_what_was_saved(client: Client, hr: User, alice: User) -> None:
    made = items(1)
    for user in (hr, alice):
        client.force_login(user)
        response = client.get(saved_url(*made), follow=True)
        assert "Draft 1" not in response.content.decode()
