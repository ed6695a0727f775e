"""The bank for people who look after it: what is unused, old, incomplete, twice there, and what is done with many."""

from datetime import timedelta
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries
from wagtail.models import ModelLogEntry

from assessments.cms.desk import piles
from assessments.content_checks import check_quiz
from assessments.models import Item, QuizPage
from assessments.selectors.analysis import ItemFinding
from assessments.selectors.bank import stale_items
from assessments.selectors.twins import equal_groups, near_groups, twins_of
from assessments.selectors.usage import never_used, usage_of
from assessments.services import start_attempt
from assessments.services.bank import confirm_reviewed
from courses.checks import problems_of
from courses.models import Activity
from people.models import User
from people.permissions import grant_roles
from tests.assessments import factories
from tests.assessments.test_cms import form, option
from tests.courses.cms_factories import block, lesson
from tests.courses.factories import ModuleTree

pytestmark = pytest.mark.django_db
LIST = "wagtailsnippets_assessments_item:list"
LONG = "Jana Keller leitet den Einkauf und fragt den Vertrieb nach dem Preis der neuen Anlage"


def bulk(action: str, *items: Item, **query: str) -> str:
    ids = "&".join(f"id={item.pk}" for item in items)
    more = "&".join(f"{name}={value}" for name, value in query.items())
    return f"/admin/bulk/assessments/item/{action}/?{ids}&{more}&next={reverse(LIST)}"


@pytest.fixture
def reviewer_client(client: Client, reviewer: User) -> Client:
    grant_roles()
    client.force_login(reviewer)
    return client


@pytest.fixture
def editor(client: Client, admin: User) -> Client:
    client.force_login(admin)
    return client


def titles(client: Client, query: str) -> list[str]:
    return [item.title for item in client.get(f"{reverse(LIST)}?{query}").context["page_obj"]]


