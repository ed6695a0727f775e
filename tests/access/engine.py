"""What a row of the matrix says, and how it is proved. One request per actor and id, each undone afterwards.

For whoever is allowed: the status, the text that proves that the data was there, and the tables that a POST wrote.
For everybody else: the refusal, the same bytes for an id that exists and one that does not, and not one row written.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from django.core.cache import cache
from django.db import connection, transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from enablement.core.cache import forget
from tests.access.world import ACTORS, ALICE, ANONYMOUS, CMS, COUNCIL, LEARNERS, World

Kwargs = Callable[[World], dict[str, Any]]
LOGIN = "/de/accounts/login/"
WRITE = re.compile(r"\s*(?:INSERT\s+(?:OR\s+\w+\s+)?INTO|UPDATE|DELETE\s+FROM)\s+[\"`]?(\w+)", re.IGNORECASE)
# A look at another person's record is noted; that is the one thing that reading may write anywhere in HR's pages.
LOOK = frozenset({"people_accesslogentry"})


@dataclass(frozen=True)
class Row:
    """One address and method: who may, what they see, what is written."""

    name: str
    allowed: frozenset[str]
    kwargs: Kwargs | None = None
    missing: dict[str, Any] | None = None
    query: str = ""
    method: str = "GET"
    data: Callable[[World], dict[str, Any]] | None = None
    as_json: bool = False
    status: int = 200
    shows: str | Callable[[World], str] = ""
    writes: frozenset[str] = frozenset()
    url: Callable[[World], str] | None = None
    missing_url: str = ""
    # Of those who are refused: this status instead of the usual one.
    anonymous: int = 302
    refused: int = 404
    cms: bool = False
    # Who gets the page as well, but without the text of `shows`.
    without: frozenset[str] = frozenset()
    prepare: Callable[[World], None] | None = None
    note: str = ""

    @property
    def label(self) -> str:
        return f"{self.method} {self.name}{self.query} {self.note}".strip()


@dataclass
class Answer:
    status: int
    location: str
    body: str
    written: list[str] = field(default_factory=list)


@contextmanager
def undone() -> Iterator[None]:
    """Whatever happens inside leaves no trace in the database or the cache."""
    with transaction.atomic():
        try:
            yield
        finally:
            transaction.set_rollback(True)
            cache.clear()
            forget()


@contextmanager
def writes() -> Iterator[list[str]]:
    """Tables that statements inside write to, in order."""
    tables: list[str] = []

    def watch(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        found = WRITE.match(sql)
        if found:
            tables.append(found.group(1))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(watch):
        yield tables


def body_of(response: Any) -> str:
    raw = response.getvalue() if response.streaming else response.content
    return bytes(raw).decode("utf-8", "replace")


def ask(client: Client, row: Row, url: str, world: World) -> Answer:
    data: Any = row.data(world) if row.data else {}
    more = {"content_type": "application/json"} if row.as_json else {}
    with undone(), writes() as written:
        response = client.post(url, data, **more) if row.method == "POST" else client.get(url)
        body = body_of(response)
    return Answer(response.status_code, response.headers.get("Location", ""), body, written)


def address(row: Row, world: World) -> str:
    if row.url:
        return row.url(world) + row.query
    return reverse(row.name, kwargs=row.kwargs(world) if row.kwargs else None) + row.query


def missing_address(row: Row, world: World) -> str:
    if row.missing_url:
        return row.missing_url
    if row.missing is None or row.kwargs is None:
        return ""
    return reverse(row.name, kwargs={**row.kwargs(world), **row.missing}) + row.query


def plain(answer: Answer, url: str) -> tuple[int, str, str]:
    """The answer without what differs anyway: the address itself and the CSRF token."""
    body, location = answer.body, answer.location
    forms = {url, quote(url, safe=""), quote(url), url[3:], quote(url[3:], safe="")}
    for form in sorted(forms, key=len, reverse=True):
        body, location = body.replace(form, "URL"), location.replace(form, "URL")
    body = re.sub(r"(csrfmiddlewaretoken\W+value=.)[\w]+|(csrfToken\W+)\w+", "TOKEN", body)
    return answer.status, location, body


def refusal_fault(row: Row, actor: str, answer: Answer) -> str:
    """Empty when the answer is the refusal that this actor must get."""
    expected, target = (row.anonymous, LOGIN) if actor == ANONYMOUS else (row.refused, "/")
    if row.cms:
        # Wagtail's door for whoever has no business in the CMS; behind it, its start page with a sentence.
        outside = actor in LEARNERS | {ANONYMOUS}
        expected, target = (302, reverse("wagtailadmin_login")) if outside else (row.refused, "/admin/")
        target = LOGIN if actor == ANONYMOUS else target
    if answer.status != expected:
        return f"refused with {answer.status}, expected {expected}"
    if expected == 302 and not answer.location.startswith(target):
        return f"sent to {answer.location} instead of {target}"
    return ""


def faults_of(row: Row, world: World, actors: Iterable[str] = ACTORS) -> list[str]:
    url, other = address(row, world), missing_address(row, world)
    if row.cms:  # at the CMS's door all learners are alike; the walk over the CMS meets them too
        actors = [actor for actor in actors if actor in CMS | {ANONYMOUS, ALICE, COUNCIL}]
    with undone():
        if row.prepare:
            row.prepare(world)
        return list(_faults_as(actors, row, world, url, other))


def _faults_as(actors: Iterable[str], row: Row, world: World, url: str, other: str) -> Iterator[str]:
    for actor in actors:
        client = world.client(actor)
        answer = ask(client, row, url, world)
        if actor in row.allowed | row.without:
            fault = allowed_fault(row, answer, world, without=actor in row.without)
        else:
            fault = refusal_fault(row, actor, answer)
            if not fault and answer.written:
                fault = f"refused, yet wrote {sorted(set(answer.written))}"
            if not fault and other and not (row.cms and actor not in CMS):
                fault = _difference(row, answer, url, ask(world.client(actor), row, other, world), other)
        if fault:
            yield f"{row.label} as {actor}: {fault}"


def _difference(row: Row, answer: Answer, url: str, missing: Answer, other: str) -> str:
    if plain(answer, url) == plain(missing, other):
        return ""
    return f"tells existing ({answer.status}) from missing ({missing.status}): {other}"


def allowed_fault(row: Row, answer: Answer, world: World, *, without: bool = False) -> str:
    if answer.status != row.status:
        return f"answered {answer.status} {answer.location}, expected {row.status}"
    if answer.status == 302 and answer.location.startswith((LOGIN, "/admin/login")):
        return "sent to the log-in"
    shows = row.shows(world) if callable(row.shows) else row.shows
    if shows and (shows in answer.body) == without:
        return f"shows “{shows}”" if without else f"does not show “{shows}”"
    written = set(answer.written)
    if row.method == "POST":
        return f"did not write {sorted(row.writes - written)}, only {sorted(written)}" if row.writes - written else ""
    return f"reading wrote {sorted(written - row.writes)}" if written - row.writes else ""


# --- Every address of the product ------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Address:
    name: str
    pattern: str
    module: str


def addresses() -> list[Address]:
    """Every pattern that the resolver knows. Reading one first makes Wagtail register its lists."""
    reverse("wagtailadmin_home")
    return list(_walk(get_resolver(), (), ""))


def _walk(resolver: Any, spaces: tuple[str, ...], prefix: str) -> Iterator[Address]:
    for entry in resolver.url_patterns:
        text = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            inner = (*spaces, entry.namespace) if entry.namespace else spaces
            yield from _walk(entry, inner, text)
        elif isinstance(entry, URLPattern):
            name = ":".join((*spaces, entry.name or ""))
            yield Address(name, text, getattr(entry.callback, "__module__", ""))


OURS = ("people", "courses", "assessments", "certificates", "reports", "enablement")


def is_ours(found: Address) -> bool:
    """Code of ours, or a library's view over models of ours."""
    if found.module.split(".")[0] in OURS:
        return True
    spaces = found.name.split(":")[0]
    own_lists = {"org_units", "access_log", "deletion_log", "modules", "lessons"}
    return spaces in own_lists or spaces.startswith(
        (
            "wagtailusers_",
            *(f"wagtailsnippets_{room}_" for room in OURS),
            *(f"wagtailsnippetchoosers_{r}_" for r in OURS),
        )
    )
