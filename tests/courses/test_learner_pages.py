"""The learner's pages: what they show, to whom, in which language, and what they cost."""

import re

import pytest
from django.test import Client
from django.utils import translation

from courses.models import Enrollment, HomePage, LearningEvent, LessonPage, Progress
from courses.selectors.pages import page_links
from courses.services import complete_lesson
from courses.serving import DEEPEST, _live_at
from people.models import User
from tests.courses.factories import activity_of, enrolled, home_in, lesson, module_tree, path_page


@pytest.fixture
def as_alice(client: Client, alice: User) -> Client:
    client.force_login(alice)
    return client


def text(client: Client, url: str) -> str:
    response = client.get(url)
    assert response.status_code == 200, url
    return re.sub(r"\s+", " ", response.content.decode())


def test_addresses_are_those_of_wagtail(home: HomePage) -> None:
    tree = module_tree(home, lessons=1, languages=("de", "en"))
    english = tree.translations["en"].lesson_pages[0]
    links = page_links([english.translation_key])[english.translation_key]
    assert links == {"de": tree.lesson_pages[0].get_url(), "en": english.get_url()}


def test_home_greets_and_continues_where_the_person_left_off(home: HomePage, alice: User, as_alice: Client) -> None:
    tree = module_tree(home, lessons=7)
    for done in tree.lessons[:2]:
        complete_lesson(alice, lesson=done)
    with translation.override("en"):
        home_in(home, "en")
    html = text(as_alice, "/en/")
    assert "Hello Alice" in html
    assert "Lesson 3 of 7" in html
    assert "about 30 min left" in html
    assert tree.lesson_pages[2].get_url() in html


def test_no_time_left_is_said_where_nobody_knows_how_much(home: HomePage, alice: User, as_alice: Client) -> None:
    tree = module_tree(home, lessons=1, quiz=True)
    complete_lesson(alice, lesson=tree.lessons[0])
    home_in(home, "en")
    html = text(as_alice, "/en/")
    assert "Test, step 2 of 2<" in html
    assert "0 min" not in html
    assert "1 of 2<" in text(as_alice, "/en/learn/mine/")


def test_lesson_visit_sets_the_bookmark_but_only_for_who_is_enrolled(
    home: HomePage, alice: User, as_alice: Client
) -> None:
    tree = module_tree(home)
    url = tree.lesson_pages[1].get_url()
    text(as_alice, url)
    assert not Progress.objects.exists()
    enrolled(alice, tree.module)
    as_alice.get(url, headers={"Sec-Purpose": "prefetch"})
    assert not Progress.objects.exists()
    text(as_alice, url)
    assert Progress.objects.get(activity=tree.module).position == tree.lessons[1].key


def test_completing_goes_on_to_the_next_lesson_and_at_the_end_to_the_module(home: HomePage, as_alice: Client) -> None:
    tree = module_tree(home, lessons=2)
    urls = [page.get_url() for page in tree.lesson_pages]
    done = [f"/de/learn/lessons/{lesson.key}/complete/" for lesson in tree.lessons]
    assert as_alice.get(done[0]).status_code == 405
    assert as_alice.post(done[0]).url == urls[1]
    assert as_alice.post(done[1]).url == tree.page.get_url()
    assert as_alice.post(done[1]).url == tree.page.get_url()
    assert Enrollment.objects.get().satisfied_at is not None


def test_locked_lesson_shows_why_and_nothing_else(home: HomePage, alice: User, trainer: User, client: Client) -> None:
    first = module_tree(home, lessons=1)
    second = module_tree(home, lessons=1, code="M02", title="Buyers", prerequisites=(first.page,))
    page = LessonPage.objects.get(pk=second.lesson_pages[0].pk)
    page.body = [("text", "<p>Geheimnis</p>")]
    page.save()
    enrolled(alice, second.module)
    client.force_login(alice)
    html = text(client, page.get_url())
    assert "Silos" in html
    assert "Geheimnis" not in html
    assert client.post(f"/de/learn/lessons/{second.lessons[0].key}/complete/").status_code == 409
    assert not LearningEvent.objects.exclude(verb="registered").exists()
    client.force_login(trainer)
    assert "Geheimnis" in text(client, page.get_url())
    client.force_login(alice)
    complete_lesson(alice, lesson=first.lessons[0])
    assert "Geheimnis" in text(client, page.get_url())


