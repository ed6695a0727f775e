"""The canary, part by part: every kind, both behaviours, every review setting, every way out of the server.

`canaries.py` gives each kept field of each kind a mark of its own. Here they are looked for in everything that is sent:
none before its time, and each of them once its time has come, so that the test can fail in both directions.
"""

import json
import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.core import mail
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import translation

from assessments.enums import Behaviour, ReviewCell, ReviewPolicy
from assessments.kinds import Kind, get_kind, kinds
from assessments.kinds.base import Content
from assessments.models import Attempt, Item, MarkingTask, QuizPage, Response
from assessments.previews import item_preview
from assessments.selectors import attempt_view, quiz_start_card, result_view
from assessments.services import check_answer, save_upload, start_attempt, submit_attempt
from assessments.services.marking import give_mark
from courses.models import HomePage, LearningEvent, LessonPage, ModulePage, Progress
from people.models import User
from people.personal_data import export_of
from tests.assessments import canaries, factories
from tests.assessments.canaries import Marks, Part, Seen
from tests.assessments.test_canary import sent
from tests.courses.cms_factories import document, image
from tests.courses.factories import enrolled, module_tree
from tests.factories import UserFactory
from tests.layers import layer, may_share

KINDS = list(kinds())
BY_HAND = [name for name, kind in kinds().items() if kind.by_hand]
AT_ONCE = [name for name in KINDS if name not in BY_HAND]
TO_LEARNERS = frozenset(Seen) - {Seen.NEVER, Seen.HINT}
# What may be seen right after submitting by somebody who has not passed.
SETTINGS: dict[str, frozenset[Seen]] = {
    ReviewPolicy.FULL: TO_LEARNERS,
    ReviewPolicy.UNTIL_PASSED: frozenset(),
    ReviewPolicy.NOTHING: frozenset(),
    ReviewCell.FEEDBACK: frozenset({Seen.FEEDBACK, Seen.RUBRIC}),
    ReviewCell.KEY: frozenset({Seen.KEY}),
    ReviewCell.ANSWER: frozenset(),
    ReviewCell.CORRECTNESS: frozenset(),
    ReviewCell.SCORE: frozenset(),
}


# --- The list of parts is whole ---------------------------------------------------------------------------------------
@pytest.mark.parametrize("kind", KINDS)
def test_every_field_of_a_kind_is_said_to_be_open_or_kept(kind: str) -> None:
    """Who adds a field to an editor has to say whether it may be sent with the question."""
    there = {path for path, _block in canaries.fields_of(get_kind(kind).block())}
    kept, open_ = set(canaries.kept(kind)), canaries.OPEN[kind] | canaries.OPEN_EVERYWHERE
    assert there - kept - open_ == set()
    assert kept | canaries.OPEN[kind] <= there, "a field of the list is gone from the editor"
    assert not kept & open_
    assert kept <= canaries.paths_in(canaries.raw_of(kind)), "the example must have what is kept"


