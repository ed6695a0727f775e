"""Rows that make files in the background: the completion report as CSV, certificates as PDF."""

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import psycopg

from trials.bench.rows import Row, alternate
from trials.bench.setting import Setting
from trials.client import REDIRECTS, Learner
from trials.stack import until

FIRST_BYTE_LIMIT = 0.3
MODULES = 10
# What a person at the database would write: the same rows in the same order, as they lie there.
RAW_ROWS = """
    SELECT u.last_name, u.first_name, u.email, o.name, f.name_de, a.code, a.title_de, e.satisfied_at, e.due_at,
           c.number, c.valid_until, EXISTS (SELECT 1 FROM courses_progress p WHERE p.user_id = e.user_id
             AND p.activity_id = e.activity_id AND p.cycle = e.cycle AND p.started_at IS NOT NULL)
    FROM courses_enrollment e
    JOIN people_user u ON u.id = e.user_id
    JOIN courses_activity a ON a.id = e.activity_id
    LEFT JOIN people_orgunit o ON o.id = u.org_unit_id
    LEFT JOIN people_function f ON f.id = u.function_id
    LEFT JOIN certificates_certificate c ON c.user_id = e.user_id AND c.activity_id = e.activity_id
         AND c.cycle = e.cycle AND c.revoked_at IS NULL
    WHERE a.kind IN ('module', 'path')
    ORDER BY u.last_name, u.first_name, u.id, e.id
"""


def csv_1m(bench: Setting) -> list[Row]:
    """The completion report as CSV, from the click to the last byte of the download, beside PostgreSQL's COPY."""
    learners = 10_000 if bench.quick else 100_000
    bench.product.call("fill_report", learners=learners, modules=MODULES)
    hr = bench.learner(bench.product.call("people", count=1, name="hr", role="hr")[0])
    _export(bench, hr, query="q=9972")  # a small one first: the worker has everything loaded by then
    small = bench.peak_mb("celery", "worker")
    bench.forget_peaks("celery", "worker")
    first_bytes, sizes = [], []

    def subject() -> float:
        began = time.perf_counter()
        first, size = _export(bench, hr)
        first_bytes.append(first)
        sizes.append(size)
        return size[1] / (time.perf_counter() - began)

    ratios = alternate(subject, lambda: _raw_copy(bench), rounds=5 if bench.quick else 3)
    peak = bench.peak_mb("celery", "worker")
    size, slowest = sizes[-1], max(first_bytes)
    whole = f"{size[1]:,} rows, {size[0] / 1e6:.0f} MB; {{:,.0f}} rows/s from click to last byte, raw COPY {{:,.0f}}"
    return [
        replace(ratios, peak_mb=peak).row("csv_1m", 0.5, detail=whole),
        Row("csv_1m_first_byte", FIRST_BYTE_LIMIT / slowest, 1.0, detail=f"{slowest * 1000:.0f} ms of 300 allowed"),
        Row(
            "csv_1m_memory",
            small / peak,
            0.7,
            peak_mb=peak,
            detail=f"{small:.0f} MB with few rows, {peak:.0f} MB with all",
        ),
    ]


def _raw_copy(bench: Setting) -> float:
    """Rows per second of COPY into nothing."""
    began, rows = time.perf_counter(), 0
    statement = f"COPY ({RAW_ROWS}) TO STDOUT (FORMAT csv)".encode()
    with psycopg.connect(bench.stack.database_url) as connection, connection.cursor().copy(statement) as copy:
        for data in copy:
            rows += bytes(data).count(b"\n")
    return rows / (time.perf_counter() - began)


def _export(bench: Setting, hr: Learner, query: str = "") -> tuple[float, tuple[int, int]]:
    """Order the file, wait for it, download it: seconds to the first byte of the download; its bytes and lines."""
    hr.get("/de/reports/exports/")
    answer = hr.post("/de/reports/exports/new/", {"kind": "csv", "query": query})
    if answer.status not in REDIRECTS:
        raise RuntimeError(f"the export was refused: {answer.status}")
    with psycopg.connect(bench.stack.database_url, autocommit=True) as connection:
        newest = "SELECT uuid, work_state FROM reports_exportjob ORDER BY id DESC LIMIT 1"

        def ready() -> str:
            row = connection.execute(newest).fetchone()
            if row is None or row[1] == "failed":
                raise RuntimeError("the export failed")
            return str(row[0]) if row[1] == "done" else ""

        job = until(ready, within=600, what="the export is ready", pause=0.02)
    began = time.perf_counter()
    status, _headers, pieces = hr.stream(f"/de/reports/exports/{job}/file/")
    if status != 200:
        raise RuntimeError(f"the download was refused: {status}")
    size = lines = 0
    first = 0.0
    for piece in pieces:
        first = first or time.perf_counter() - began
        size += len(piece)
        lines += piece.count(b"\n")
    return first, (size, lines)


def certificates(bench: Setting) -> list[Row]:
    """Certificates from the queue to the storage, beside WeasyPrint alone on the same documents.

    Both with as many processes.
    """
    count = 8 if bench.quick else 24  # fewer would measure how long a batch takes to begin and to end
    workers = 2
    folder = bench.stack.folder / "documents"
    folder.mkdir()
    renderers = [bench.remote() for _ in range(workers)]
    sample = bench.product.call("queue_certificates", name="doc", module_key=bench.pages["reading_key"], count=count)
    documents = bench.product.call("certificate_documents", pks=sample, folder=str(folder))
    batch = iter(range(1000))

    def subject() -> float:
        name = f"cert{next(batch)}x"
        pks = bench.product.call("queue_certificates", name=name, module_key=bench.pages["reading_key"], count=count)
        return count / float(bench.product.call("render_through_celery", pks=pks))

    def reference() -> float:
        began = time.perf_counter()
        with ThreadPoolExecutor(workers) as pool:
            parts = [documents[at::workers] for at in range(workers)]
            list(pool.map(lambda pair: pair[0].call("render_bare", paths=pair[1]), zip(renderers, parts, strict=True)))
        return count / (time.perf_counter() - began)

    bench.forget_peaks("celery", "worker")
    ratios = replace(alternate(subject, reference, rounds=5), peak_mb=bench.peak_mb("celery", "worker"))
    detail = f"{{:.1f}}/s through Celery, bare WeasyPrint {{:.1f}}/s, {workers} processes each"
    return [ratios.row("certificates", 0.8, detail=detail)]