def test_unpublished_and_missing_look_the_same(home: HomePage, as_alice: Client) -> None:
    hidden = module_tree(home, live=False)
    for url in (hidden.page.url_path.replace("/home/", "/de/"), "/de/katalog/nothing/"):
        assert as_alice.get(url).status_code == 404
    for key in (hidden.module.key, "00000000-0000-4000-8000-000000000000"):
        assert as_alice.post(f"/de/learn/modules/{key}/start/").status_code == 404
        assert as_alice.post(f"/de/learn/lessons/{key}/complete/").status_code == 404
    assert not Enrollment.objects.exists()


def test_an_endless_address_is_missing_and_leaves_nothing_behind(home: HomePage, as_alice: Client) -> None:
    for depth in (3, DEEPEST, 500):
        assert as_alice.get("/de/" + "katalog/" * depth).status_code == 404
    assert set(_live_at._compiled) <= {(1,), (2,), (4,), (8,), (16,)}


def test_anonymous_is_sent_to_log_in(home: HomePage, client: Client) -> None:
    tree = module_tree(home, lessons=1)
    for url in (home.get_url(), tree.page.get_url(), tree.lesson_pages[0].get_url(), "/de/learn/mine/"):
        assert "/accounts/login/" in client.get(url).url


def test_new_lesson_is_marked_until_it_is_opened(home: HomePage, alice: User, as_alice: Client) -> None:
    home_in(home, "en")
    tree = module_tree(home, lessons=1, languages=("en",))
    enrolled(alice, tree.module)
    page = lesson(tree.page, "Fresh")
    assert ">New<" in text(as_alice, tree.page.get_url())
    text(as_alice, page.get_url())
    assert ">New<" not in text(as_alice, tree.page.get_url())


def test_one_progress_in_both_languages(home: HomePage, alice: User, as_alice: Client) -> None:
    tree = module_tree(home, lessons=2, languages=("de", "en"))
    complete_lesson(alice, lesson=tree.lessons[0])
    for page in (tree.page, tree.translations["en"].page):
        assert "outline__item--completed" in text(as_alice, page.get_url())
    german = text(as_alice, tree.lesson_pages[0].get_url())
    assert tree.translations["en"].lesson_pages[0].get_url() in german or "languages" not in german


def test_lesson_without_translation_is_offered_in_the_other_language(home: HomePage, as_alice: Client) -> None:
    tree = module_tree(home, lessons=1, languages=("de", "en"))
    only_german = lesson(tree.page, "Nur deutsch")
    html = text(as_alice, tree.translations["en"].page.get_url())
    assert only_german.get_url() in html
    assert 'lang="de"' in html


def test_titles_in_another_language_say_so_to_who_hears_them(home: HomePage, alice: User, as_alice: Client) -> None:
    """A voice that reads German words by English rules is hardly understood."""
    home_in(home, "en")
    tree = module_tree(home, lessons=1, title="Silos")
    enrolled(alice, tree.module)
    html = text(as_alice, "/en/")
    assert '<h2 id="resume-title" lang="de">Silos' in html
    assert f'<p class="resume__next" lang="de">{tree.lessons[0].title}' in html
    complete_lesson(alice, lesson=tree.lessons[0])
    assert f'<a href="{tree.page.get_url()}" lang="de">Silos' in text(as_alice, "/en/learn/mine/")


def test_the_titles_behind_back_and_next_say_their_language(home: HomePage, alice: User, as_alice: Client) -> None:
    """They are heard only, so a wrong voice is all that there is of them."""
    tree = module_tree(home, lessons=2, languages=("de", "en"))
    lesson(tree.page, "Nur deutsch")
    english = tree.translations["en"].lesson_pages
    english[0].unpublish()  # its page is German now, its title is as it was
    for done in tree.lessons:
        complete_lesson(alice, lesson=done)
    html = text(as_alice, english[1].get_url())
    assert '<span class="visually-hidden" lang="en">: Silos 1 (en)</span>' in html
    assert '<span class="visually-hidden" lang="de">: Nur deutsch</span>' in html


def test_path_page_shows_what_is_coming_and_whose_turn_it_is(home: HomePage, alice: User, as_alice: Client) -> None:
    home_in(home, "en")
    first = module_tree(home, lessons=1)
    coming = module_tree(home, code="M02", title="Buyers", live=False)
    page = path_page(home, first.page, coming.page)
    html = text(as_alice, page.get_url())
    assert "step--closed" in html
    assert html.count("step--turn") == 1
    assert as_alice.post(f"/de/learn/paths/{activity_of(page).key}/start/").url == page.get_url()
    assert Enrollment.objects.filter(user=alice).count() == 2


