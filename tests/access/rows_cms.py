"""Our own views in the CMS: people, org units, logs, import, lists, and the snippets with their choosers."""

from collections.abc import Callable
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from assessments.analysis.production import compute
from assessments.models import QuizException
from assessments.services import request_analysis
from assessments.trying import Draft, Trial
from people.models import User
from tests.access.engine import LOOK, Kwargs, Row
from tests.access.world import (
    ADMIN,
    ALICE,
    AUTHORS,
    BOB,
    CMS,
    DPO,
    HR,
    MANAGERS,
    NO_PK,
    NO_UUID,
    NOBODY,
    REVIEWER,
    TRAINER,
    World,
)
from tests.assessments.analysis_factories import ended, people, versions_of

# Alice works in the north, Bob in the south, whose HR sees nobody else. Administrators have no scope.
HER_HR = frozenset({HR, ADMIN})
COMPANY_HR = HER_HR  # what concerns everybody is not for the HR of one unit
OFFICER = frozenset({DPO})
PUBLISHERS = frozenset({REVIEWER, ADMIN})
NONE = {"pk": NO_PK}


def view(name: str, allowed: frozenset[str], kwargs: Kwargs | None = None, **fields: Any) -> Row:
    if kwargs is not None:
        fields.setdefault("missing", NONE)
    return Row(name, allowed, kwargs, cms=True, **fields)


def pk_of(attribute: str) -> Kwargs:
    return lambda world: {"pk": getattr(world, attribute).pk}


def user_pk(actor: str) -> Kwargs:
    return lambda world: {"pk": world.users[actor].pk}


def _person(actor: str) -> Callable[[World], dict[str, Any]]:
    def form(world: World) -> dict[str, Any]:
        person: User = world.users[actor]
        return {
            "first_name": person.first_name,
            "last_name": "Neumann",
            "email": person.email,
            "language": "de",
            "extra_time_percent": 0,
            "org_unit": person.org_unit_id,
            "active": "on",
        }

    return form


def _new_person(world: World) -> dict[str, Any]:
    return {**_person(BOB)(world), "email": "neu@example.com"}


def _file(world: World) -> dict[str, Any]:
    return {"file": SimpleUploadedFile("people.csv", b"email;first_name;last_name\nneu@example.com;Nina;Neu\n")}


def _items(world: World) -> dict[str, Any]:
    return {"file": SimpleUploadedFile("items.gift", b"Was?{=a ~b}"), "format_name": "", "language": "de"}


SAVED = "/admin/snippets/assessments/item/several/saved/?item="


def _several(world: World) -> dict[str, Any]:
    return {"text": "Was?{=a ~b}", "language": "de", "topic": "", "tags": "", "difficulty": "", "save": "1"}


def _saved(world: World) -> str:
    return f"{SAVED}{world.item.pk}"


def _trial(actor: str) -> Callable[[World], dict[str, Any]]:
    """An answer to the question of a preview that this person has opened."""

    def form(world: World) -> dict[str, Any]:
        draft = Draft("single_choice", world.item.frozen_content())
        return {"asked": Trial.of(draft, user=world.users[actor], language="en").token, "answer": "o-1"}

    return form


