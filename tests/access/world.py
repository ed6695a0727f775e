"""The company of the access tests: who works there, and one record of every kind that somebody else wants to see."""

import uuid
from dataclasses import dataclass, field
from datetime import timedelta
from http.cookies import SimpleCookie
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db.models import Model
from django.test import Client
from django.utils import timezone

from assessments.enums import AttemptState, ReviewPolicy
from assessments.models import (
    AnswerFile,
    Attempt,
    AttemptItem,
    Item,
    ItemImport,
    MarkingTask,
    QuizPage,
    Regrading,
    Response,
)
from assessments.services import save_response, start_attempt, submit_attempt
from certificates.models import Certificate
from certificates.services import revoke_certificate
from courses.models import (
    Activity,
    BrandSettings,
    CatalogueIndexPage,
    Fact,
    HomePage,
    LearningPathPage,
    LessonPage,
    ModulePage,
    PathIndexPage,
)
from courses.services.notes import save_note
from enablement.core.claimable import WorkState
from people.enums import Role
from people.models import AccessLogEntry, DeletionLogEntry, Function, OrgUnit, PeopleImport, User, VisibilitySettings
from people.services import ensure_workflow, grant_page_permissions, grant_roles
from reports.enums import ExportKind
from reports.filters import FilterForm
from reports.models import AssignmentPlan, ExportJob
from reports.services import plan_assignment, request_export
from tests.assessments import factories as assessments
from tests.certificates import factories as certificates
from tests.courses import cms_factories as cms
from tests.courses import factories as courses
from tests.factories import UserFactory, function, org_unit

ANONYMOUS = "anonymous"
ALICE, BOB, LEAD, COUNCIL = "alice", "bob", "lead", "works_council"
TRAINER, REVIEWER, HR, HR_OTHER, DPO, ADMIN = (
    "trainer",
    "reviewer",
    "hr",
    "hr_other_unit",
    "data_protection",
    "admin",
)
# Who may not enter the CMS at all, who may, and everybody.
LEARNERS = frozenset({ALICE, BOB, LEAD, COUNCIL})
CMS = frozenset({TRAINER, REVIEWER, HR, HR_OTHER, DPO, ADMIN})
PEOPLE = LEARNERS | CMS
ACTORS = (ANONYMOUS, *sorted(PEOPLE))
AUTHORS = frozenset({TRAINER, REVIEWER, ADMIN})
HR_ALL = frozenset({HR, HR_OTHER})
MANAGERS = HR_ALL | {ADMIN}
NOBODY: frozenset[str] = frozenset()
ALL = PEOPLE | {ANONYMOUS}

REFLECTION, CHECKLIST, CHECK = uuid.UUID(int=11), uuid.UUID(int=12), uuid.UUID(int=13)
NOTE = "Geheime Notiz von Alice"
CANARY = "ZAUNKOENIG"
NO_PK, NO_UUID, NO_CODE = 987654, uuid.UUID(int=0xDEAD), "z" * 28


@dataclass
class World:
    """Records by plain names; `users` and `cookies` by actor."""

    users: dict[str, User] = field(default_factory=dict)
    cookies: dict[str, SimpleCookie] = field(default_factory=dict)
    home: HomePage = field(init=False)
    catalogue: CatalogueIndexPage = field(init=False)
    path: LearningPathPage = field(init=False)
    module: ModulePage = field(init=False)
    lesson: LessonPage = field(init=False)
    quiz_page: QuizPage = field(init=False)
    draft_module: ModulePage = field(init=False)
    draft_lesson: LessonPage = field(init=False)
    hidden_module: ModulePage = field(init=False)
    orphan_lesson: LessonPage = field(init=False)
    orphan_quiz: QuizPage = field(init=False)
    scheduled_lesson: LessonPage = field(init=False)
    item: Item = field(init=False)
    practice: Item = field(init=False)
    orphan_practice: Item = field(init=False)
    quiz: Activity = field(init=False)
    open_attempt: Attempt = field(init=False)
    done_attempt: Attempt = field(init=False)
    marking_task: MarkingTask = field(init=False)
    own_file: AnswerFile = field(init=False)
    regrading: Regrading = field(init=False)
    certificate: Certificate = field(init=False)
    failed_certificate: Certificate = field(init=False)
    revoked_certificate: Certificate = field(init=False)
    export: ExportJob = field(init=False)
    waiting_export: ExportJob = field(init=False)
    plan: AssignmentPlan = field(init=False)
    people_import: PeopleImport = field(init=False)
    item_import: ItemImport = field(init=False)
    document: Any = field(init=False)
    image: Any = field(init=False)
    fact: Fact = field(init=False)
    function: Function = field(init=False)
    north: OrgUnit = field(init=False)
    south: OrgUnit = field(init=False)

    def user(self, actor: str) -> User:
        return self.users[actor]

    def client(self, actor: str, **kwargs: Any) -> Client:
        """A fresh browser in which this actor is logged in. Copies cookies, so that no answer spoils the next one."""
        client = Client(**kwargs)
        if actor != ANONYMOUS:
            client.cookies = SimpleCookie(self.cookies[actor].output(header="", sep=";"))
        return client


