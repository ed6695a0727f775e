"""What an import would do: the dry run. Reads only."""

import hashlib
import json
import uuid
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from enum import StrEnum
from typing import Any

from django.utils.translation import gettext as _

from assessments.exchange.bank import Known, known_by_key, known_of_kinds
from assessments.exchange.checks import faults
from assessments.exchange.formats import Format, chosen
from assessments.exchange.items import ExchangeItem, FileError, ForAll, Level, Problem, ReadResult, gathered
from assessments.exchange.library import known_pictures
from assessments.exchange.limits import MAX_BYTES, MAX_ITEMS, MAX_PROBLEMS, too_large, too_many
from assessments.exchange.pictures import Picture, bounded_pictures, marks_in, numbered, unpictured
from assessments.exchange.raw import MergeError, folded, is_list, merged, normal, said, with_ids
from assessments.kinds import get_kind
from assessments.kinds.base import LANGUAGES, Content
from assessments.models.items import is_complete
from courses.models import Activity

NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "doppelpass:item-exchange")
TITLE_LENGTH = 160
TOPIC_LENGTH = 80
TAG_LENGTH = 100
LOOSELY = 0.4  # the same where an id says so as well
ALIKE = 0.6  # share of equal letters from which a re-worded question with the same title is the same item


class Action(StrEnum):
    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"


@dataclass
class Planned:
    """One item of the file: what would become of it. `values` are the model's fields, `raw` the block's."""

    source: ExchangeItem
    key: uuid.UUID
    action: Action
    raw: dict[str, Any]
    values: dict[str, Any]
    tags: set[str]
    known: Known | None = None
    missing: list[str] = field(default_factory=list)

    @property
    def content(self) -> Content:
        return get_kind(self.source.kind).authored(self.raw)


@dataclass
class ImportPlan:
    items: list[Planned] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    format_name: str = ""
    stored_pictures: int = 0  # after it was applied

    @property
    def ok(self) -> bool:
        """Whether the file could be read; items of it may still be left out."""
        return not any(problem.level is Level.FILE for problem in self.problems)

    def of(self, action: Action) -> list[Planned]:
        return [planned for planned in self.items if planned.action is action]

    def at(self, level: Level) -> list[Problem]:
        return [problem for problem in self.problems if problem.level is level]

    def counts(self) -> dict[str, int]:
        """New, changed, unchanged, and how many items of the file are left out."""
        return {action.value: len(self.of(action)) for action in Action} | {"left_out": len(self.at(Level.ITEM))}

    @property
    def new_pictures(self) -> dict[str, Picture]:
        """Mark → picture, of those that the library would get."""
        return {
            mark: planned.source.pictures[mark]
            for planned in self.items
            if planned.action is not Action.UNCHANGED
            for mark in marks_in(planned.raw)
        }

    @property
    def changes(self) -> int:
        return sum(planned.action is not Action.UNCHANGED for planned in self.items)


def plan_import(content: bytes, *, format_name: str, language: str, for_all: ForAll | None = None) -> ImportPlan:
    """Read the bytes and compare them with the bank. `format_name` may be empty: then it is told from the bytes."""
    try:
        form, result = _read(content, format_name, language)
    except FileError as error:
        return ImportPlan(problems=[error.problem])
    if for_all is not None:
        for item in result.items:
            for_all.put_on(item, result.languages[0])
    plan = ImportPlan(problems=list(result.problems), format_name=form.name)
    if not result.broken:
        _Planner(plan, result).run()
    plan.problems = gathered(plan.problems)
    plan.problems.sort(key=lambda problem: (problem.file, problem.line, problem.level))
    if len(plan.problems) > MAX_PROBLEMS:
        # Which items are left out is said for all of them; of the details, the first.
        left_out, details = plan.at(Level.ITEM), plan.at(Level.LOSS)
        rest = len(details) - MAX_PROBLEMS
        if rest > 0:
            more = _("and %(count)d more remarks of this sort") % {"count": rest}
            plan.problems = [*left_out, *details[:MAX_PROBLEMS], Problem(Level.LOSS, 0, "", more)]
    return plan


def _read(content: bytes, format_name: str, language: str) -> tuple[Format, ReadResult]:
    """Format and items of a file. Raises FileError, also when it holds nothing and nobody says why."""
    if len(content) > MAX_BYTES:
        raise too_large(len(content))
    form = chosen(content, format_name)
    with bounded_pictures():
        result = form.read(content, language)
    if len(result.items) > MAX_ITEMS:
        raise too_many()
    if not result.items and not result.problems:
        raise FileError(_("There is no question in this file."))
    return form, result


