"""Files as answers: kept before they are acknowledged, told by their bytes, seen by nobody else, gone in their time."""

import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from assessments.enums import SaveStatus
from assessments.kinds import get_kind
from assessments.kinds.file_upload.contents import HEAD, type_of
from assessments.models import AnswerFile, Attempt, MarkingTask, QuizPage, Response
from assessments.services import clear_files, save_response, save_upload, start_attempt, submit_attempt, uploads
from assessments.services.marking import give_mark
from assessments.services.retention import forget_answers, forget_person
from courses.models import Activity
from enablement.core.errors import DomainError
from enablement.core.verification import run_record_checks
from people.models import AccessLogEntry, User
from people.personal_data import RetentionPolicy, export_of
from tests.assessments import factories
from tests.courses.factories import ModuleTree

PDF = b"%PDF-1.7\n" + b"text " * 50
SOUND = b"ID3\x04" + b"\0" * 400
PICTURE = b"\x89PNG\r\n\x1a\n" + b"\0" * 100


@pytest.fixture(autouse=True)
def private_storage(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture(scope="module")
def build_page() -> Callable[[ModuleTree], QuizPage]:
    def build(tree: ModuleTree) -> QuizPage:
        items = [factories.item("file_upload"), factories.item("single_choice")]
        return factories.quiz_page(tree.page, factories.fixed(*items), shuffle_questions=False)

    return build


@pytest.fixture
def attempt(learner: User, quiz: Activity) -> Attempt:
    return start_attempt(learner, quiz=quiz)


@pytest.fixture
def browser(client: Client, learner: User) -> Client:
    client.force_login(learner)
    return client


def named(content: bytes = SOUND, name: str = "pitch.mp3") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def upload(user: User, attempt: Attempt, content: bytes = SOUND, *, name: str = "pitch.mp3", shown: str = "") -> Any:
    return save_upload(user, attempt=attempt.uuid, position=1, file=named(content, name), shown=shown)


def address(attempt: Attempt, position: int = 1) -> str:
    return reverse("assessments:upload", kwargs={"uuid": attempt.uuid, "position": position})


def stored() -> set[str]:
    folder = Path(default_storage.path("answers"))
    return (
        {str(one.relative_to(folder.parent)) for one in folder.rglob("*") if one.is_file()}
        if folder.exists()
        else set()
    )


def sound() -> bool:
    return not list(run_record_checks())


# --- the type is told by the bytes ------------------------------------------------------------------------------------
def box(name: bytes, content: bytes) -> bytes:
    return (8 + len(content)).to_bytes(4, "big") + name + content


def mp4(brand: bytes, *tracks: bytes, far: bool = False) -> bytes:
    """`far`: the list of tracks stands behind the sound and pictures, as cameras write it."""
    data = box(b"mdat", b"\0" * (HEAD + 10))
    listed = box(b"moov", b"hdlr\0\0\0\0\0\0\0\0".join((b"", *tracks)))
    return box(b"ftyp", brand + b"\0\0\2\0") + (data + listed if far else listed + data)


def webm(codec: bytes) -> bytes:
    return b"\x1a\x45\xdf\xa3\x9fB\x82\x84webm" + b"\0" * 60 + codec + b"\0" * 20


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (PDF, ("pdf", "application/pdf")),
        (SOUND, ("audio", "audio/mpeg")),
        (b"\xff\xfb\x90\x64" + b"\0" * 90, ("audio", "audio/mpeg")),
        (b"\xff\xf1\x50\x80" + b"\0" * 90, ("audio", "audio/aac")),
        (b"RIFF\0\0\0\0WAVEfmt ", ("audio", "audio/wav")),
        (b"RIFF\0\0\0\0AVI LIST", None),
        (b"fLaC\0\0\0\x22", ("audio", "audio/flac")),
        (b"OggS\0\2" + b"\0" * 22 + b"OpusHead", ("audio", "audio/ogg")),
        (b"OggS\0\2" + b"\0" * 22 + b"\x80theora", ("video", "video/ogg")),
        (b"OggS\0\2" + b"\0" * 22 + b"nothing", None),
        (mp4(b"M4A ", b"soun"), ("audio", "audio/mp4")),
        (mp4(b"isom", b"vide" + b"\0" * 600_000, b"soun", far=True), ("video", "video/mp4")),
        (box(b"ftyp", b"heic\0\0\0\0") + box(b"meta", b"pict"), None),
        (box(b"ftyp", b"isom\0\0\0\0") + b"\0\0\0\1junk", None),
        (mp4(b"isom", b"soun"), ("audio", "audio/mp4")),
        (mp4(b"isom", b"soun", b"vide"), ("video", "video/mp4")),
        (mp4(b"mp42", b"vide", far=True), ("video", "video/mp4")),
        (mp4(b"mp42", b"soun", far=True), ("audio", "audio/mp4")),
        (mp4(b"qt  ", b"vide"), ("video", "video/quicktime")),
        (webm(b"V_VP9"), ("video", "video/webm")),
        (webm(b"A_OPUS"), ("audio", "audio/webm")),
        (webm(b""), None),
        (PICTURE, None),
        (b"<html><script>alert(1)</script>", None),
        (b"MZ\x90\0", None),
        (b"PK\3\4", None),
        (b"\xff\xff\xff\xff", None),
        (b"\xff\xd8\xff\xe0", None),
        (b"", None),
        (b"\xff", None),
    ],
)
def test_a_file_is_what_its_bytes_say(content: bytes, found: tuple[str, str] | None) -> None:
    told = type_of(named(content, "x.pdf"), len(content))
    assert (told and (told.sort, told.media_type)) == found


