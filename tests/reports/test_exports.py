"""Export jobs: a row that survives what kills its worker, files that no spreadsheet runs, memory that stays flat."""

import csv
import io
import tracemalloc
from datetime import timedelta
from typing import Any

import openpyxl
import pytest
import time_machine
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.test import Client
from django.utils import timezone

from courses.models import Enrollment
from enablement.core.claimable import WorkState
from enablement.core.errors import DomainError
from enablement.core.models import Heartbeat
from enablement.core.spreadsheets import defuse
from enablement.core.verification import run_record_checks
from people.models import User
from reports import exports as files
from reports import production
from reports.exports import CsvWriter, XlsxWriter, blocks
from reports.filters import FilterForm
from reports.models import ExportJob
from reports.production import write_export
from reports.services import cancel_export, request_export
from reports.tasks import run_export, sweep_exports
from tests.factories import UserFactory
from tests.reports import factories

EVIL = ("=cmd|' /C calc'!A0", "+1+1", "-2+3", "@SUM(A1)", "\tTab", "\rReturn")


def ask(actor: User, kind: str = "csv", language: str = "en", **params: str) -> ExportJob:
    return request_export(actor, kind=kind, form=FilterForm(actor, params), language=language)  # type: ignore[arg-type]


def content(job: ExportJob) -> bytes:
    job.refresh_from_db()
    with job.file.open() as file:
        data: bytes = file.read()
    return data


@pytest.fixture
def rows(hr: User) -> None:
    activity = factories.module("M01", title_en="=HYPERLINK()", title_de="=HYPERLINK()")
    for number, evil in enumerate(EVIL):
        factories.enrolled(
            UserFactory(last_name=evil, first_name=f"Z{number}"), activity, due=timedelta(days=-number - 1)
        )


@pytest.mark.usefixtures("rows")
@pytest.mark.parametrize("language", ["de", "en"])
def test_csv_defuses_formulas_and_suits_the_language(language: str, hr: User) -> None:
    job = ask(hr, language=language)
    assert write_export(job.pk)
    data = content(job)
    assert data.startswith(b"\xef\xbb\xbf")
    table = list(
        csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""), delimiter=";" if language == "de" else ",")
    )
    assert len(table[0]) == 11
    body = table[1 : table.index([])]
    assert len(body) == len(EVIL)
    for line in table:
        for cell in line:
            assert not cell.startswith(("=", "+", "-", "@", "\t", "\r")), cell
    assert {row[0][1:].split(",")[0] for row in body} == set(EVIL), "nothing but an apostrophe was added"


@pytest.mark.usefixtures("rows")
def test_xlsx_defuses_formulas_and_says_what_it_holds(hr: User) -> None:
    job = ask(hr, "xlsx", status="overdue")
    assert write_export(job.pk)
    book = openpyxl.load_workbook(io.BytesIO(content(job)))
    sheet, about = book.worksheets
    assert sheet.max_row == len(EVIL) + 1
    for line in [*sheet.iter_rows(), *about.iter_rows()]:
        for cell in line:
            assert cell.data_type != "f"
            assert not str(cell.value or "").startswith(("=", "+", "-", "@", "\t"))
    assert sheet["H2"].is_date
    notes = {row[0].value: row[1].value for row in about.iter_rows()}
    assert notes["Status"] == "Overdue"
    assert {"As of", "View", "Completion rate", "Not shown"} <= set(notes)


def test_defuse_leaves_ordinary_text_alone() -> None:
    assert defuse("Müller-Lüdenscheidt, Ute") == "Müller-Lüdenscheidt, Ute"
    assert defuse("") == ""


@pytest.mark.usefixtures("rows")
def test_a_cancelled_job_stops_at_the_next_block_and_leaves_no_file(hr: User, monkeypatch: pytest.MonkeyPatch) -> None:
    job = ask(hr)
    monkeypatch.setattr(files, "PEOPLE_PER_BLOCK", 2)
    seen = []

    def cancelling(self: CsvWriter, rows: Any) -> int:
        seen.append(len(rows))
        assert cancel_export(hr, job=job)
        return len(rows)

    monkeypatch.setattr(CsvWriter, "write", cancelling)
    assert not write_export(job.pk)
    job.refresh_from_db()
    assert job.work_state == WorkState.CANCELLED
    assert len(seen) == 1
    assert not job.file
    assert not cancel_export(hr, job=job), "twice changes nothing"