def test_catalogue_filters(home: HomePage, alice: User, as_alice: Client) -> None:
    silos = module_tree(home, lessons=2, topic="Culture")
    module_tree(home, lessons=5, code="M02", title="Buyers", topic="Market", audiences={1: "sales"})
    complete_lesson(alice, lesson=silos.lessons[0])
    url = "/de/katalog/"
    for query, titles in {
        "": {"Silos", "Buyers"},
        "?q=Buy": {"Buyers"},
        "?q=m01": {"Silos"},
        "?topic=Culture": {"Silos"},
        "?for=sales": {"Buyers"},
        "?duration=short": {"Silos"},
        "?duration=medium": {"Buyers"},
        "?status=in_progress": {"Silos"},
        "?status=completed": set(),
        "?q=%3Cscript%3E": set(),
    }.items():
        html = text(as_alice, url + query)
        assert {title for title in ("Silos", "Buyers") if f">{title}</a>" in html} == titles, query
        assert "<script>" not in html


def test_search_marks_words_and_escapes_them(home: HomePage, as_alice: Client) -> None:
    tree = module_tree(home, lessons=0)
    lesson(tree.page, "Kaufen <b>jetzt</b>", objective="Warum <i>kaufen</i> schwer ist")
    html = text(as_alice, "/de/learn/search/?q=kaufen")
    assert "<mark>Kaufen</mark> &lt;b&gt;jetzt&lt;/b&gt;" in html
    assert "&lt;i&gt;<mark>kaufen</mark>&lt;/i&gt;" in html
    assert "<script>" not in text(as_alice, "/de/learn/search/?q=%3Cscript%3E")


def test_my_learning_keeps_what_is_no_longer_offered(home: HomePage, alice: User, as_alice: Client) -> None:
    tree = module_tree(home, lessons=1)
    complete_lesson(alice, lesson=tree.lessons[0])
    tree.page.specific.delete()
    assert "Silos" in text(as_alice, "/de/learn/mine/")


# --- Cost: literal counts, the same for one row and for many ---------------------------------------------------------
@pytest.mark.parametrize("many", [1, 12])
def test_home_costs(
    home: HomePage, alice: User, as_alice: Client, many: int, django_assert_num_queries: object
) -> None:
    pages = []
    for number in range(many):
        tree = module_tree(home, lessons=2, code=f"M{number}", title=f"Module {number}")
        complete_lesson(alice, lesson=tree.lessons[0])
        pages.append(tree.page)
    module_tree(home, lessons=1, code="X", title="Free")
    enrolled(alice, activity_of(path_page(home, *pages)))
    as_alice.get(home.get_url())
    with django_assert_num_queries(26):
        text(as_alice, home.get_url())


@pytest.mark.parametrize("many", [1, 11])
def test_catalogue_costs(
    home: HomePage, alice: User, as_alice: Client, many: int, django_assert_num_queries: object
) -> None:
    for number in range(many):
        tree = module_tree(home, lessons=2, code=f"M{number}", title=f"Module {number}")
        complete_lesson(alice, lesson=tree.lessons[0])
    as_alice.get("/de/katalog/")
    with django_assert_num_queries(16):
        text(as_alice, "/de/katalog/")


@pytest.mark.parametrize("many", [1, 30])
def test_lesson_costs(
    home: HomePage, alice: User, as_alice: Client, many: int, django_assert_num_queries: object
) -> None:
    tree = module_tree(home, lessons=many)
    enrolled(alice, tree.module)
    url = tree.lesson_pages[0].get_url()
    as_alice.get(url)
    with django_assert_num_queries(11):
        text(as_alice, url)


@pytest.mark.parametrize("many", [1, 30])
def test_module_costs(
    home: HomePage, alice: User, as_alice: Client, many: int, django_assert_num_queries: object
) -> None:
    tree = module_tree(home, lessons=many)
    enrolled(alice, tree.module)
    as_alice.get(tree.page.get_url())
    with django_assert_num_queries(13):
        text(as_alice, tree.page.get_url())


@pytest.mark.parametrize("many", [1, 8])
def test_path_costs(
    home: HomePage, alice: User, as_alice: Client, many: int, django_assert_num_queries: object
) -> None:
    pages = [module_tree(home, lessons=2, code=f"M{n}", title=f"Module {n}").page for n in range(many)]
    page = path_page(home, *pages)
    enrolled(alice, activity_of(page))
    as_alice.get(page.get_url())
    with django_assert_num_queries(20):
        text(as_alice, page.get_url())