class _Planner:
    def __init__(self, plan: ImportPlan, result: ReadResult) -> None:
        self.plan, self.result = plan, result
        self.languages = result.languages
        self.language = result.languages[0]
        self.taken: dict[uuid.UUID, int] = {}
        self.said: dict[uuid.UUID, int] = {}
        self.by_key: dict[uuid.UUID, Known] = {}
        self.by_prompt: dict[tuple[str, str], list[Known]] = {}
        self.by_title: dict[tuple[str, str], list[Known]] = {}
        self.lessons: set[str] = set()
        self.pictures: dict[str, int] = {}

    def run(self) -> None:
        self._load()
        for item in self.result.items:
            planned = self._plan(item)
            if planned is not None:
                self.plan.items.append(planned)
                self.plan.problems += [
                    Problem(Level.LOSS, item.line, item.name, loss, item.file) for loss in item.losses
                ]

    def _load(self) -> None:
        items = self.result.items
        keys = [self._strong_key(item) for item in items if item.strong]
        keys += [key for item in items for key in self._weak_keys(item)]
        self.by_key = known_by_key(keys)
        weak = {item.kind for item in items if not item.strong}
        for known in known_of_kinds(weak) if weak else ():
            prompt = folded(known.raw.get(f"prompt_{self.language}") or "")
            if prompt:
                self.by_prompt.setdefault((known.kind, prompt), []).append(known)
            self.by_title.setdefault((known.kind, folded(known.title)), []).append(known)
        self.pictures = known_pictures(picture for item in items for picture in item.pictures.values())
        named = {item.lesson for item in items if _uuid(item.lesson)}
        self.lessons = {str(key) for key in Activity.objects.filter(key__in=named).values_list("key", flat=True)}

    def left_out(self, item: ExchangeItem, message: str) -> None:
        self.plan.problems.append(Problem(Level.ITEM, item.line, item.name, message, item.file))

    # --- which item it is ---

    def _strong_key(self, item: ExchangeItem) -> uuid.UUID:
        return _uuid(item.identifier) or uuid.uuid5(NAMESPACE, f"id:{item.identifier}")

    def _weak_keys(self, item: ExchangeItem) -> tuple[uuid.UUID, uuid.UUID]:
        """By the question alone, and by all that it says: for another question with the same words before it."""
        prompt = folded(item.raw.get(f"prompt_{self.language}") or "")
        whole = json.dumps([said(item.raw, self.language), _scalars(item.raw)], ensure_ascii=False, default=str)
        digest = hashlib.sha256(whole.encode()).hexdigest()
        seed = f"{self.language}:{item.kind}:{prompt}"
        return uuid.uuid5(NAMESPACE, seed), uuid.uuid5(NAMESPACE, f"{seed}:{digest}")

    def _identify(self, item: ExchangeItem) -> tuple[uuid.UUID, Known | None]:
        if item.strong:
            key = self._strong_key(item)
            known = self.by_key.get(key)
            if known is None or _uuid(item.identifier) or self._alike(item, known, LOOSELY):
                return key, known
            # “Q1” and “choice” name different questions in files of different authors.
            item.losses.append(
                _("The id “%(id)s” names another question in the bank, so it is not taken for the same.")
                % {"id": item.identifier[:60]}
            )
        by_prompt, by_content = self._weak_keys(item)
        if by_content in self.by_key:
            return by_content, self.by_key[by_content]
        candidates = [self.by_key[by_prompt]] if by_prompt in self.by_key else []
        prompt = folded(item.raw.get(f"prompt_{self.language}") or "")
        candidates += self.by_prompt.get((item.kind, prompt), []) if prompt else []
        if item.identifier:
            named = self.by_title.get((item.kind, folded(item.title[:TITLE_LENGTH])), [])
            candidates += named if len(named) == 1 else []
        for known in candidates:
            if known.key not in self.taken and self._alike(item, known):
                return known.key, known
        return (by_content if by_prompt in self.by_key or by_prompt in self.taken else by_prompt), None

    def _alike(self, item: ExchangeItem, known: Known, least: float = ALIKE) -> bool:
        """Whether two questions with the same title or the same words are one: a title alone is often “Question 1”."""
        mine, theirs = said(item.raw, self.language), said(known.raw, self.language)
        if not theirs:
            return True
        if not self._same_passage(item, known, least):
            return False
        rest, other = set(mine[1:]), set(theirs[1:])
        if SequenceMatcher(None, mine[0] if mine else "", theirs[0]).ratio() < least:
            return least == LOOSELY and bool(rest) and 2 * len(rest & other) >= max(len(rest), len(other))
        if least == LOOSELY:
            return True
        return not rest or not other or 2 * len(rest & other) >= min(len(rest), len(other))

    def _same_passage(self, item: ExchangeItem, known: Known, least: float) -> bool:
        """Whether two texts with gaps are one: “Fill in the gaps.” and “der, die, das” stand at many of them."""
        mine, theirs = (folded(raw.get(f"text_{self.language}") or "") for raw in (item.raw, known.raw))
        if not mine or not theirs or mine == theirs:
            return True
        named = least == LOOSELY or folded(item.title) == folded(known.title)
        return named and SequenceMatcher(None, mine, theirs).ratio() >= least

    # --- what would become of it ---

    def _plan(self, item: ExchangeItem) -> Planned | None:
        whole = self._weak_keys(item)[1]
        key, known = self._identify(item)
        line = self.taken.get(key) or (None if item.strong else self.said.get(whole))
        if line is not None:
            self.left_out(item, _("The same item stands in line %(line)d already.") % {"line": line})
            return None
        self.said[whole] = item.line
        if known is not None and known.kind != item.kind:
            labels = {"here": get_kind(item.kind).label, "there": get_kind(known.kind).label}
            self.left_out(item, _("In the bank this item is of the kind “%(there)s”, here “%(here)s”.") % labels)
            return None
        try:
            raw = numbered(item.raw, self.pictures)
            raw = raw if known is None else self._merged(raw, known)
        except MergeError as error:
            self.left_out(item, _("It does not fit to the item in the bank: %(why)s.") % {"why": error})
            return None
        raw = with_ids(raw, key)
        if wrong := list(_unfit(item.kind, raw)):
            self.left_out(item, " ".join(wrong[:5]))
            return None
        self.taken[key] = item.line
        planned = Planned(item, key, Action.NEW, raw, self._values(item, known), self._tags(item, known), known)
        if known is not None:
            planned.action = Action.CHANGED if _differs(planned, known) else Action.UNCHANGED
            if planned.action is Action.CHANGED and known.locked:
                self.left_out(item, _("The item is locked in the bank."))
                return None
        planned.missing = [code for code in LANGUAGES if not is_complete(planned.content, code)]
        return planned

    def _merged(self, raw: dict[str, Any], known: Known) -> dict[str, Any]:
        """What is there, with what the file says. Raises MergeError."""
        if not self.result.exact and not known.raw.get(f"prompt_{self.language}"):
            # A translation: it may not bring another right answer along.
            for name, value in raw.items():
                plain = (
                    name != "image" and not isinstance(value, (dict, list)) and name.rpartition("_")[2] not in LANGUAGES
                )
                if plain and value not in (None, "") and normal(value, name) != normal(known.raw.get(name), name):
                    raise MergeError(_("it has another right answer"))
        joined: dict[str, Any] = merged(known.raw, raw, languages=self.languages, exact=self.result.exact)
        return joined

    def _values(self, item: ExchangeItem, known: Known | None) -> dict[str, Any]:
        """Title and topic; the title of an item that is there stays, unless the format is exact: it has no language."""
        values: dict[str, Any] = {}
        if known is None or (self.result.exact and item.title):
            values["title"] = _cut(item, item.title or item.identifier or "–", TITLE_LENGTH, _("Name"))
        for name, text in (("topic", item.topic_de), ("topic_en", item.topic_en)):
            if text or self.result.exact:
                values[name] = _cut(item, text, TOPIC_LENGTH, _("Topic"))
        if item.audience:
            values["audience"] = item.audience
        if item.difficulty or (self.result.exact and item.difficulty is not None):
            values["difficulty"] = item.difficulty
        if item.lesson:
            if item.lesson in self.lessons:
                values["lesson"] = item.lesson
            else:
                item.losses.append(_("The lesson “%(name)s” is not known here.") % {"name": item.lesson[:60]})
        return values

    def _tags(self, item: ExchangeItem, known: Known | None) -> set[str]:
        tags = {_cut(item, tag, TAG_LENGTH, _("Tag")) for tag in item.tags if tag}
        return tags if known is None or self.result.exact else tags | known.tags