@pytest.mark.usefixtures("rows")
def test_a_job_cancelled_while_its_file_is_stored_publishes_nothing(hr: User, monkeypatch: pytest.MonkeyPatch) -> None:
    job = ask(hr)
    saved = []
    save = default_storage.save

    def saving(name: str, body: Any) -> str:
        stored = save(name, body)
        saved.append(stored)
        cancel_export(hr, job=job)
        return stored

    monkeypatch.setattr(default_storage, "save", saving)
    assert not write_export(job.pk)
    assert saved
    assert not default_storage.exists(saved[0])


@pytest.mark.usefixtures("rows")
def test_a_job_whose_worker_died_is_made_by_the_next_sweep(hr: User) -> None:
    job = ask(hr)
    assert ExportJob.work.claim(job.pk, lease=production.LEASE)  # and the worker dies here
    default_storage.save(f"{job.folder}/1.csv", ContentFile(b"half"))
    assert not write_export(job.pk), "the lease still holds"
    with time_machine.travel(timezone.now() + production.LEASE * 2, tick=False):
        assert job.pk in ExportJob.work.claimable().values_list("pk", flat=True)
        run_export(job.pk)
    job.refresh_from_db()
    assert (job.work_state, job.work_attempts, job.rows_done) == (WorkState.DONE, 2, len(EVIL))


@pytest.mark.usefixtures("rows")
def test_a_worker_that_lost_its_lease_publishes_nothing(hr: User, monkeypatch: pytest.MonkeyPatch) -> None:
    job = ask(hr)
    write = CsvWriter.write

    def slow(self: CsvWriter, rows: Any) -> int:
        ExportJob.objects.filter(pk=job.pk).update(work_attempts=2)  # another worker has claimed it
        return write(self, rows)

    monkeypatch.setattr(CsvWriter, "write", slow)
    assert not write_export(job.pk)
    job.refresh_from_db()
    assert not job.file


def test_a_job_that_keeps_killing_its_worker_is_given_up(hr: User) -> None:
    job = ask(hr)
    for _death in range(ExportJob.MAX_WORK_ATTEMPTS):
        ExportJob.objects.filter(pk=job.pk).update(lease_until=timezone.now() - timedelta(seconds=1))
        assert ExportJob.work.claim(job.pk, lease=timedelta(0))
    ExportJob.objects.filter(pk=job.pk).update(lease_until=timezone.now() - timedelta(seconds=1))
    assert not ExportJob.work.claim(job.pk, lease=production.LEASE)
    sweep_exports()
    job.refresh_from_db()
    assert job.work_state == WorkState.FAILED
    assert Heartbeat.age("exports") is not None


