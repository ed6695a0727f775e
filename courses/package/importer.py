"""Writes a package into the site, in one transaction: all of it or nothing."""

import hashlib
import json
import uuid
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.db import models, transaction
from wagtail.documents import get_document_model
from wagtail.images import get_image_model
from wagtail.images.models import AbstractImage
from wagtail.models import Locale, Page

from courses.models import Activity, Package, PackageEntry
from courses.package.ids import with_ids
from courses.package.problems import PackageError, Place, Problem, Problems
from courses.package.reader import PackageSpec, PageSpec, RecordSpec, read
from courses.package.schema import field_out, page_types, reference_kinds, set_field, stored_stream
from courses.package.site import ensure_site, index_page
from courses.package.source import read_package
from courses.package.values import LANGUAGES, Reference, messages_of, references, resolve
from courses.package.writer import Names

CREATED, CHANGED, UNCHANGED = "created", "changed", "unchanged"


@dataclass
class Report:
    """How many parts of which kind were created, changed and left alone."""

    package: str
    counts: Counter[tuple[str, str]] = field(default_factory=Counter)

    def note(self, kind: str, outcome: str) -> None:
        self.counts[kind, outcome] += 1

    def total(self, outcome: str) -> int:
        return sum(number for (_kind, what), number in self.counts.items() if what == outcome)

    def lines(self) -> list[str]:
        kinds = sorted({kind for kind, _outcome in self.counts})
        return [
            f"{kind}: " + ", ".join(f"{self.counts[kind, what]} {what}" for what in (CREATED, CHANGED, UNCHANGED))
            for kind in kinds
        ]


def import_package(path: Path, *, dry_run: bool = False, overwrite: bool = False) -> Report:
    """Import the package in a folder or ZIP.

    What the package has not changed since its last import is left alone, so that work done in the CMS stays; with
    `overwrite` the package wins everywhere. Raises PackageError with all problems, and nothing is imported then.
    """
    spec = read(read_package(path))
    importer = _Importer(spec, overwrite=overwrite)
    with transaction.atomic():
        importer.run()
        importer.problems.raise_if_any()
        transaction.set_rollback(dry_run)
    return importer.report


def _digest(value: Any) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True, default=str).encode()).hexdigest()