# --- The key decides nothing that is sent -----------------------------------------------------------------------------
def altered(path: str, value: Any) -> Any:
    """Another value of the same sort."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + 1
    swapped = {"true": "false", "false": "true", "number": "percent", "bad": "good", "good": "bad", "Good ": "bad"}
    if value in swapped:
        return swapped[value]
    if re.fullmatch(r"-?\d+(\.\d+)?", value) and path != "turns.choices.goes_to":
        return str(float(value) + 1)
    if path in {"formula", "mistakes.formula"}:
        return f"{value} + 1"
    return value if path == "turns.choices.goes_to" else f"{value} altered"


def before_the_end(kind: Kind, content: Content, order: Any, responses: list[Any]) -> list[Any]:
    """Everything that is computed for the player from a content, its answers included."""
    asked = kind.as_asked(content, order)
    told: list[Any] = [kind.asked(asked, language, order) for language in ("de", "en")]
    for response in responses:
        told += [kind.with_answer(one, response) for one in told[:2]]
        told += [kind.hint(asked, response), kind.answer_state(asked, response)]
        told += [kind.understood(asked, response, language) for language in ("de", "en")]
    return told


def given(kind: Kind, asked: Content) -> list[Any]:
    """Answers: none, the best one and one that says little."""
    best = kind.parse(asked, kind.best(asked))
    typed = "1.234" if kind.shape == "text" else None
    return [None, best, kind.parse(asked, typed)]


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_that_is_sent_depends_on_what_is_kept(kind: str) -> None:
    """Also not by a length, a class or an order: two questions that differ in what is kept are asked the same."""
    one, raw = get_kind(kind), canaries.raw_of(kind)
    content = one.authored(raw)
    order = one.option_order(content, random.Random(7), shuffle=True)  # noqa: S311 - the same at each run
    responses = given(one, one.as_asked(content, order))
    plain = before_the_end(one, content, order, responses)
    for path in canaries.kept(kind):
        if path in {"turns.name", "endings.name"}:
            continue  # choices go to them by name: another name is another conversation
        other = one.authored(
            canaries.changed(raw, lambda at, value, path=path: altered(at, value) if at == path else value)
        )
        assert other != content, path
        assert before_the_end(one, other, order, responses) == plain, path


def texts_in(told: Any) -> list[str]:
    """All texts at any depth, sorted: what is sent whatever its order, which is mixed."""
    return sorted(re.findall(r'"((?:[^"\\]|\\.)*)"', json.dumps(told)))


def _swapped_pairs(raw: dict[str, Any]) -> None:
    first, second = raw["pairs"][0]["value"], raw["pairs"][1]["value"]
    for name in ("match_de", "match_en"):
        first[name], second[name] = second[name], first[name]


def _moved_entry(raw: dict[str, Any]) -> None:
    first, second = raw["groups"][0]["value"]["entries"], raw["groups"][1]["value"]["entries"]
    second.append(first.pop(0))


REARRANGED: dict[str, Callable[[dict[str, Any]], None]] = {
    "matching": _swapped_pairs,
    "categorise": _moved_entry,
    "ordering": lambda raw: raw["entries"].reverse(),
    "branching": lambda raw: raw["endings"].reverse(),
}


@pytest.mark.parametrize("kind", REARRANGED)
def test_where_the_key_is_an_arrangement_what_is_sent_is_the_same_in_another_order(kind: str) -> None:
    """Ids of choices differ, as they are made from the entries with a secret; words and their number do not."""
    one, raw = get_kind(kind), canaries.raw_of(kind)
    content = one.authored(raw)
    REARRANGED[kind](raw)
    other = one.authored(raw)
    assert other != content

    def words(which: Content) -> list[str]:
        order = one.option_order(which, random.Random(3), shuffle=True)  # noqa: S311 - the same at each run
        asked = one.asked(one.as_asked(which, order), "de", order)
        return [text for text in texts_in(asked) if not re.fullmatch(r"[0-9a-f]{16}", text)]

    assert words(content) == words(other)


# --- What is sent -----------------------------------------------------------------------------------------------------
@dataclass
class Planted:
    """Items with marks, by kind; and the marks."""

    items: dict[str, int]
    marks: Marks
    module: int
    lesson: int
    alice: int


def _build(home: HomePage) -> Planted:
    marks, items = Marks(), {}
    tree = module_tree(home, lessons=1)
    for kind in KINDS:
        raw = marks.plant(kind, canaries.raw_of(kind))
        raw["media"] = _media(kind)
        if kind in {"single_choice", "multiple_choice"}:
            raw["options"][0]["value"] |= {"image": image("ZK0000Q").pk, **factories.bilingual(alt="A desk")}
        items[kind] = factories.item(kind, raw=raw, topic=kind, title=f"Question {kind}").pk
    lesson = LessonPage.objects.get(pk=tree.lesson_pages[0].pk)
    lesson.body = [("knowledge_check", {"item": Item.objects.get(pk=pk)}) for pk in items.values()]
    lesson.save_revision().publish()
    alice = UserFactory(email="alice@example.com", first_name="Alice", last_name="Adler")
    enrolled(alice, tree.module)
    return Planted(items, marks, tree.page.pk, lesson.pk, alice.pk)


def _media(kind: str) -> list[dict[str, Any]]:
    """A medium whose title and file in the library tell too much, as those of trainers do: ZK0000Q."""
    if kind in {"numeric", "extended_text"}:
        texts = factories.bilingual(transcript="Said")
        return [{"type": "recording", "value": {"file": document("ZK0000Q.mp3", b"ID3").pk, "captions": None, **texts}}]
    texts = factories.bilingual(alt="Two desks")
    return [{"type": "picture", "value": {"image": image("ZK0000Q").pk, **texts}}]


@pytest.fixture(scope="module")
def shared(shared_home: int | None, django_db_blocker: Any, request: pytest.FixtureRequest) -> Iterator[Planted]:
    assert may_share(request)
    with layer(django_db_blocker, lambda: _build(HomePage.objects.get(pk=shared_home))) as made:
        yield made


@pytest.fixture
def planted(shared: Planted, home: HomePage) -> Planted:
    return shared


@pytest.fixture
def alice(planted: Planted) -> User:
    return User.objects.get(pk=planted.alice)


@pytest.fixture
def browser(client: Client, alice: User) -> Client:
    client.force_login(alice)
    return client


def asked_in(planted: Planted, names: list[str], setting: str, behaviour: Behaviour) -> QuizPage:
    """A test of these kinds with a review setting: a preset, or one cell of the matrix."""
    slots = factories.fixed(*(Item.objects.get(pk=planted.items[name]) for name in names))
    cell = setting if setting in ReviewCell.values else ""
    return factories.quiz_page(
        ModulePage.objects.get(pk=planted.module),
        slots,
        shuffle_questions=False,
        behaviour=behaviour,
        review_policy=ReviewPolicy.CUSTOM if cell else setting,
        **({"review_right_after": cell, "review_later": cell, "review_after_close": cell} if cell else {}),
    )


def answers(kind: str, content: Content) -> list[Any]:
    """Answers that bring to light what there is to say, the first of them wrong."""
    best = get_kind(kind).best(content)
    others = {
        "numeric": lambda: [content["mistakes"][0]["value"]],
        "calculated": lambda: [content["mistakes"][0]["value"]],
        "short_text": lambda: [content["answers"][2]["variants_de"][0], content["answers"][1]["variants_en"][0]],
        "gap_fill": lambda: [{"g-1": content["gaps"][0]["answers"][1]["variants_de"][0], "g-2": "1", "g-3": "c-2"}],
        "single_choice": lambda: ["o-2"],
        "hotspot": lambda: [["o-2"]],
        "multiple_choice": lambda: [["o-3", "o-4"]],
        "true_false": lambda: ["false"],
        "matching": lambda: [{key: best["p-2" if key == "p-1" else "p-1"] for key in best}],
        "categorise": lambda: [dict.fromkeys(best, "g-3")],
        "ordering": lambda: [best[::-1]],
        "branching": lambda: [["c1-2"]],
        "likert": lambda: [{"s-1": "1", "s-2": "2"}],
        "extended_text": lambda: ["Dear buyer, hello"],
    }
    return [*others[kind](), *([best] if best is not None else [])]


class Watch:
    """Collects what is sent, and says which marks stand in it."""

    def __init__(self, planted: Planted, browser: Client, user: User) -> None:
        self.marks, self.browser, self.user = planted.marks, browser, user
        self.typed: set[str] = set()  # numbers of marks in the answers to this attempt,
        self.ever_typed: set[str] = set()  # and in those to earlier ones, which a person may have back

    def shown(self, *texts: object, earlier: bool = False, library: bool = False) -> set[Part]:
        """The parts whose marks are in it; what the person has typed is no news to them.

        `library`: files stand in it under the names that they have there, as everything of a lesson does.
        """
        joined = "".join(one if isinstance(one, str) else repr(one) for one in texts)
        assert library or "ZK0000Q" not in joined, "the name of a file in the library"
        known = self.ever_typed if earlier else self.typed
        return {self.marks.parts[number] for number in self.marks.numbers_in(joined) - known}

    def get(self, name: str, **kwargs: Any) -> str:
        """An address in both languages."""
        url = reverse(f"assessments:{name}", kwargs=kwargs)
        return "".join(
            sent(self.browser.get(url.replace("/de/", language, 1))).decode() for language in ("/de/", "/en/")
        )

    def post(self, name: str, body: Any, *, as_json: bool = True, **kwargs: Any) -> str:
        url = reverse(f"assessments:{name}", kwargs=kwargs)
        more = {"content_type": "application/json"} if as_json else {}
        return sent(self.browser.post(url, json.dumps(body) if as_json else body, **more)).decode()

    def save(self, attempt: Attempt, position: int, value: Any) -> str:
        """An answer by the player's own way; remembers what was typed."""
        newest = Response.objects.filter(attempt_item__attempt=attempt, attempt_item__position=position).first()
        count = Response.objects.filter(attempt_item__attempt=attempt, attempt_item__position=position).count()
        assert newest is None or newest.sequence <= count
        self.typed |= self.marks.numbers_in(json.dumps(value))
        self.ever_typed |= self.typed
        body = {"position": position, "value": value, "sequence": count + 1, "tab": "t"}
        return self.post("save", body, uuid=attempt.uuid)

    def player(self, attempt: Attempt) -> str:
        return self.get("player", uuid=attempt.uuid, position=1)

    def everywhere_else(self, attempt: Attempt, page: QuizPage) -> list[Any]:
        """All other ways out of the server that this person has, while it runs and after it."""
        uuid, quiz = {"uuid": attempt.uuid}, factories.quiz_of(page)
        found: list[Any] = [self.get(name, **uuid) for name in ("resume", "review", "state")]
        found += [sent(self.browser.get(url)) for url in (page.get_url(), "/de/", quiz_url(page))]
        found.append(sent(self.browser.get(reverse("courses:search"), {"q": "zk1"})))
        found.append(json.dumps(export_of(self.user), default=str))
        found += [list(LearningEvent.objects.values()), list(Progress.objects.values())]
        found += [(one.subject, one.body, one.alternatives) for one in mail.outbox]  # type: ignore[attr-defined]
        found.append(quiz_start_card(self.user, quiz))
        return found