USERS = frozenset({"people_user"})
PEOPLE_ROWS = [
    view("wagtailusers_users:index", MANAGERS, shows="Brandt"),
    view("wagtailusers_users:index", HER_HR, without=MANAGERS - HER_HR, query="?q=Adler",
         shows="alice@example.com", note="alice"),
    view("wagtailusers_users:index_results", MANAGERS, shows="Brandt"),
    view("wagtailusers_users:add", MANAGERS),
    view("wagtailusers_users:add", MANAGERS, method="POST", data=_new_person, status=302, writes=USERS),
    view("wagtailusers_users:edit", HER_HR, user_pk(ALICE), shows="alice@example.com", writes=LOOK),
    view("wagtailusers_users:edit", MANAGERS, user_pk(BOB), shows="bob@example.com", writes=LOOK, note="bob"),
    view("wagtailusers_users:edit", frozenset({ADMIN}), user_pk(ADMIN), shows="admin@", writes=LOOK, note="admin"),
    view("wagtailusers_users:edit", HER_HR, user_pk(ALICE), method="POST", data=_person(ALICE), status=302,
         writes=USERS),
    view("wagtailusers_users:edit", frozenset({ADMIN}), user_pk(DPO), method="POST", data=_person(DPO), status=302,
         writes=USERS, note="data protection"),
    view("wagtailusers_users:delete", NOBODY, user_pk(ALICE)),
    view("wagtailusers_users:delete", NOBODY, user_pk(ALICE), method="POST"),
    view("wagtailusers_users:history", HER_HR, user_pk(ALICE), shows="Alice"),
    view("wagtailusers_users:history_results", HER_HR, user_pk(ALICE)),
    view("wagtailusers_groups:index", NOBODY),
    view("wagtailusers_groups:add", NOBODY),
    view("wagtailusers_groups:edit", NOBODY, lambda world: {"pk": 1}),
    view("wagtailusers_groups:edit", NOBODY, lambda world: {"pk": 1}, method="POST"),
    view("wagtailusers_groups:delete", NOBODY, lambda world: {"pk": 1}),
    view("org_units:index", MANAGERS, shows="South"),
    view("org_units:index", HER_HR, without=MANAGERS - HER_HR, shows="North", note="the north"),
    view("org_units:index_results", MANAGERS, shows="South"),
    view("org_units:add", MANAGERS),
    view("org_units:add", MANAGERS, method="POST", data=lambda world: {"name": "West", "parent": world.south.pk},
         status=302, writes=frozenset({"people_orgunit"})),
    view("org_units:edit", HER_HR, pk_of("north"), shows="North"),
    view("org_units:edit", MANAGERS, pk_of("south"), shows="South", note="the south"),
    view("org_units:edit", HER_HR, pk_of("north"), method="POST", data=lambda world: {"name": "Nord"}, status=302,
         writes=frozenset({"people_orgunit"})),
    view("access_log:index", OFFICER, shows="timeline"),
    view("access_log:index_results", OFFICER, shows="timeline"),
    view("deletion_log:index", OFFICER, shows="answers-of-old-attempts"),
    view("deletion_log:index_results", OFFICER, shows="answers-of-old-attempts"),
    view("people_import", MANAGERS, shows="external_id"),
    view("people_import", MANAGERS, method="POST", data=_file, status=302, writes=frozenset({"people_peopleimport"})),
    view("people_import_preview", frozenset({HR}), lambda world: {"pk": world.people_import.pk},
         missing={"pk": NO_UUID}, shows="neu@example.com"),
    view("people_import_preview", frozenset({HR}), lambda world: {"pk": world.people_import.pk},
         missing={"pk": NO_UUID}, method="POST", status=302, writes=USERS),
    Row("", NOBODY, url=lambda world: f"/admin/bulk/people/user/delete/?id={world.users[ALICE].pk}",
        note="bulk actions on users"),
]  # fmt: skip

# Wagtail sends a CMS person without the permission to the start page; the id is not looked at before.
LISTS = [
    view("modules:index", AUTHORS, shows="Silos", refused=302),
    view("modules:index_results", AUTHORS, shows="Silos", refused=302),
    # Without a right to add pages there is no parent to choose, and the form is empty.
    view("modules:choose_parent", AUTHORS, status=302, refused=200),
    view("lessons:index", AUTHORS, shows="Silos 1", refused=302),
    view("lessons:index_results", AUTHORS, shows="Silos 1", refused=302),
    view("lessons:choose_parent", AUTHORS, refused=200),
]


# Who else has the same editor open.
PRESENCE = frozenset({"wagtailadmin_editingsession"})


def snippet(model: str, attribute: str, readers: frozenset[str], deleters: frozenset[str], shows: str) -> list[Row]:
    """What every snippet has. Wagtail looks the row up before it asks who is there: that one exists is no secret."""
    name, pk = f"wagtailsnippets_{model}", pk_of(attribute)
    return [
        view(f"{name}:list", readers, shows=shows, refused=302),
        view(f"{name}:list_results", readers, shows=shows, refused=302),
        view(f"{name}:add", readers, refused=302),
        view(f"{name}:edit", readers, pk, shows=shows, refused=302, missing=None, writes=PRESENCE),
        view(f"{name}:delete", deleters, pk, refused=302, missing=None),
        view(f"{name}:usage", readers, pk, refused=302, missing=None),
        view(f"{name}:history", readers, pk, refused=302, missing=None),
        view(f"{name}:history_results", readers, pk, refused=302, missing=None),
    ]