def _unfit(kind: str, raw: dict[str, Any]) -> list[str]:
    """Sentences about what the editor could not take; nested cells of a sheet may hold anything."""
    block = get_kind(kind).block()
    raw = unpictured(raw)  # a block asks the library for what it names
    try:
        block.get_prep_value(block.to_python(raw))
        get_kind(kind).authored(raw)
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError):
        return [_("It is not what an item of this kind holds.")]
    return list(faults(block, raw))


def _cut(item: ExchangeItem, text: str, most: int, what: str) -> str:
    text = " ".join(text.split())
    if len(text) > most:
        item.losses.append(_("%(what)s: cut to %(most)d characters.") % {"what": what, "most": most})
    return text[:most].strip()


def _differs(planned: Planned, known: Known) -> bool:
    now = {
        "title": known.title,
        "topic": known.topic_de,
        "topic_en": known.topic_en,
        "audience": known.audience,
        "difficulty": known.difficulty,
        "lesson": known.lesson,
    }
    return (
        normal(planned.raw) != normal(known.raw)
        or planned.tags != known.tags
        or any(now[name] != value for name, value in planned.values.items())
    )


def _scalars(raw: Any) -> list[Any]:
    """Values that are no texts: which answers are right, numbers."""
    if isinstance(raw, dict):
        return [
            one
            for key, value in raw.items()
            if key.rpartition("_")[2] not in LANGUAGES
            for one in (_scalars(value) if isinstance(value, (dict, list)) else [str(value)])
        ]
    return [one for child in raw for one in _scalars(child["value"])] if is_list(raw) else [str(raw)]


def _uuid(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None