def quiz_url(page: QuizPage) -> str:
    parent = page.get_parent()
    return str(parent.specific.get_url())


def files_of(html: str) -> Iterator[bytes]:
    """Every file that a page names."""
    for address in set(re.findall(r'(?:src|href)="(/media/[^"]+)"', html)):
        with default_storage.open(address.removeprefix("/media/"), "rb") as stream:
            yield stream.read()


def visible_of(planted: Planted, names: list[str], allowed: frozenset[Seen]) -> set[Part]:
    return {part for part in planted.marks.of(*names) if part.seen in allowed}


def told_of(parts: set[Part]) -> list[str]:
    return sorted(map(str, parts))


@pytest.mark.parametrize("setting", SETTINGS)
def test_a_test_says_nothing_before_its_time_and_then_what_its_setting_allows(
    planted: Planted, browser: Client, alice: User, setting: str
) -> None:
    page = asked_in(planted, AT_ONCE, setting, Behaviour.TEST)
    quiz, watch, found = factories.quiz_of(page), Watch(planted, browser, alice), set()
    for turn in range(3 if SETTINGS[setting] or setting == ReviewPolicy.UNTIL_PASSED else 1):
        watch.typed = set()
        attempt = start_attempt(alice, quiz=quiz)
        items = factories.items_of(attempt)
        before = [watch.player(attempt), *watch.everywhere_else(attempt, page)] if not turn else []
        for item in items:
            kind, at = item.item_version.kind, item.position
            if not turn:
                before += [watch.save(attempt, at, value) for value in ("nonsense", None)]
                before.append(watch.post("flag", {"position": at, "flagged": True}, uuid=attempt.uuid))
            options = answers(kind, item.content)
            before.append(watch.save(attempt, at, options[min(turn, len(options) - 1)]))
        player = watch.player(attempt)
        before += [player, watch.post("submit", {}, as_json=False, uuid=attempt.uuid)]
        before.append(attempt_view(alice, attempt, language="en"))
        assert told_of(watch.shown(*before)) == []
        assert "Option 1" in player, "the questions themselves were sent"
        files = list(files_of(player)) if not turn else [b""]
        assert files
        assert watch.shown(*files) == set()
        attempt = submit_attempt(alice, attempt=attempt)
        result = watch.get("result", uuid=attempt.uuid)
        allowed = SETTINGS[setting]
        if setting == ReviewPolicy.UNTIL_PASSED and attempt.passed:
            allowed = TO_LEARNERS
        shown = watch.shown(result, result_view(alice, attempt, language="de") if not allowed else "")
        assert told_of({part for part in shown if part.seen not in allowed}) == []
        found |= shown
        if not turn:
            assert told_of(watch.shown(*watch.everywhere_else(attempt, page), earlier=True)) == []
    if setting == ReviewPolicy.UNTIL_PASSED:
        assert {part.seen for part in found} == TO_LEARNERS - {Seen.RUBRIC}, "passed at the second attempt"
        return
    missing = visible_of(planted, AT_ONCE, SETTINGS[setting]) - found
    assert told_of(missing) == [], "its time has come, and it was not seen"