def chooser(model: str, attribute: str, authors: frozenset[str], shows: str, *, first: str = "") -> list[Row]:
    """The dialogue that picks one for a page. Wagtail opens it to everybody in the CMS; it names titles, no more.

    `first` stands on the first of its pages where `shows` does not.
    """
    readers = CMS
    name, pk = f"wagtailsnippetchoosers_{model}", pk_of(attribute)
    return [
        view(f"{name}:choose", readers, shows=first or shows),
        view(f"{name}:choose_results", readers, shows=first or shows),
        view(f"{name}:chosen", readers, pk, shows=shows, missing=None),
        view(f"{name}:chosen_multiple", readers, query=f"?id={NO_PK}"),
        view(f"{name}:create", authors, refused=302),
    ]


FACT, ITEM = "wagtailsnippets_courses_fact", "wagtailsnippets_assessments_item"


def revision(name: str, *, attribute: str = "item", **ids: Any) -> Row:
    """An address that takes a revision or a state of review: there is none here, so nobody sees anything."""
    return view(name, NOBODY, lambda world: {**pk_of(attribute)(world), **ids}, missing=None, note="no such")


def for_authors(name: str, *, attribute: str = "item", **ids: Any) -> Row:
    """The same where Wagtail asks for the permission first."""
    kwargs: Kwargs = lambda world: {**pk_of(attribute)(world), **ids}  # noqa: E731 - a column of the row
    return view(name, AUTHORS, kwargs, missing=None, status=404, refused=302, note="no such")


FACTS = [
    *snippet("courses_fact", "fact", AUTHORS, PUBLISHERS, "46 %"),
    view(f"{FACT}:copy", AUTHORS, pk_of("fact"), shows="46 %", refused=302, missing=None),
    revision(f"{FACT}:revisions_revert", attribute="fact", revision_id=NO_PK),
    for_authors(f"{FACT}:revisions_compare", attribute="fact", revision_id_a="1", revision_id_b="2"),
]
ITEMS = [
    *snippet("assessments_item", "item", AUTHORS, PUBLISHERS, "Frage single_choice"),
    view(f"{ITEM}:copy", AUTHORS, pk_of("item"), shows="Feedback 1", refused=302, missing=None),
    view(f"{ITEM}:preview_on_add", AUTHORS, refused=302),
    view(f"{ITEM}:preview_on_edit", AUTHORS, pk_of("item"), refused=302, missing=None),
    view(f"{ITEM}:unpublish", PUBLISHERS, pk_of("item"), refused=302, missing=None),
    view(f"{ITEM}:lock", frozenset({ADMIN}), pk_of("item"), method="POST", status=302, refused=302, missing=None),
    view(f"{ITEM}:unlock", frozenset({ADMIN}), pk_of("item"), method="POST", status=302, refused=302, missing=None),
    view(f"{ITEM}:workflow_history", AUTHORS, pk_of("item"), refused=302, missing=None),
    revision(f"{ITEM}:revisions_view", revision_id=NO_PK),
    revision(f"{ITEM}:revisions_revert", revision_id=NO_PK),
    for_authors(f"{ITEM}:revisions_compare", revision_id_a="1", revision_id_b="2"),
    revision(f"{ITEM}:revisions_unschedule", revision_id=NO_PK),
    revision(f"{ITEM}:workflow_action", action_name="approve", task_state_id=NO_PK),
    revision(f"{ITEM}:collect_workflow_action_data", action_name="approve", task_state_id=NO_PK),
    # Answers "is not under review" to everybody in the CMS, which is true of every item here.
    view(f"{ITEM}:confirm_workflow_cancellation", NOBODY, pk_of("item"), missing=None, refused=200),
    for_authors(f"{ITEM}:workflow_history_detail", workflow_state_id=NO_PK),
    revision(f"{ITEM}:workflow_preview", task_id=NO_PK),
    view(f"{ITEM}:import", AUTHORS, shows="Moodle XML", refused=302),
    view(f"{ITEM}:import", AUTHORS, method="POST", data=_items, status=302, refused=302,
         writes=frozenset({"assessments_itemimport"})),
    view(f"{ITEM}:import_preview", frozenset({TRAINER}), pk_of("item_import"), missing={"pk": NO_UUID},
         shows="Geheime Frage?"),
    view(f"{ITEM}:import_preview", frozenset({TRAINER}), pk_of("item_import"), missing={"pk": NO_UUID}, method="POST",
         status=302, writes=frozenset({"assessments_item"})),
    view(f"{ITEM}:several", AUTHORS, shows="Wer ruft", refused=302),
    view(f"{ITEM}:several", AUTHORS, method="POST", data=_several, status=302, refused=302,
         writes=frozenset({"assessments_item"})),
    view(f"{ITEM}:several_preview", AUTHORS, method="POST", data=_several, shows="1 question read", refused=302),
    Row(f"{ITEM}:several_saved", AUTHORS, url=_saved, missing_url=f"{SAVED}{NO_PK}",
        cms=True, shows="Frage single_choice", refused=302),
    view(f"{ITEM}:export", AUTHORS, shows="Moodle XML", refused=302),
    view(f"{ITEM}:export", AUTHORS, query="?format=gift&language=de&download=1", shows="Frage single_choice",
        refused=302, note="download"),
    view(f"{ITEM}:versions", AUTHORS, pk_of("item"), shows="Frage single_choice", refused=302, missing=None),
]  # fmt: skip