def build_world(home: HomePage, *, policy: ReviewPolicy = ReviewPolicy.FULL) -> World:
    """`CANARY` stands in every key and feedback of every item; `policy` is the review policy of the test."""
    world = World()
    world.home = home
    _people(world)
    _pages(world, policy)
    _learning(world)
    _papers(world)
    _reports(world)
    for actor, user in world.users.items():
        client = Client()
        client.force_login(user)
        world.cookies[actor] = client.cookies
    return world


def read_again(world: World) -> World:
    """The same records in objects of their own, so that a test may change them."""

    def read(value: Any) -> Any:
        if isinstance(value, Model):
            return type(value)._base_manager.get(pk=value.pk)
        return {name: read(each) for name, each in value.items()} if isinstance(value, dict) else value

    again = World(cookies=dict(world.cookies))
    for name, value in vars(world).items():
        if name != "cookies":
            setattr(again, name, read(value))
    return again


def _people(world: World) -> None:
    grant_roles()
    grant_page_permissions(world.home)
    ensure_workflow(world.home)
    company = org_unit("Company")
    world.north, world.south = org_unit("North", company), org_unit("South", company)
    world.function = function("marketing")
    lead = UserFactory(email="lead@example.com", first_name="Lea", last_name="Lenz", org_unit=world.north)
    given: dict[str, dict[str, Any]] = {
        ALICE: {"first_name": "Alice", "last_name": "Adler", "function": function("marketing"), "manager": lead},
        BOB: {"first_name": "Bob", "last_name": "Brandt", "function": function("sales"), "org_unit": world.south},
        TRAINER: {"roles": [Role.TRAINER]},
        REVIEWER: {"roles": [Role.REVIEWER]},
        HR: {"roles": [Role.HR]},
        HR_OTHER: {"roles": [Role.HR], "hr_scope": world.south, "org_unit": world.south},
        COUNCIL: {"roles": [Role.WORKS_COUNCIL]},
        DPO: {"roles": [Role.DATA_PROTECTION]},
        ADMIN: {"roles": [Role.ADMIN], "is_superuser": True},
    }
    world.users[LEAD] = lead
    for name, fields in given.items():
        world.users[name] = UserFactory(**{"email": f"{name}@example.com", "org_unit": world.north, **fields})
    for number in range(5):  # so that aggregates have groups of five
        UserFactory(last_name=f"Colleague{number}", org_unit=world.north, function=function("marketing"), password=None)
    BrandSettings.load()  # made when it is first asked for
    VisibilitySettings.objects.update_or_create(defaults={"team_lead_view": True})


def _pages(world: World, policy: ReviewPolicy) -> None:
    home = world.home
    world.catalogue = CatalogueIndexPage.objects.child_of(home).get()
    items = [
        assessments.item(kind, raw=assessments.RAW[kind](marker=CANARY), topic=kind, title=f"Frage {kind}")
        for kind in assessments.RAW
    ]
    world.item = items[0]
    raw = assessments.choice_raw("+--", prompt="Silo oder nicht?", marker=CANARY)
    world.practice = assessments.item(raw=raw, title="Übungsfrage")
    world.orphan_practice = assessments.item(raw=raw, title="Verwaiste Übungsfrage")
    world.fact = cms.fact()
    world.document = cms.document("vorlage.pdf", b"%PDF-1.7 vorlage")
    world.document.get_file_size()  # kept when it is first asked for
    world.image = cms.image()
    body = [
        cms.block("reflection", {"prompt": "Was lief schief?", "hint": "Zwei Sätze"}, REFLECTION),
        cms.block("checklist", {"title": "Diese Woche", "items": ["Fragen", "Aufschreiben"]}, CHECKLIST),
        cms.block("knowledge_check", {"item": world.practice.pk}, CHECK),
        cms.block("download", {"title": "Vorlage", "document": world.document.pk, "description": "Eine Seite"}),
        cms.block("fact", {"fact": world.fact.pk, "comment": ""}),
    ]
    tree = courses.module_tree(home, lessons=2, title="Silos", code="M01", certificate=True)
    world.module, world.lesson = tree.page, tree.lesson_pages[0]
    world.lesson.body = world.lesson._meta.get_field("body").to_python(body)
    world.lesson.save()
    world.quiz_page = assessments.quiz_page(
        world.module, assessments.fixed(*items), title="Test Silos", shuffle_questions=False, review_policy=policy
    )
    world.scheduled_lesson = courses.lesson(
        world.module, "Erst morgen", live=False, go_live_at=timezone.now() + timedelta(days=1)
    )
    draft = courses.module_tree(home, lessons=1, title="Entwurf", code="M08", live=False)
    world.draft_module, world.draft_lesson = draft.page, draft.lesson_pages[0]
    hidden = courses.module_tree(home, lessons=1, title="Verborgen", code="M09")
    world.hidden_module, world.orphan_lesson = hidden.page, hidden.lesson_pages[0]
    world.orphan_lesson.body = world.orphan_lesson._meta.get_field("body").to_python(
        [
            cms.block("knowledge_check", {"item": world.orphan_practice.pk}),
            cms.block("reflection", {"prompt": "Und hier?", "hint": ""}, REFLECTION),
        ]
    )
    world.orphan_lesson.save()
    world.orphan_quiz = assessments.quiz_page(hidden.page, assessments.fixed(world.item), title="Verwaister Test")
    # Unpublished alone: what lies below it is still marked as live, and must be as hidden as the module.
    ModulePage.objects.get(pk=hidden.page.pk).unpublish()
    world.path = courses.path_page(home, world.module, title="Vom Silo zum Doppelpass")
    assert PathIndexPage.objects.child_of(home).exists()
    world.quiz = assessments.quiz_of(world.quiz_page)