@pytest.mark.parametrize("setting", [*list(SETTINGS)[:5], ReviewCell.CORRECTNESS])
def test_practice_says_after_each_try_what_its_setting_allows_and_of_that_question_alone(
    planted: Planted, browser: Client, alice: User, setting: str
) -> None:
    page = asked_in(planted, AT_ONCE, setting, Behaviour.PRACTICE)
    watch, allowed = Watch(planted, browser, alice), SETTINGS[setting]
    attempt = start_attempt(alice, quiz=factories.quiz_of(page))
    tried = [one for one in factories.items_of(attempt) if one.item_version.kind_object.graded]
    first, *others = tried
    before = [watch.player(attempt)]
    before += [watch.save(attempt, one.position, answers(one.item_version.kind, one.content)[0]) for one in tried]
    before += [watch.player(attempt), *watch.everywhere_else(attempt, page)]
    assert told_of(watch.shown(*before)) == []
    # A wrong try at the first question: a hint, and a word on the answer where explanations are shown.
    url = reverse("assessments:player", kwargs={"uuid": attempt.uuid, "position": first.position})
    form = {"answer": "o-2", "sequence": "1", "check": "1"}
    answered = sent(browser.post(url, form, follow=True)).decode()
    expected = {Seen.HINT} | (allowed & {Seen.FEEDBACK} if setting != ReviewCell.FEEDBACK else {Seen.FEEDBACK})
    shown = watch.shown(answered)
    assert {part.kind for part in shown} == {first.item_version.kind}
    assert {part.seen for part in shown} == expected
    # A wrong try at every other one, too; then the right answer to all.
    for one in others:
        check_answer(alice, attempt=attempt, position=one.position)
    shown = watch.shown(watch.player(attempt), watch.get("state", uuid=attempt.uuid))
    takes_hints = {one.item_version.kind for one in tried if one.item_version.kind_object.tries_again(one.content)}
    assert {part.kind for part in shown if part.seen is Seen.HINT} == takes_hints
    assert told_of({part for part in shown if part.seen not in expected}) == []
    for one in tried:
        watch.save(attempt, one.position, answers(one.item_version.kind, one.content)[-1])
        check_answer(alice, attempt=attempt, position=one.position)
    shown = watch.shown(watch.player(attempt), watch.get("review", uuid=attempt.uuid))
    assert told_of({part for part in shown if part.seen not in allowed}) == [], "the hints are gone, too"
    names = [one.item_version.kind for one in tried]
    said = {part.seen for part in shown}
    if setting == ReviewPolicy.FULL:
        assert said >= {Seen.FEEDBACK, Seen.WHOLE}, "what is right was typed by the person"
        assert {part.kind for part in shown} == set(names)
    else:
        assert said == {part.seen for part in visible_of(planted, names, allowed)}
    assert told_of(watch.shown(*watch.everywhere_else(attempt, page)[3:], earlier=True)) == []
    submit_attempt(alice, attempt=attempt)
    assert not watch.shown(watch.get("result", uuid=attempt.uuid)) & visible_of(planted, KINDS, frozenset({Seen.HINT}))