def _slots(world: World) -> dict[str, Any]:
    slot = {"type": "item", "order": "0", "deleted": "", "value-item": str(world.item.pk), "value-weight": "1"}
    return {"slots-count": "1"} | {f"slots-0-{name}": value for name, value in slot.items()}


def bulk_action(name: str, allowed: frozenset[str], **fields: Any) -> Row:
    """An action on several items of the bank; titles are not for everybody in the CMS."""
    address = f"/admin/bulk/assessments/item/{name}/?id="
    return Row("", allowed, url=lambda world: f"{address}{world.item.pk}", missing_url=f"{address}{NO_PK}", cms=True,
               refused=302, note=f"bulk {name}", **fields)  # fmt: skip


BULK = [
    bulk_action("confirm_reviewed", AUTHORS, shows="Frage single_choice"),
    bulk_action("confirm_reviewed", PUBLISHERS, method="POST", status=302,
                writes=frozenset({"assessments_item", "wagtailcore_modellogentry"})),
    bulk_action("retire", AUTHORS, shows="Frage single_choice"),
    bulk_action("retire", PUBLISHERS, method="POST", status=302,
                writes=frozenset({"assessments_item", "wagtailcore_modellogentry"})),
    bulk_action("change_tags", AUTHORS, shows="Frage single_choice"),
    bulk_action("change_tags", AUTHORS, method="POST", shows="Frage single_choice"),
]  # fmt: skip

_task: Kwargs = lambda world: {"uuid": world.marking_task.uuid}  # noqa: E731 - a column of the rows
_quiz_to_mark: Kwargs = lambda world: {"key": world.marking_task.activity.key}  # noqa: E731 - a column of the rows
CLAIM = LOOK | {"assessments_markingtask"}
MARKING = [
    view("marking", AUTHORS, shows="Verwaister Test"),
    view("marking_start", AUTHORS, _quiz_to_mark, missing={"key": NO_UUID}, method="POST", status=302, writes=CLAIM),
    view("marking_sheet", AUTHORS, _task, missing={"uuid": NO_UUID}, shows="Liebe Käuferin, guten Tag", writes=CLAIM),
    view("marking_sheet", AUTHORS, _task, missing={"uuid": NO_UUID}, method="POST", shows="Liebe Käuferin",
         note="without levels"),
    view("marking_file", AUTHORS, _task, missing={"uuid": NO_UUID}, shows="ID3 spoken", writes=LOOK),
    view("regrade", AUTHORS, lambda world: {"key": world.item.key}, missing={"key": NO_UUID},
         shows="Frage single_choice"),
    view("regrading", AUTHORS, lambda world: {"uuid": world.regrading.uuid}, missing={"uuid": NO_UUID},
         shows="Der Schlüssel war falsch"),
    view("try_answer", frozenset({TRAINER}), method="POST", data=_trial(TRAINER), shows="Feedback 1"),
    view("try_answer", NOBODY, method="POST", data=_trial(HR), note="who writes no content"),
    view("quiz_supply", AUTHORS, method="POST", data=_slots, shows="Frage single_choice"),
    view("marking_release", AUTHORS, _task, missing={"uuid": NO_UUID}, method="POST", status=302,
         note="held by nobody"),
]  # fmt: skip