def _learning(world: World) -> None:
    alice = world.users[ALICE]
    for actor in PEOPLE:
        courses.enrolled(world.users[actor], courses.activity_of(world.module))
    world.done_attempt = submit_attempt(alice, attempt=start_attempt(alice, quiz=world.quiz))
    world.open_attempt = start_attempt(alice, quiz=world.quiz)
    save_response(alice, attempt=world.open_attempt, position=1, value="o-2", sequence=1)
    world.marking_task = _answer_to_mark(world)
    world.own_file = _file(world.open_attempt.items.all()[0])
    _file(world.marking_task.attempt_item)
    world.regrading = Regrading.objects.create(
        version=world.item.versions.get(), requested_by=world.users[TRAINER], reason="Der Schlüssel war falsch"
    )
    save_note(alice, activity=courses.activity_of(world.lesson), block_id=REFLECTION, text=NOTE)


def _file(item: AttemptItem) -> AnswerFile:
    """A file that was handed in with an answer."""
    name = default_storage.save(f"answers/{item.pk}.mp3", ContentFile(b"ID3 spoken"))
    return AnswerFile.objects.create(
        attempt_item=item, name="spoken.mp3", media_type="audio/mpeg", size=10, stored_as=name, attached=True
    )


def _answer_to_mark(world: World) -> MarkingTask:
    """Bob's answer in a test that nobody can reach any more: it is still to be marked."""
    item = Item.objects.get(kind="extended_text")
    attempt = Attempt.objects.create(
        user=world.users[BOB],
        activity=assessments.quiz_of(world.orphan_quiz),
        number=1,
        state=AttemptState.MARKING,
        submitted_at=timezone.now(),
        policy={"pass_mark": 80, "review_policy": "full", "title_de": "Verwaister Test", "title_en": "Orphan"},
    )
    asked = attempt.items.create(position=1, item_version=item.versions.get())
    Response.objects.create(attempt_item=asked, sequence=1, value="Liebe Käuferin, guten Tag")
    return MarkingTask.objects.create(attempt_item=asked, activity=attempt.activity)


def _papers(world: World) -> None:
    alice, bob = world.users[ALICE], world.users[BOB]

    def paper(user: User, title: str) -> Certificate:
        made = certificates.issued(user, certificates.module(title))
        made.file = default_storage.save(f"certificates/{made.number}.pdf", ContentFile(b"%PDF-1.7 zeugnis"))
        made.work_state, made.sha256 = WorkState.DONE, "ab" * 32
        made.save()
        return made

    world.certificate = paper(alice, "Wie Unternehmen kaufen")
    world.failed_certificate = paper(alice, "Kennzahlen")
    Certificate.objects.filter(pk=world.failed_certificate.pk).update(work_state=WorkState.FAILED)
    world.revoked_certificate = paper(bob, "Personas")
    revoke_certificate(world.users[HR], certificate=world.revoked_certificate, reason="Doppelt ausgestellt")


def _reports(world: World) -> None:
    hr = world.users[HR]
    form = FilterForm(hr, {})
    world.export = request_export(hr, kind=ExportKind.CSV, form=form, language="de")
    world.export.file.name = default_storage.save(f"{world.export.folder}/report.csv", ContentFile(b"Adler, Alice"))
    world.export.work_state = WorkState.DONE
    world.export.save()
    world.waiting_export = request_export(hr, kind=ExportKind.XLSX, form=form, language="de")
    world.plan = plan_assignment(
        hr, activity=courses.activity_of(world.module), due_at=None, users=[world.users[ALICE], world.users[BOB]]
    )
    world.people_import = PeopleImport.objects.create(
        uploaded_by=hr, name="people.csv", content=b"email;first_name;last_name\nneu@example.com;Nina;Neu\n"
    )
    world.item_import = ItemImport.objects.create(
        uploaded_by=world.users[TRAINER], name="items.gift", language="de", content=b"Geheime Frage?{=Ja ~Nein}"
    )
    AccessLogEntry.objects.create(actor=hr, subject=world.users[ALICE], action="timeline")
    DeletionLogEntry.objects.create(what="answers-of-old-attempts", reason="retention")