@pytest.mark.parametrize(
    ("setting", "behaviour"),
    [
        *(
            (setting, Behaviour.TEST)
            for setting in (ReviewPolicy.FULL, ReviewPolicy.NOTHING, ReviewCell.FEEDBACK, ReviewCell.KEY)
        ),
        (ReviewPolicy.FULL, Behaviour.PRACTICE),
    ],
)
def test_what_people_mark_says_nothing_before_they_have(
    planted: Planted, browser: Client, alice: User, trainer: User, setting: str, behaviour: Behaviour
) -> None:
    page = asked_in(planted, BY_HAND, setting, behaviour)
    watch = Watch(planted, browser, alice)
    attempt = start_attempt(alice, quiz=factories.quiz_of(page))
    before = [watch.player(attempt), *watch.everywhere_else(attempt, page)]
    for one in factories.items_of(attempt):
        if one.item_version.kind_object.uploads:
            spoken = SimpleUploadedFile("pitch.mp3", b"ID3\x04" + b"\0" * 400)
            saved = save_upload(alice, attempt=attempt.uuid, position=one.position, file=spoken)
            before.append(watch.get("file", uuid=saved.value["file"]))
        else:
            before.append(watch.save(attempt, one.position, answers(one.item_version.kind, one.content)[0]))
    before += [watch.player(attempt), watch.get("review", uuid=attempt.uuid)]
    submit_attempt(alice, attempt=attempt)
    before += [watch.get("result", uuid=attempt.uuid), *watch.everywhere_else(attempt, page)]
    assert told_of(watch.shown(*before)) == []
    for task in MarkingTask.objects.filter(attempt_item__attempt=attempt):
        give_mark(trainer, task=task.uuid, levels={"c-1": "l-1", "c-2": "l-2"}, comment="Read")
    shown = watch.shown(watch.get("result", uuid=attempt.uuid))
    assert told_of(shown) == told_of(visible_of(planted, BY_HAND, SETTINGS[setting]))
    assert told_of(watch.shown(*watch.everywhere_else(attempt, page))) == []