# Nobody below the CMS's door, and of those behind it whoever writes content. A test that is missing looks the same.
OF_QUIZ: Kwargs = lambda world: {"key": world.quiz.key}  # noqa: E731 - a column of the row
NO_QUIZ = {"key": NO_UUID}
JOB = frozenset({"assessments_quizanalysis"})


def _an_exception(world: World) -> None:
    """For Alice, at the test; its uuid is that of the test's key, which a row knows."""
    QuizException.objects.create(
        uuid=world.quiz.key, user=world.users[ALICE], activity=world.quiz, extra_minutes=15, reason="Kaputte Leitung",
        created_by=world.users[REVIEWER],
    )  # fmt: skip


def _exception_of(email: str) -> Callable[[World], dict[str, Any]]:
    return lambda world: {
        "person": email,
        "extra_minutes": "15",
        "time_multiplier": "100",
        "extra_attempts": "0",
        "reason": "Kaputte Leitung",
    }


def _computed(world: World) -> None:
    """Five people's attempts and their analysis."""
    for user in people(5):
        ended(user, world.quiz, world.quiz_page, [(version, None) for version in versions_of(world.quiz_page)])
    compute(request_analysis(world.quiz).pk)


ANALYSES = [
    view("quiz_analyses", AUTHORS, shows="Test Silos"),
    view("quiz_analysis", AUTHORS, OF_QUIZ, missing=NO_QUIZ, shows="Test Silos"),
    view("quiz_analysis", AUTHORS, OF_QUIZ, missing=NO_QUIZ, shows="Frage single_choice", prepare=_computed,
         note="computed"),
    view("quiz_analysis_compute", AUTHORS, OF_QUIZ, missing=NO_QUIZ, method="POST", status=302, writes=JOB),
    view("quiz_analysis_state", AUTHORS, OF_QUIZ, missing=NO_QUIZ, shows='"waiting"'),
    view("quiz_analysis_export", AUTHORS, lambda world: {**OF_QUIZ(world), "kind": "csv"}, missing=NO_QUIZ,
         shows="Frage single_choice", prepare=_computed),
    view("quiz_analysis_item", AUTHORS,
         lambda world: {**OF_QUIZ(world), "version": world.item.versions.get().pk}, missing=NO_QUIZ,
         shows="Frage single_choice", prepare=_computed),
    view("quiz_analysis_item", NOBODY, lambda world: {**OF_QUIZ(world), "version": NO_PK}, missing=None,
         prepare=_computed, note="no such question"),
]  # fmt: skip
ONE: Kwargs = lambda world: {"key": world.quiz.key, "uuid": world.quiz.key}  # noqa: E731 - a column of the row
GIVEN = LOOK | {"assessments_quizexception"}
EXCEPTIONS = [
    view("quiz_exceptions", AUTHORS, OF_QUIZ, missing=NO_QUIZ, shows="Kaputte Leitung", prepare=_an_exception,
         writes=LOOK),
    view("quiz_exceptions", AUTHORS, OF_QUIZ, missing=NO_QUIZ, method="POST", data=_exception_of("alice@example.com"),
         status=302, writes=GIVEN),
    view("quiz_exception_withdraw", AUTHORS, ONE, missing={"key": NO_UUID, "uuid": NO_UUID}, method="POST", status=302,
         prepare=_an_exception, writes=GIVEN),
]  # fmt: skip
ROWS = [
    *PEOPLE_ROWS,
    *EXCEPTIONS,
    *MARKING,
    *LISTS,
    *snippet("people_function", "function", COMPANY_HR, NOBODY, "marketing"),
    *FACTS,
    *ITEMS,
    *BULK,
    *ANALYSES,
    *chooser("people_function", "function", COMPANY_HR, "Marketing"),
    *chooser("courses_fact", "fact", AUTHORS, "46 %"),
    *chooser("assessments_item", "item", AUTHORS, "Frage single_choice", first="Frage branching"),
]
__all__ = ["CMS", "ROWS"]