# --- handing in -------------------------------------------------------------------------------------------------------
def test_a_file_is_in_the_storage_when_it_is_acknowledged(learner: User, attempt: Attempt) -> None:
    saved = upload(learner, attempt, PDF, name="C:\\evil\\..\\My <plan>\u202e.exe")
    assert saved.status is SaveStatus.SAVED
    assert saved.value["name"] == "My <plan>.pdf", "the ending is that of the true type"
    row = AnswerFile.objects.get()
    assert stored() == {row.stored_as}
    assert Path(default_storage.path(row.stored_as)).read_bytes() == PDF
    assert Response.objects.get().value == saved.value
    assert sound()


def test_a_power_cut_takes_no_file_that_was_acknowledged(
    learner: User, attempt: Attempt, settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first upload makes its folders: without their entries on the disk the file would be nowhere."""
    settings.MEDIA_ROOT = str(tmp_path)
    forced: list[Path] = []
    fsync = os.fsync

    def watched(handle: int) -> None:
        forced.append(Path(f"/proc/self/fd/{handle}").resolve())
        fsync(handle)

    monkeypatch.setattr(os, "fsync", watched)
    upload(learner, attempt)
    file = tmp_path / AnswerFile.objects.get().stored_as
    assert [forced.index(one) for one in (file, file.parent, tmp_path / "answers", tmp_path)] == [0, 1, 2, 3]


def test_a_double_click_and_a_retry_change_nothing(learner: User, attempt: Attempt) -> None:
    first = upload(learner, attempt)
    again = upload(learner, attempt)
    assert (again.status, again.value, again.sequence) == (SaveStatus.REPEATED, first.value, first.sequence)
    assert Response.objects.count() == 1
    clear_files()
    assert len(stored()) == 1
    assert sound()


def test_a_tab_that_shows_an_older_file_does_not_replace_the_newer_one(learner: User, attempt: Attempt) -> None:
    first = upload(learner, attempt)
    second = upload(learner, attempt, PDF, name="b.pdf", shown=first.value["file"])
    stale = upload(learner, attempt, SOUND + b"3", shown=first.value["file"])
    assert (stale.status, stale.value) == (SaveStatus.STALE, second.value)
    assert clear_files() == 2, "the replaced one and the one that came too late"
    assert stored() == {AnswerFile.objects.get(uuid=second.value["file"]).stored_as}


def test_a_file_is_taken_back_and_another_one_given(learner: User, attempt: Attempt) -> None:
    first = upload(learner, attempt)
    save_response(learner, attempt=attempt, position=1, value=None, sequence=first.sequence + 1)
    again = upload(learner, attempt, PDF, name="b.pdf")
    assert (again.status, again.sequence) == (SaveStatus.SAVED, 3)
    clear_files()
    assert len(stored()) == 1
    assert sound()


@pytest.mark.parametrize(
    ("content", "code"),
    [(b"", "empty"), (PICTURE, "wrong_type"), (webm(b"V_VP8"), "wrong_type"), (SOUND + b"0" * 2**20, "too_large")],
)
def test_what_is_not_asked_for_is_refused_and_the_last_answer_stays(
    learner: User, attempt: Attempt, content: bytes, code: str
) -> None:
    first = upload(learner, attempt)
    with pytest.raises(DomainError) as error:
        upload(learner, attempt, content, shown=first.value["file"])
    assert error.value.code == code
    assert "kept" in str(error.value.message) or "gespeichert" in str(error.value.message)
    assert Response.objects.get().value == first.value


def test_nobody_answers_with_a_file_that_they_only_name(learner: User, attempt: Attempt) -> None:
    """An id that was seen somewhere would else make another person's file one's own."""
    value = {"file": "12345678-1234-1234-1234-123456789abc", "name": "x.pdf", "size": 3, "sort": "pdf"}
    for answer in (value, "done"):
        with pytest.raises(DomainError):
            save_response(learner, attempt=attempt, position=1, value=answer, sequence=1)
    assert not Response.objects.exists()


def test_after_the_end_no_file_is_taken_and_none_is_left_behind(learner: User, attempt: Attempt) -> None:
    submit_attempt(learner, attempt=attempt)
    with pytest.raises(DomainError) as error:
        upload(learner, attempt)
    assert error.value.code == "closed"
    assert clear_files() == 1
    assert not stored()


def test_what_was_killed_half_way_is_cleared(learner: User, attempt: Attempt, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("assessments.services.uploads._attach", lambda *args: (_ for _ in ()).throw(KeyboardInterrupt))
    monkeypatch.setattr("assessments.services.uploads.discard", lambda ids: None)  # nobody was left to do it
    with pytest.raises(KeyboardInterrupt):
        upload(learner, attempt)
    assert len(stored()) == 1
    assert clear_files() == 0, "it may still be on its way"
    with time_machine.travel(timezone.now() + timedelta(hours=2)):
        assert clear_files() == 1
    assert not stored()
    assert not AnswerFile.objects.exists()


# --- over the web -----------------------------------------------------------------------------------------------------
def test_a_script_is_told_what_is_kept(browser: Client, attempt: Attempt) -> None:
    told = browser.post(address(attempt), {"file": named(), "shown": ""}, headers={"accept": "application/json"})
    assert told.status_code == 200
    assert told.json()["value"]["name"] == "pitch.mp3"
    stale = browser.post(address(attempt), {"file": named(PDF)}, headers={"accept": "application/json"}).json()
    assert (stale["stale"], stale["value"]["name"]) == (True, "pitch.mp3")
    assert stale["message"]


def test_a_form_keeps_the_file_and_goes_on(browser: Client, attempt: Attempt) -> None:
    following = reverse("assessments:player", kwargs={"uuid": attempt.uuid, "position": 2})
    assert browser.post(address(attempt), {"file": named(), "go": "next"})["Location"] == following
    assert Response.objects.count() == 1
    assert browser.post(address(attempt), {"go": "next", "flag": "1"})["Location"] == following, "without a file"
    assert Response.objects.count() == 1
    browser.post(address(attempt), {"clear": "1"})
    assert Response.objects.order_by("sequence").last().value is None  # type: ignore[union-attr]  # there are two


def test_what_is_too_large_is_refused_before_it_is_read(browser: Client, attempt: Attempt) -> None:
    for accept, status in (("application/json", 413), ("text/html", 302)):
        answer = browser.post(address(attempt), {"file": named(SOUND + b"0" * 2**21)}, headers={"accept": accept})
        assert answer.status_code == status
        assert not answer.wsgi_request._read_started
    assert not AnswerFile.objects.exists()


def test_the_token_of_the_form_is_checked(learner: User, attempt: Attempt) -> None:
    """The view is exempt only so that it can look at the size first."""
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(learner)
    assert strict.post(address(attempt), {"file": named()}).status_code == 403
    assert not Response.objects.exists()


def test_a_question_that_asks_for_no_file_takes_none(browser: Client, attempt: Attempt) -> None:
    answer = browser.post(address(attempt, 2), {"file": named()}, headers={"accept": "application/json"})
    assert answer.status_code == 400
    assert not AnswerFile.objects.exists()


def test_the_owner_has_the_file_back_as_it_was(browser: Client, learner: User, attempt: Attempt) -> None:
    saved = upload(learner, attempt)
    url = reverse("assessments:file", kwargs={"uuid": saved.value["file"]})
    answer = browser.get(url)
    assert b"".join(answer) == SOUND  # type: ignore[arg-type]  # streamed
    assert answer["Content-Disposition"] == 'attachment; filename="pitch.mp3"'
    assert (answer["Content-Type"], answer["X-Content-Type-Options"]) == ("audio/mpeg", "nosniff")
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
    row = AnswerFile.objects.get()
    assert browser.get(f"/media/{row.stored_as}").status_code == 404, "the storage itself is closed"


def test_players_can_seek(browser: Client, learner: User, attempt: Attempt) -> None:
    url = reverse("assessments:file", kwargs={"uuid": upload(learner, attempt).value["file"]})
    answer = browser.get(url, headers={"range": "bytes=400-"})
    assert (answer.status_code, b"".join(answer)) == (206, SOUND[400:])  # type: ignore[arg-type]  # streamed
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["X-Content-Type-Options"] == "nosniff"


# --- marking, review, and the end -------------------------------------------------------------------------------------
def test_markers_hear_it_and_the_log_says_so(learner: User, attempt: Attempt, trainer: User, client: Client) -> None:
    saved = upload(learner, attempt)
    submit_attempt(learner, attempt=attempt)
    task = MarkingTask.objects.get()
    client.force_login(trainer)
    sheet = client.get(reverse("marking_sheet", args=[task.uuid])).content.decode()
    url = reverse("marking_file", args=[task.uuid])
    assert f'src="{url}"' in sheet
    AccessLogEntry.objects.all().delete()
    assert b"".join(client.get(url, headers={"range": "bytes=1-"})) == SOUND[1:]  # type: ignore[arg-type]  # streamed
    assert AccessLogEntry.objects.count() == 1, "whichever part is asked for first"
    heard = client.get(url)
    assert b"".join(heard) == SOUND  # type: ignore[arg-type]  # streamed
    assert "pitch" not in sheet + heard["Content-Disposition"], "a name of the file could say whose it is"
    entry = AccessLogEntry.objects.get()
    assert (entry.actor, entry.subject) == (trainer, learner)
    assert client.get(reverse("assessments:file", kwargs={"uuid": saved.value["file"]})).status_code == 404
    give_mark(trainer, task=task.uuid, levels={"c-1": "l-3", "c-2": "l-2"}, comment="Clear.")
    client.force_login(learner)
    result = client.get(reverse("assessments:result", kwargs={"uuid": attempt.uuid})).content.decode()
    assert "<audio" in result
    assert "pitch.mp3" in result


def test_what_became_the_answer_stays_whatever_its_request_meets_afterwards(
    learner: User, attempt: Attempt, monkeypatch: pytest.MonkeyPatch
) -> None:
    attach = uploads._attach

    def cut_off(*args: Any) -> Any:
        attach(*args)
        raise SystemExit  # the worker is told to end after the transaction

    monkeypatch.setattr(uploads, "_attach", cut_off)
    with pytest.raises(SystemExit):
        upload(learner, attempt)
    clear_files()
    assert len(stored()) == 1
    assert sound()


def test_a_file_that_cannot_be_deleted_keeps_no_other_one(
    learner: User, attempt: Attempt, monkeypatch: pytest.MonkeyPatch
) -> None:
    for content in (SOUND, SOUND + b"1", SOUND + b"2"):
        shown = upload(learner, attempt, content, shown=shown_now(attempt)).value["file"]
    stuck = AnswerFile.objects.exclude(uuid=shown).earliest("pk")
    delete = default_storage.delete

    def refuse(name: str) -> None:
        if name == stuck.stored_as:
            raise PermissionError(name)
        delete(name)

    monkeypatch.setattr(default_storage, "delete", refuse)
    assert clear_files() == 1
    assert AnswerFile.objects.count() == 2, "the stuck one waits for the next sweep"


def shown_now(attempt: Attempt) -> str:
    newest = Response.objects.filter(attempt_item__attempt=attempt).order_by("-sequence").first()
    return str(newest.value["file"]) if newest else ""


def test_the_files_go_with_the_answers(learner: User, attempt: Attempt) -> None:
    upload(learner, attempt)
    submit_attempt(learner, attempt=attempt)
    told = export_of(learner)["tests"][0]["answers"][0]
    assert told["answer"][0].startswith("pitch.mp3")
    assert "/tests/files/" in told["file"]
    with time_machine.travel(timezone.now() + timedelta(days=366)):
        now = timezone.now()
        forget_answers(RetentionPolicy(now=now, answers_before=now - timedelta(days=365)))
        assert clear_files() == 1
    assert not stored()


def test_erasing_a_person_takes_the_files(learner: User, attempt: Attempt) -> None:
    upload(learner, attempt)
    forget_person(learner)
    clear_files()
    assert not stored()
    assert not AnswerFile.objects.exists()


def test_a_draft_that_takes_nothing_is_not_published() -> None:
    kind = get_kind("file_upload")
    content = kind.content({**factories.RAW["file_upload"](), "audio": False, "pdf": False})
    assert kind.problems(content) == ["No sort of file is accepted."]