def test_a_lesson_asks_without_the_key_and_tells_after_the_answer_of_that_question_alone(
    planted: Planted, browser: Client, alice: User
) -> None:
    watch = Watch(planted, browser, alice)
    lesson = LessonPage.objects.get(pk=planted.lesson)
    asked = sent(browser.get(lesson.get_url())).decode()
    assert asked.count("<knowledge-check>") == len(KINDS)
    again = [
        watch.post("check", form, as_json=False, key=Item.objects.get(pk=pk).key)
        for pk in planted.items.values()
        for form in ({"again": "1"}, {})
    ]
    assert told_of(watch.shown(asked, *again, library=True)) == []
    found: set[Part] = set()
    for kind, pk in planted.items.items():
        item = Item.objects.get(pk=pk)
        one, content = get_kind(kind), item.frozen_content()
        form: dict[str, Any] = {"answer": "Dear buyer, hello"}
        if one.draws:
            page = watch.post("check", {"again": "1"}, as_json=False, key=item.key)
            form["asked"] = re.search(r'name="asked" value="([^"]+)"', page)[1]  # type: ignore[index]
        if one.uploads:
            form = {"answer": "done"}
        elif one.shape == "own":
            form = {"order" if kind == "ordering" else "path": one.best(content)}
        elif not one.by_hand and not one.draws:
            form = factories.form_of(one.best(content) or answers(kind, content)[0])
        told = watch.post("check", form, as_json=False, key=item.key)
        shown = watch.shown(told, library=True)
        assert {part.kind for part in shown} == {kind}, kind
        found |= shown
    never = {Seen.NEVER, Seen.HINT, Seen.RUBRIC}
    assert told_of({part for part in found if part.seen in never}) == []
    assert {part.kind for part in found if part.path == "feedback"} == set(KINDS)


def test_a_preview_of_the_question_alone_holds_no_key_and_who_may_not_see_it_gets_neither(
    planted: Planted, browser: Client, client: Client, alice: User, hr: User, trainer: User
) -> None:
    watch = Watch(planted, browser, alice)
    editors = []
    for kind, pk in planted.items.items():
        item = Item.objects.get(pk=pk)
        with translation.override("de"):
            assert told_of(watch.shown(json.dumps(item_preview(item, ""), default=str), library=True)) == []
            whole = watch.shown(json.dumps(item_preview(item, "answers"), default=str), library=True)
        assert {part.path for part in whole} >= {"feedback"}, kind
        editors.append(reverse("wagtailsnippets_assessments_item:edit", args=[pk]))
    for user, sees in ((alice, False), (hr, False), (trainer, True)):
        client.force_login(user)
        for url in editors if not sees else editors[:2]:
            assert bool(watch.shown(sent(client.get(url)).decode(), library=sees)) is sees, (user, url)