class _Importer:
    def __init__(self, spec: PackageSpec, *, overwrite: bool) -> None:
        self.spec = spec
        self.overwrite = overwrite
        self.problems = Problems()
        self.report = Report(spec.identifier)
        self.entries: dict[tuple[str, str], PackageEntry] = {}
        self.targets: dict[tuple[str, str, str], Any] = {}  # kind, identifier, language -> primary key
        self.fresh: set[tuple[str, str]] = set()  # what this run created: whoever points to it is written again
        self.pages: dict[tuple[str, str], Page] = {}
        self.was_new: set[int] = set()

    def run(self) -> None:
        ensure_site()
        self._load_entries()
        self._assets("image", self.spec.images, get_image_model())
        self._assets("file", self.spec.files, get_document_model())
        for identifier in self._parents_first():
            self._place_page(identifier)
        for kind, records in self.spec.records.items():
            for record in records.values():
                self._record(kind, record)
        for identifier in self._parents_first():
            self._fill_page(identifier)
        self._order_pages()

    # --- entries ---

    def _load_entries(self) -> None:
        package, _created = Package.objects.get_or_create(identifier=self.spec.identifier)
        Package.objects.filter(pk=package.pk).update(title_de=self.spec.title["de"], title_en=self.spec.title["en"])
        self.package = package
        self.entries = {(entry.kind, entry.identifier): entry for entry in package.entries.all()}

    def _key(self, kind: str, identifier: str) -> uuid.UUID:
        """The stable key: as it was given before, else derived from the package and the identifier."""
        if entry := self.entries.get((kind, identifier)):
            return entry.key
        return uuid.uuid5(self.spec.namespace, identifier if kind == "page" else f"{kind}:{identifier}")

    def _remember(
        self, kind: str, identifier: str, file: str, *, position: int = 0, digest: str = "", target: str = ""
    ) -> None:
        values = {"file": file, "position": position, "digest": digest, "target": target}
        entry = self.entries.get((kind, identifier))
        if entry is None:
            key = self._key(kind, identifier)
            entry = PackageEntry.objects.create(
                package=self.package, kind=kind, identifier=identifier, key=key, **values
            )
            self.entries[kind, identifier] = entry
        elif any(getattr(entry, name) != value for name, value in values.items()):
            for name, value in values.items():
                setattr(entry, name, value)
            entry.save(update_fields=list(values))

    def _lookup(self, language: str) -> Any:
        def find(reference: Reference) -> Any:
            return self.targets[reference.kind, reference.identifier, language if reference.kind == "page" else ""]

        return find

    def _is_settled(self, kind: str, identifier: str, digest: str, value: Any) -> bool:
        """Whether this part of the package is as it was at the last import, and so is all it points to."""
        entry = self.entries.get((kind, identifier))
        if self.overwrite or entry is None or entry.digest != digest:
            return False
        return not any((each.kind, each.identifier) in self.fresh for each in references(value))

    # --- images and files ---

    def _assets(self, kind: str, assets: dict[str, bytes], model: type[models.Model]) -> None:
        for name, data in assets.items():
            entry = self.entries.get((kind, name))
            found: Any = model._default_manager.filter(pk=entry.target).first() if entry and entry.target else None
            digest = hashlib.sha256(data).hexdigest()
            if found is None:
                found = model(title=Path(name).stem)
                outcome = CREATED
                self.fresh.add((kind, name))
            else:
                outcome = UNCHANGED if entry and entry.digest == digest else CHANGED
            if outcome != UNCHANGED:
                self._store(found, name, data)
            self.targets[kind, name, ""] = found.pk
            self._remember(kind, name, f"{kind}s/{name}", digest=digest, target=str(found.pk))
            self.report.note(kind, outcome)

    def _store(self, asset: Any, name: str, data: bytes) -> None:
        """A new file each time: the old one may still be shown while this transaction can fail."""
        asset.file = ContentFile(data, name=name)
        # Wagtail's forms call these; they set size and checksum of the file.
        (asset._set_image_file_metadata if isinstance(asset, AbstractImage) else asset._set_document_file_metadata)()
        try:
            asset.full_clean()
        except ValidationError as error:
            self._refuse(Place(f"{asset._meta.model_name}s/{name}"), error)
            return
        asset.save()
        if hasattr(asset, "renditions"):
            asset.renditions.all().delete()

    def _refuse(self, place: Place, error: ValidationError) -> None:
        for message in messages_of(error):
            self.problems.add(place, message)

    # --- records ---

    def _record(self, kind: str, record: RecordSpec) -> None:
        record_type = record.type
        digest = _digest(record.values)
        key = self._key(kind, record.identifier)
        found: Any = record_type.model._default_manager.filter(key=key).first()
        if found is not None and self._is_settled(kind, record.identifier, digest, record.values):
            outcome = UNCHANGED
        else:
            outcome, found = self._write_record(record, key, found)
        if found is None:
            return
        self.targets[kind, record.identifier, ""] = found.pk
        self._remember(kind, record.identifier, record.place.file, position=record.position, digest=digest)
        self.report.note(kind, outcome)

    def _write_record(self, record: RecordSpec, key: uuid.UUID, found: Any) -> tuple[str, Any]:
        record_type, names, kinds = record.type, Names(self.package), reference_kinds()
        lookup = self._record_lookup()
        values = resolve(record.values, lookup)
        outcome = CHANGED if found is not None else CREATED
        instance = record_type.current(found) if found is not None else record_type.new(key, record.identifier)
        before = record_type.out(instance, names.of, kinds) if found is not None else None
        seed = uuid.uuid5(key, "blocks")
        for attribute, value in values.items():
            if isinstance(value, list) and value and isinstance(value[0], dict):
                old = stored_stream(instance, attribute) if found is not None else None
                values[attribute] = with_ids(value, seed=seed, old=old, path=attribute)
        try:
            with transaction.atomic():
                record_type.apply(instance, values)
                if before is not None and record_type.out(instance, names.of, kinds) == before:
                    return UNCHANGED, found
                record_type.save(instance)
        except ValidationError as error:
            self._refuse(record.place, error)
            return outcome, found
        if outcome == CREATED:
            self.fresh.add((record_type.name, record.identifier))
        return outcome, instance

    def _record_lookup(self) -> Any:
        """Records point to activities, not to pages: a lesson in any language."""

        def find(reference: Reference) -> Any:
            if reference.kind == "page":
                return Activity.objects.get(key=self._key("page", reference.identifier)).pk
            return self.targets[reference.kind, reference.identifier, ""]

        return find

    # --- pages ---

    def _parents_first(self) -> list[str]:
        order = list(page_types())

        def rank(identifier: str) -> tuple[int, str, int]:
            page = self.spec.pages[identifier][LANGUAGES[0]]
            depth = 1 if page.type.parent in page_types() else 0
            return depth, page.parent or order[0], page.position

        return sorted(self.spec.pages, key=rank)

    def _parent(self, page: PageSpec) -> Page:
        if page.type.parent in page_types():
            return Page.objects.get(pk=self.targets["page", page.parent, page.language])
        return Page.objects.get(pk=index_page(page.type.parent, page.language).pk)

    def _place_page(self, identifier: str) -> None:
        """Find the page in each language, or make a draft of it, so that everything can point to it."""
        key = self._key("page", identifier)
        for language, page in self.spec.pages[identifier].items():
            parent = self._parent(page)
            found = page.type.model.objects.filter(translation_key=key, locale__language_code=language).first()
            if found is None:
                try:
                    with transaction.atomic():
                        found = parent.add_child(instance=self._draft(page, key))
                except ValidationError as error:
                    self._refuse(page.place, error)
                    raise PackageError(self.problems.found) from error
                self.was_new.add(found.pk)
                self.fresh.add(("page", identifier))
            elif found.get_parent().pk != parent.pk:
                found.move(parent, pos="last-child")
                found = page.type.model.objects.get(pk=found.pk)
            self.targets["page", identifier, language] = found.pk
            self.pages[identifier, language] = found

    def _draft(self, page: PageSpec, key: uuid.UUID) -> Page:
        draft = page.type.model(title=page.title, slug=page.slug, live=False)
        draft.locale = Locale.objects.get(language_code=page.language)
        draft.translation_key = key
        return draft

    def _fill_page(self, identifier: str) -> None:
        versions = self.spec.pages[identifier]
        digest = _digest(
            {language: [page.title, page.slug, page.live, page.values] for language, page in versions.items()}
        )
        value = [page.values for page in versions.values()]
        settled = self._is_settled("page", identifier, digest, value)
        first: Page | None = None
        for language in LANGUAGES:
            page = versions[language]
            if settled and self.pages[identifier, language].pk not in self.was_new:
                self.report.note(page.type.name, UNCHANGED)
                continue
            try:
                with transaction.atomic():
                    outcome, first = self._write_page(page, first)
            except ValidationError as error:
                self._refuse(page.place, error)
            else:
                self.report.note(page.type.name, outcome)
        self._remember("page", identifier, versions[LANGUAGES[0]].stem, digest=digest)

    def _write_page(self, page: PageSpec, first: Page | None) -> tuple[str, Page]:
        """Bring one language up to date. `first` is the first language's page, whose block ids the others share."""
        names, kinds = Names(self.package), reference_kinds()
        stored = page.type.model.objects.get(pk=self.pages[page.identifier, page.language].pk)
        is_new = stored.pk in self.was_new
        candidate: Any = stored.get_latest_revision_as_object() if stored.latest_revision_id else stored
        before = None if is_new else self._state(candidate, page, names, kinds)
        values = resolve(page.values, self._lookup(page.language))
        seed = uuid.uuid5(stored.translation_key, "blocks")
        for name, value in values.items():
            if isinstance(value, list):
                old = stored_stream(first if first is not None else candidate, name)
                ready = with_ids(value, seed=seed, old=old, by_position=first is not None, path=name)
                set_field(candidate, name, ready)
            else:
                set_field(candidate, name, value)
        candidate.title = candidate.draft_title = page.title
        candidate.slug = page.slug
        if before != self._state(candidate, page, names, kinds):
            candidate.minimal_clean() if not page.live else candidate.full_clean()
            revision = candidate.save_revision(clean=False, changed=True)
            if page.live:
                revision.publish()
            outcome = CREATED if is_new else CHANGED
        elif page.live and (not stored.live or stored.has_unpublished_changes):
            stored.latest_revision.publish()
            outcome = CHANGED
        else:
            outcome = UNCHANGED
        if not page.live and stored.live:
            page.type.model.objects.get(pk=stored.pk).unpublish()
            outcome = CHANGED
        return outcome, candidate if first is None else first

    @staticmethod
    def _state(instance: Any, page: PageSpec, names: Names, kinds: dict[type, str]) -> dict[str, Any]:
        fields = {name: field_out(instance, name, names.of, kinds) for name in page.type.fields}
        return {"title": instance.title, "slug": instance.slug, **fields}

    def _order_pages(self) -> None:
        """Sort siblings of the package by their position; other pages follow."""
        groups: dict[int, list[tuple[int, int]]] = {}
        for (identifier, language), page in self.pages.items():
            spec = self.spec.pages[identifier][language]
            groups.setdefault(self._parent(spec).pk, []).append((spec.position, page.pk))
        for parent_pk, members in groups.items():
            wanted = [pk for _position, pk in sorted(members)]
            have = list(Page.objects.get(pk=parent_pk).get_children().values_list("pk", flat=True))
            others = [pk for pk in have if pk not in wanted]
            if have == [*wanted, *others]:
                continue
            previous: int | None = None
            for pk in [*wanted, *others]:
                page = Page.objects.get(pk=pk)
                if previous is None:
                    page.move(Page.objects.get(pk=parent_pk), pos="first-child")
                else:
                    page.move(Page.objects.get(pk=previous), pos="right")
                previous = pk


__all__ = ["PackageError", "Problem", "Report", "import_package"]