def test_an_error_hands_the_job_back(hr: User, monkeypatch: pytest.MonkeyPatch) -> None:
    job = ask(hr)
    monkeypatch.setattr(production, "row_count", lambda *_args: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        write_export(job.pk)
    job.refresh_from_db()
    assert job.work_state == WorkState.QUEUED
    assert "ZeroDivisionError" in job.work_error


@pytest.mark.usefixtures("rows")
def test_files_go_after_14_days(hr: User, client: Client) -> None:
    job = ask(hr)
    write_export(job.pk)
    job.refresh_from_db()
    name = job.file.name
    client.force_login(hr)
    answer = client.get(f"/en/reports/exports/{job.uuid}/file/")
    assert b"".join(answer.streaming_content)  # type: ignore[arg-type]  # not async here
    with time_machine.travel(timezone.now() + timedelta(days=13), tick=False):
        sweep_exports()
        assert default_storage.exists(name)
    with time_machine.travel(timezone.now() + timedelta(days=15), tick=False):
        client.force_login(hr)
        assert client.get(f"/en/reports/exports/{job.uuid}/file/").status_code == 404
        sweep_exports()
    assert not default_storage.exists(name)
    assert not ExportJob.objects.exists()


def test_three_exports_may_wait_at_a_time(hr: User) -> None:
    for _number in range(3):
        ask(hr)
    with pytest.raises(DomainError):
        ask(hr)


def test_the_pages_of_exports_work_without_scripts(rows: None, hr: User, client: Client) -> None:
    client.force_login(hr)
    answer = client.post("/en/reports/exports/new/", {"kind": "csv", "query": "status=overdue&nonsense=1"}, follow=True)
    job = ExportJob.objects.get()
    assert job.filters == {"status": "overdue"}
    assert b'http-equiv="refresh"' in answer.content
    assert b"Waiting" in answer.content
    assert b"Download" not in answer.content
    part = client.get("/en/reports/exports/", headers={"HX-Request": "true"}).content
    assert b"<html" not in part
    assert b"Waiting" in part
    write_export(job.pk)
    done = client.get("/en/reports/exports/").content
    assert b"Done, 6 rows" in done
    assert b'http-equiv="refresh"' not in done
    assert client.post("/en/reports/exports/new/", {"kind": "exe"}).status_code == 404
    assert client.get("/en/reports/exports/new/").status_code == 405


def test_the_list_of_exports_takes_the_same_queries_with_one_and_with_many(
    hr: User, client: Client, django_assert_num_queries: Any
) -> None:
    client.force_login(hr)
    ask(hr)
    client.get("/en/reports/exports/")
    for number in (0, 8):
        for _each in range(number):
            job = ExportJob.objects.latest("pk")
            job.pk = job.uuid = None
            job.uuid = ExportJob._meta.get_field("uuid").default()
            job.save()
        with django_assert_num_queries(5):
            client.get("/en/reports/exports/")


def test_the_checks_find_planted_faults(hr: User) -> None:
    def found() -> set[str]:
        names = {
            "export done without its file",
            "export overdue by more than two sweeps",
            "export kept beyond its time",
        }
        return {finding.check for finding in run_record_checks() if finding.check in names}

    assert found() == set()
    job = ask(hr)
    long_ago = timezone.now() - timedelta(days=1)
    ExportJob.objects.filter(pk=job.pk).update(run_after=long_ago)
    assert found() == {"export overdue by more than two sweeps"}
    ExportJob.objects.filter(pk=job.pk).update(work_state=WorkState.DONE, expires_at=long_ago)
    assert found() == {"export done without its file", "export kept beyond its time"}


@pytest.mark.parametrize("writer", [CsvWriter, XlsxWriter])
def test_memory_stays_flat(writer: Any, hr: User) -> None:
    """Four times the rows may not cost noticeably more memory at the peak."""
    activities = [factories.module(f"M{number:02}") for number in range(10)]

    def grow(people: int) -> None:
        have = User.objects.count()
        users = User.objects.bulk_create(
            User(email=f"m{have + number}@example.com", last_name=f"L{number:05}", password="!")
            for number in range(people)
        )
        Enrollment.objects.bulk_create(
            [Enrollment(user=user, activity=activity, source="assigned") for user in users for activity in activities],
            batch_size=2000,
        )

    def peak() -> int:
        form = FilterForm(hr, {})
        filters = form.filters()
        tracemalloc.start()
        out = writer(hr, form, filters)
        with out.file:
            for block in blocks(hr, filters):
                out.write(block)
            out.close()
        high = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return high

    grow(600)
    small = peak()
    grow(1800)
    assert peak() < small * 1.5 + 4_000_000


@pytest.mark.usefixtures("rows")
def test_erasing_hr_takes_their_files_along(hr: User) -> None:
    from people.services import erase_person

    job = ask(hr)
    write_export(job.pk)
    job.refresh_from_db()
    assert default_storage.exists(job.file.name)
    erase_person(hr, reason="test")
    assert not default_storage.exists(job.file.name)
    assert not ExportJob.objects.exists()