class TestUse:
    def test_fixed_drawn_shown_and_asked_are_use(self, learner: User, tree: ModuleTree) -> None:
        fixed, drawn, shown, asked, draft, other = (factories.item(title=name) for name in "abcdef")
        drawn.tags.add("M01")
        drawn.save()
        draft.tags.add("M01")
        draft.live = False
        draft.save()
        first = factories.quiz_page(tree.page, factories.fixed(fixed), title="First")
        second = factories.quiz_page(tree.page, [*factories.draw(1, "M01"), *factories.fixed(fixed)], title="Second")
        gone = factories.quiz_page(tree.page, factories.fixed(asked, other))
        start_attempt(learner, quiz=factories.quiz_of(gone))
        gone.unpublish()
        start_attempt(learner, quiz=factories.quiz_of(second))
        page = lesson(tree.page, body=[block("knowledge_check", {"item": shown.pk})])
        usage = usage_of([one.pk for one in (fixed, drawn, shown, asked, draft)])
        assert usage[fixed.pk].quizzes == [first, second]
        assert usage[fixed.pk].fixed == {first.pk, second.pk}
        assert (usage[fixed.pk].asked, usage[drawn.pk].asked, usage[asked.pk].asked) == (1, 1, 1)
        assert (usage[drawn.pk].quizzes, usage[drawn.pk].fixed) == ([second], set())
        assert [one.pk for one in usage[shown.pk].lessons] == [page.pk]
        assert not usage[draft.pk]
        assert [item.title for item in never_used(Item.objects.all())] == ["e"]

    def test_a_draw_without_tags_uses_the_whole_bank_but_what_is_not_scored(self, tree: ModuleTree) -> None:
        factories.item()
        opinion = factories.item("likert")
        factories.quiz_page(tree.page, factories.draw(1))
        assert list(never_used(Item.objects.all())) == [opinion]

    @pytest.mark.parametrize("tests", [1, 6])
    def test_use_costs_the_same_for_one_test_and_for_many(
        self, tree: ModuleTree, tests: int, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        items = [factories.item(tags=["M01", f"T{number}"]) for number in range(tests)]
        for number in range(tests):
            factories.quiz_page(tree.page, [*factories.draw(1, f"T{number}"), *factories.draw(1, "M01")])
        usage_of([items[0].pk])
        with django_assert_num_queries(4):  # attempts, tests, draws, references; no page to look for
            usage = usage_of([item.pk for item in items])
        assert [len(usage[item.pk].quizzes) for item in items] == [tests] * tests
        with django_assert_num_queries(3):  # tests, references, items; no page to look for
            assert not never_used(Item.objects.all())


class TestList:
    @pytest.mark.parametrize("rows", [1, 12])
    @pytest.mark.parametrize(
        ("query", "queries"),
        [("", 14), ("twins=near", 16), ("needs=use", 16), ("needs=review", 14), ("missing=en", 14)],
    )
    def test_every_filter_costs_the_same_for_any_number_of_rows(
        self,
        editor: Client,
        page: QuizPage,
        django_assert_num_queries: DjangoAssertNumQueries,
        rows: int,
        query: str,
        queries: int,
    ) -> None:
        Item.objects.all().delete()
        for number in range(rows + 1):
            raw = {**factories.choice_raw("+--", prompt=LONG), "feedback_en": ""}
            factories.item(tags=["M01", f"T{number}"], raw=raw)
        editor.get(reverse(LIST))
        with django_assert_num_queries(queries):
            found = editor.get(f"{reverse(LIST)}?{query}")
        assert len(found.context["page_obj"]) == rows + 1

    def test_the_list_says_where_items_are_used_and_reads_no_body(self, editor: Client, page: QuizPage) -> None:
        html = editor.get(f"{reverse(LIST)}?kind=numeric").content.decode()
        assert "1 test" in html
        assert "DE · EN" in html

    def test_a_language_is_missing_where_a_text_of_the_other_one_has_no_counterpart(self, editor: Client) -> None:
        half = factories.choice_raw("+--")
        half["options"][1]["value"]["feedback_en"] = ""
        factories.item(title="Half", raw=half)
        factories.item(title="Whole")
        factories.item(title="German", raw={**factories.choice_raw("+--"), "prompt_en": ""}, live=False)
        assert titles(editor, "missing=en") == ["German", "Half"]
        assert titles(editor, "missing=de") == []

    def test_a_filter_by_the_analysis_asks_the_analysis(self, editor: Client, monkeypatch: pytest.MonkeyPatch) -> None:
        kept, _left = factories.item(title="Kept"), factories.item(title="Left")
        asked: list[str] = []

        def flagged(flag: str) -> list[int]:
            asked.append(flag)
            return [kept.pk]

        monkeypatch.setattr("assessments.cms.viewsets.flagged_item_ids", flagged)
        for flag in ("too_easy", "too_hard", "suspicious"):
            assert titles(editor, f"finding={flag}") == ["Kept"]
        assert set(asked) == {"too_easy", "too_hard", "suspicious"}

    def test_an_upgrade_fills_what_is_kept_of_each_body(self) -> None:
        item = factories.item(raw={**factories.choice_raw("+--"), "prompt_en": ""})
        unfinished = Item.objects.create(title="Empty")
        names = ("missing_de", "missing_en", "checksum", "words_de", "words_en")
        kept = Item.objects.values(*names).get(pk=item.pk)
        assert kept["missing_en"]
        Item.objects.update(missing_en=False, checksum="", words_de="", words_en="")
        import_module("assessments.migrations.0014_item_summary_and_review").summarise(apps, None)
        assert Item.objects.values(*names).get(pk=item.pk) == kept
        assert Item.objects.get(pk=unfinished.pk).checksum == ""


class TestReview:
    @pytest.fixture
    def old(self) -> Item:
        item = factories.item(title="Old")
        Item.objects.filter(pk=item.pk).update(last_published_at=timezone.now() - timedelta(days=366))
        return Item.objects.get(pk=item.pk)

    def test_published_or_looked_through_within_a_year_is_fresh(self, old: Item, admin: User) -> None:
        fresh = factories.item(title="Fresh")
        fresh.save_revision().publish()
        factories.item(title="Retired", live=False)
        assert [item.title for item in stale_items()] == ["Old"]
        assert confirm_reviewed([old], actor=admin) == 1
        assert not stale_items()

    def test_looking_through_makes_no_version_and_outlives_older_drafts(self, old: Item, admin: User) -> None:
        draft = old.save_revision()
        confirm_reviewed([old], actor=admin)
        old.refresh_from_db()
        assert (old.versions.count(), old.reviewed_by) == (1, admin)
        at = old.reviewed_at
        draft.publish()
        old.refresh_from_db()
        assert (old.versions.count(), old.reviewed_at) == (1, at)

    def test_reviewers_confirm_in_the_list_and_the_history_says_so(self, reviewer_client: Client, old: Item) -> None:
        unpublished = factories.item(title="Draft", live=False)
        url = bulk("confirm_reviewed", old, unpublished)
        asked = reviewer_client.get(url).content.decode()
        assert "Old" in asked
        assert "Draft" in asked
        assert reviewer_client.post(url).status_code == 302
        assert Item.objects.exclude(reviewed_at=None).get() == old
        assert ModelLogEntry.objects.filter(action="assessments.reviewed").count() == 1

    def test_trainers_may_not_confirm(self, client: Client, trainer: User, old: Item) -> None:
        grant_roles()
        client.force_login(trainer)
        client.post(bulk("confirm_reviewed", old))
        old.refresh_from_db()
        assert old.reviewed_at is None

    def test_all_means_all_that_the_list_shows(self, reviewer_client: Client, old: Item) -> None:
        factories.item("numeric", title="Other")
        reviewer_client.post(f"/admin/bulk/assessments/item/confirm_reviewed/?id=all&kind=numeric&next={reverse(LIST)}")
        assert [item.title for item in Item.objects.exclude(reviewed_at=None)] == ["Other"]
        reviewer_client.post(f"/admin/bulk/assessments/item/confirm_reviewed/?id=all&q=OLD&next={reverse(LIST)}")
        assert Item.objects.exclude(reviewed_at=None).count() == 2


class TestTwins:
    def make(self, title: str, prompt: str = LONG, key: str = "+--", **fields: Any) -> Item:
        return factories.item(title=title, raw=factories.choice_raw(key, prompt=prompt), **fields)

    def test_equal_near_and_different(self, editor: Client) -> None:
        first, copy = self.make("First"), self.make("Copy")
        other_key = self.make("Other key", key="-+-")
        self.make("Reworded", prompt=LONG.replace("neuen", "teuren"))
        self.make("Different", prompt="Was kostet es, wenn zwei Teams ein ganzes Jahr lang aneinander vorbei reden?")
        retired = self.make("Retired", live=False, first_published_at=timezone.now())
        assert equal_groups() == [[first.pk, copy.pk]]
        assert [len(group) for group in near_groups()] == [4]
        assert titles(editor, "twins=equal") == ["First", "Copy"]
        assert set(titles(editor, "twins=near")) == {"First", "Copy", "Other key", "Reworded"}
        html = editor.get(f"{reverse(LIST)}?twins=equal").content.decode()
        assert "Looks like" in html or "Ähnlich" in html
        found = twins_of(first)
        assert (found[0].item.title, found[0].equal) == ("Copy", True)
        assert {twin.item.pk for twin in found if not twin.equal} >= {other_key.pk}
        assert retired.pk not in {twin.item.pk for twin in found}


class TestRetire:
    def test_the_question_names_the_tests_that_would_be_short(self, reviewer_client: Client, tree: ModuleTree) -> None:
        first, second, third = (factories.item(title=name, tags=["M01"]) for name in ("One", "Two", "Three"))
        factories.quiz_page(tree.page, factories.draw(2, "M01"), title="Short of one")
        factories.quiz_page(tree.page, factories.draw(1, "M01"), title="Has enough")
        one = reviewer_client.get(bulk("retire", first)).context
        assert (one["short"], one["quizzes"]) == ([], 2)
        two = reviewer_client.get(bulk("retire", first, second))
        [short] = two.context["short"]
        assert short.page.title == "Short of one"
        assert "Short of one" in two.content.decode()
        assert "Has enough" not in two.content.decode()
        assert Item.objects.filter(live=True).count() == 3, "asking changes nothing"
        reviewer_client.post(bulk("retire", first, second))
        assert list(Item.objects.filter(live=True)) == [third]
        assert ModelLogEntry.objects.filter(action="wagtail.unpublish").count() == 2

    def test_a_lesson_that_shows_it_is_named_and_a_locked_item_stays(
        self, reviewer_client: Client, tree: ModuleTree
    ) -> None:
        shown, locked = factories.item(title="Shown"), factories.item(title="Locked", locked=True)
        page = lesson(tree.page, title="Practice here", body=[block("knowledge_check", {"item": shown.pk})])
        asked = reviewer_client.get(bulk("retire", shown, locked)).context
        assert [one.pk for one in asked["lessons"]] == [page.pk]
        reviewer_client.post(bulk("retire", shown, locked))
        assert list(Item.objects.filter(live=True)) == [locked]

    def test_an_attempt_that_runs_keeps_a_retired_item(
        self, reviewer_client: Client, learner: User, tree: ModuleTree
    ) -> None:
        item = factories.item(tags=["M01"])
        quiz = factories.quiz_of(factories.quiz_page(tree.page, factories.draw(1, "M01")))
        attempt = start_attempt(learner, quiz=quiz)
        reviewer_client.post(bulk("retire", item))
        assert [one.item_version.item_id for one in factories.items_of(attempt)] == [item.pk]

    def test_trainers_retire_nothing(self, client: Client, trainer: User) -> None:
        grant_roles()
        client.force_login(trainer)
        item = factories.item()
        client.post(bulk("retire", item))
        item.refresh_from_db()
        assert item.live


class TestTags:
    def tags(self, item: Item) -> list[str]:
        return sorted(Item.objects.get(pk=item.pk).tags.names())

    def test_live_row_and_waiting_draft_change_and_no_version_is_made(self, reviewer_client: Client) -> None:
        item = factories.item(title="Live", tags=["M01", "old"])
        item.save_revision().publish()
        published = Item.objects.get(pk=item.pk).last_published_at
        draft = Item.objects.get(pk=item.pk)
        draft.title = "Draft"
        draft.save_revision()
        plain = factories.item(title="Plain", tags=["M01"])
        url = bulk("change_tags", item, plain)
        assert "old" in reviewer_client.get(url).content.decode()
        done = reviewer_client.post(url, {"add": "M02, nordisch", "remove": ["old"]})
        assert done.status_code == 302
        assert (self.tags(item), self.tags(plain)) == (["M01", "M02", "nordisch"], ["M01", "M02", "nordisch"])
        fresh = Item.objects.get(pk=item.pk)
        assert (fresh.title, fresh.versions.count(), fresh.last_published_at) == ("Live", 1, published)
        waiting = fresh.get_latest_revision_as_object()
        assert (waiting.title, sorted(waiting.tags.names())) == ("Draft", ["M01", "M02", "nordisch"])
        assert not Item.objects.get(pk=plain.pk).has_unpublished_changes
        [entry, _other] = ModelLogEntry.objects.filter(action="assessments.tagged").order_by("pk")
        assert entry.data == {"added": ["M02", "nordisch"], "removed": ["old"]}
        history = reviewer_client.get(reverse("wagtailsnippets_assessments_item:history", args=[item.pk]))
        assert "nordisch" in history.content.decode()

    def test_nothing_chosen_is_said_and_changes_nothing(self, reviewer_client: Client) -> None:
        item = factories.item(tags=["M01"])
        assert reviewer_client.post(bulk("change_tags", item), {"add": ""}).status_code == 200
        assert self.tags(item) == ["M01"]

    def test_trainers_tag_drafts_and_not_what_tests_draw(self, client: Client, trainer: User) -> None:
        grant_roles()
        client.force_login(trainer)
        live, draft = factories.item(title="Live"), factories.item(title="Draft", live=False)
        client.post(bulk("change_tags", live, draft), {"add": "M02"})
        assert (self.tags(live), self.tags(draft)) == ([], ["M02"])

    def test_a_draft_in_review_is_left_as_it_is(self, reviewer_client: Client, trainer: User, tree: ModuleTree) -> None:
        """Approving publishes the revision that was handed in: tags given meanwhile would be lost."""
        item = factories.item(live=False)
        item.save_revision()
        workflow = item.get_workflow()
        assert workflow is not None
        workflow.start(item, trainer)
        reviewer_client.post(bulk("change_tags", item), {"add": "M02"})
        assert self.tags(item) == []


class TestChecks:
    def sentences(self, instance: Any) -> str:
        return " | ".join(str(problem.message) for problem in problems_of(instance))

    def test_an_item_says_what_gives_it_away_and_what_is_missing(self) -> None:
        raw = factories.choice_raw("+--", prompt=LONG)
        raw["options"][0]["value"]["text_de"] = "Eine sehr lange und sorgfältig abgewogene Antwort mit allem"
        item = factories.item(title="One", raw=raw)
        factories.item(title="Two", raw=factories.choice_raw("+--", prompt=LONG))
        found = self.sentences(item)
        for words in ("longest by far (Deutsch)", "No lesson", "“Two” may be the same question"):
            assert words in found
        assert "(Englisch)" not in found
        assert "no explanation" not in found
        silent = {**factories.RAW["extended_text"](), "feedback_de": "", "feedback_en": ""}
        assert "no explanation" in self.sentences(factories.item("extended_text", raw=silent))
        raw["options"][1]["value"]["feedback_en"] = ""
        assert "Feedback on Answer 2" in self.sentences(factories.item(raw=raw, live=False))

    def test_a_draft_of_a_live_item_is_compared_as_it_is_typed(self) -> None:
        factories.item(title="There", raw=factories.choice_raw("+--", prompt=LONG))
        item = factories.item()
        item.body[0].value["prompt_de"] = item.body[0].value["prompt_en"] = LONG
        assert "“There”" in self.sentences(item)

    def test_a_test_says_what_is_short_incomplete_or_always_in_one_place(self, tree: ModuleTree) -> None:
        for number in range(4):
            factories.item(tags=["M01"], raw={**factories.choice_raw("-+-"), "feedback_en": "" if number else "x"})
        page = factories.quiz_page(tree.page, factories.draw(4, "M01"), shuffle_options=False)
        found = self.sentences(page)
        assert "always number 2" in found
        assert "3 questions are not complete in English" in found
        assert "4 questions link no lesson" in found
        page.shuffle_options = True
        assert "always number" not in self.sentences(page)
        page.slots = page._meta.get_field("slots").to_python(factories.draw(5, "M01"))
        assert "only 4 live items" in self.sentences(page)

    @pytest.mark.parametrize("items", [1, 6])
    def test_checking_a_test_costs_the_same_for_any_bank(
        self, tree: ModuleTree, items: int, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        for _number in range(items):
            factories.item(tags=["M01"])
        page = factories.quiz_page(tree.page, factories.draw(1, "M01"), shuffle_options=False)
        with django_assert_num_queries(3):  # the draw, gaps, versions
            list(check_quiz(page))

    def test_publishing_a_copy_is_said_and_not_refused(self, editor: Client) -> None:
        add = reverse("wagtailsnippets_assessments_item:add")
        good = form(option(1, right=True), option(2, right=False), **{"action-publish": "1"})
        editor.post(add, good)
        again = editor.post(add, {**good, "title": "Again"}, follow=True)
        assert Item.objects.filter(live=True).count() == 2
        said = [str(message) for message in again.context["messages"] if message.level_tag == "warning"]
        assert "New item" in said[0]


class TestDesk:
    @pytest.mark.parametrize("many", [1, 7])
    def test_it_shows_what_waits_for_the_same_price(
        self, admin: User, trainer: User, tree: ModuleTree, many: int, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        grant_roles()
        for number in range(many):
            item = factories.item(title=f"Draft {number}", live=False)
            item.save_revision()
            item.get_workflow().start(item, trainer)
            factories.item(title=f"Old {number}")
        piles(admin)
        ContentType.objects.get_for_model(Item)
        # The person's roles; marking; in review and their titles; two findings; old ones and their count.
        with django_assert_num_queries(8):
            found = {pile.name: pile for pile in piles(admin)}
        assert (found["review"].count, found["stale"].count) == (many, many)
        assert len(found["stale"].lines) == min(many, 5)
        assert found["stale"].url.endswith("?needs=review")

    def test_findings_lead_to_the_list_with_their_filter(self, admin: User, monkeypatch: pytest.MonkeyPatch) -> None:
        item = factories.item(title="Hard")
        quiz = Activity(key=item.key, title_de="Test")
        found = ItemFinding(item.versions.get(), quiz, people=9, facility=0.125, discrimination=-0.3, as_of=None)
        for name in ("hardest_items", "suspicious_items"):
            monkeypatch.setattr(f"assessments.cms.desk.{name}", lambda limit: [found])
        hard = {pile.name: pile for pile in piles(admin)}["too_hard"]
        assert (hard.lines[0].text, hard.url) == ("Hard", f"{reverse(LIST)}?finding=too_hard")

    def test_it_is_for_people_who_write(self, client: Client, trainer: User, hr: User) -> None:
        grant_roles()
        factories.item(title="Uralte Frage")
        for person, sees in ((trainer, True), (hr, False)):
            client.force_login(person)
            assert ("Uralte Frage" in client.get("/admin/").content.decode()) is sees
