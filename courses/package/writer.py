"""Writes the site's content as a package, in one canonical form."""

import uuid
import zipfile
from pathlib import Path, PurePosixPath
from typing import Any

from django.db import transaction
from django.utils.text import slugify
from wagtail.documents import get_document_model
from wagtail.images import get_image_model
from wagtail.models import Page

from courses.models import Activity, Package, PackageEntry
from courses.package import markdown, source, values, yaml_io
from courses.package.problems import PackageError, Place, Problem
from courses.package.reader import SCHEMA
from courses.package.schema import (
    PageType,
    default_of_field,
    field_out,
    page_type_of,
    page_types,
    record_types,
    reference_kinds,
)
from courses.package.values import LANGUAGES, is_empty

_AFTER_ALL = 10_000  # place of records that join a file
_ZIP_DATE = (1980, 1, 1, 0, 0, 0)  # equal content, equal bytes


class Names:
    """The package's identifiers by kind and primary key."""

    def __init__(self, package: Package) -> None:
        self.package = package
        self._known: dict[str, dict[str, str]] = {}

    def of(self, kind: str, key: Any) -> str:
        """The identifier, or "?" and the key for what is in no package (an export refuses that)."""
        kind = "file" if kind == "document" else kind
        return self._load(kind).get(str(key), f"?{key}")

    def forget(self) -> None:
        self._known.clear()

    def _load(self, kind: str) -> dict[str, str]:
        if kind not in self._known:
            wanted = "page" if kind == "activity" else kind
            entries = list(PackageEntry.objects.filter(package=self.package, kind=wanted))
            by_key = {entry.key: entry.identifier for entry in entries}
            if kind == "page":
                rows: Any = Page.objects.filter(translation_key__in=by_key).values_list("pk", "translation_key")
            elif kind == "activity":
                rows = Activity.objects.filter(key__in=by_key).values_list("pk", "key")
            elif kind in record_types():
                rows = record_types()[kind].model._default_manager.filter(key__in=by_key).values_list("pk", "key")
            else:
                self._known[kind] = {entry.target: entry.identifier for entry in entries}
                return self._known[kind]
            self._known[kind] = {str(pk): by_key[key] for pk, key in rows}
        return self._known[kind]


@transaction.atomic
def export_package(out: Path, *, identifier: str = "") -> dict[str, bytes]:
    """Write the package to a folder, or to a ZIP when the name says so. Returns the files by name.

    Pages, records, images and files that stand in no package yet join this one. Raises PackageError for what cannot be
    written without a loss, and for an unknown package.
    """
    packages = Package.objects.all()
    package = packages.filter(identifier=identifier).first() if identifier else packages.order_by("pk").first()
    if package is None:
        raise PackageError([Problem(Place(identifier or "package"), "is not known here; import it first")])
    files = _Exporter(package).run()
    if out.suffix.lower() == ".zip":
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, data in sorted(files.items()):
                archive.writestr(zipfile.ZipInfo(name, _ZIP_DATE), data, zipfile.ZIP_DEFLATED)
    else:
        for name, data in files.items():
            (out / name).parent.mkdir(parents=True, exist_ok=True)
            (out / name).write_bytes(data)
    return files


class _Exporter:
    def __init__(self, package: Package) -> None:
        self.package = package
        self.names = Names(package)
        self.kinds = reference_kinds()
        self.files: dict[str, bytes] = {}
        self.problems: list[Problem] = []

    def run(self) -> dict[str, bytes]:
        self._adopt()
        self.names.forget()
        manifest = {
            "schema": SCHEMA,
            "id": self.package.identifier,
            "title": {"de": self.package.title_de, "en": self.package.title_en},
            "languages": list(LANGUAGES),
        }
        self._write(source.MANIFEST, manifest)
        self._assets("image", get_image_model())
        self._assets("file", get_document_model())
        for kind in record_types():
            self._records(kind)
        for entry in self._entries("page"):
            self._page(entry)
        if self.problems:
            raise PackageError(self.problems)
        return self.files

    def _entries(self, kind: str) -> list[PackageEntry]:
        return list(PackageEntry.objects.filter(package=self.package, kind=kind).order_by("file", "position"))

    def _write(self, name: str, value: Any) -> None:
        self.files[name] = yaml_io.dump(value).encode()

    # --- what stands in no package yet ---

    def _adopt(self) -> None:
        known: dict[str, set[Any]] = {kind: set() for kind in ("page", "image", "file", *record_types())}
        for kind, key, target in PackageEntry.objects.values_list("kind", "key", "target"):
            known.setdefault(kind, set()).add(target if kind in {"image", "file"} else key)
        taken = set(self.package.entries.values_list("kind", "identifier"))
        for page_type in page_types().values():
            self._adopt_pages(page_type, known["page"], taken)
        for kind, record_type in record_types().items():
            rows: Any = record_type.model._default_manager.exclude(key__in=known[kind]).order_by("pk")
            for record in rows:
                own = self._free(kind, getattr(record, "slug", "") or getattr(record, "title", ""), taken)
                file = f"{record_type.folder}/added.yaml"
                self._entry(kind, own, record.key, file, position=_AFTER_ALL + record.pk)
        models: dict[str, Any] = {"image": get_image_model(), "file": get_document_model()}
        for kind, model in models.items():
            for asset in model._default_manager.exclude(pk__in=known[kind]).order_by("pk"):
                own = PurePosixPath(asset.file.name).name  # the storage keeps these apart
                key = uuid.uuid5(uuid.NAMESPACE_URL, f"{self.package.identifier}/{kind}s/{own}")
                self._entry(kind, own, key, f"{kind}s/{own}", target=str(asset.pk))

    def _adopt_pages(self, page_type: PageType, known: set[Any], taken: set[tuple[str, str]]) -> None:
        rows = page_type.model.objects.filter(locale__language_code=LANGUAGES[0]).exclude(translation_key__in=known)
        for page in rows.order_by("path"):
            translated = page_type.model.objects.filter(translation_key=page.translation_key).count()
            if translated < len(LANGUAGES):
                continue  # a page in one language only is not ready to travel
            parent = PackageEntry.objects.filter(
                package=self.package, kind="page", key=page.get_parent().translation_key
            ).first()
            if page_type.parent in page_types() and parent is None:
                continue
            own = self._free("page", f"{parent.identifier}-{page.slug}" if parent else page.slug, taken)
            folder = parent.identifier if parent else page_type.name
            self._entry("page", own, page.translation_key, f"pages/{folder}/{own}")

    @staticmethod
    def _free(kind: str, base: str, taken: set[tuple[str, str]]) -> str:
        base = slugify(base).replace("_", "-")[:70].strip("-") or kind
        name, number = base, 2
        while (kind, name) in taken:
            name, number = f"{base}-{number}", number + 1
        taken.add((kind, name))
        return name

    def _entry(self, kind: str, identifier: str, key: Any, file: str, **more: Any) -> None:
        PackageEntry.objects.create(package=self.package, kind=kind, identifier=identifier, key=key, file=file, **more)

    # --- parts ---

    def _assets(self, kind: str, model: Any) -> None:
        for entry in self._entries(kind):
            asset = model._default_manager.filter(pk=entry.target).first()
            if asset is not None:
                with asset.file.open("rb") as stream:
                    self.files[entry.file] = stream.read()

    def _records(self, kind: str) -> None:
        record_type = record_types()[kind]
        rows: Any = record_type.model._default_manager.all()
        by_key = {record.key: record for record in rows}
        lists: dict[str, list[Any]] = {}
        for entry in self._entries(kind):
            if entry.key in by_key:
                place = Place(f"{entry.file} ({entry.identifier})")
                shown = record_type.shown(by_key[entry.key])
                plain = self._safely(place, record_type.out, shown, self._name(place), self.kinds)
                lists.setdefault(entry.file, []).append({"id": entry.identifier, **(plain or {})})
        for name, records in lists.items():
            self._write(name, records)

    def _page(self, entry: PackageEntry) -> None:
        for language in LANGUAGES:
            page = Page.objects.filter(translation_key=entry.key, locale__language_code=language).first()
            if page is None:
                continue
            page_type = page_type_of(page.specific_class or Page)
            if page_type is None:
                continue
            name = f"{entry.file}.{language}.yaml"
            shown: Any = page.specific
            if not page.live and page.latest_revision_id:
                shown = shown.get_latest_revision_as_object()
            plain = self._safely(Place(name), self._page_out, page, shown, page_type, entry, language)
            if plain is not None:
                self._write(name, plain)

    def _page_out(
        self, page: Page, current: Any, page_type: PageType, entry: PackageEntry, language: str
    ) -> dict[str, Any]:
        result: dict[str, Any] = {"id": entry.identifier, "type": page_type.name, "language": language}
        parent = page.get_parent()
        if page_type.parent in page_types():
            result["parent"] = self.names.of("page", parent.pk)
        result |= {
            "position": self._position(page, parent),
            "title": current.title,
            "slug": current.slug,
            "live": page.live,
        }
        for field in page_type.fields:
            value = field_out(current, field, self._name(Place(f"{entry.file}.{language}.yaml")), self.kinds)
            if not (is_empty(value) and is_empty(default_of_field(page_type.model, field))):
                result[field] = value
        return result

    def _position(self, page: Page, parent: Page) -> int:
        mine = {entry.key for entry in self._entries("page")}
        keys = [key for key in parent.get_children().values_list("translation_key", flat=True) if key in mine]
        return keys.index(page.translation_key) + 1

    def _name(self, place: Place) -> values.Name:
        def find(kind: str, key: Any) -> str:
            name = self.names.of(kind, key)
            if name.startswith("?"):
                self.problems.append(Problem(place, f"points to {kind} {key}, which is in no package"))
            return name

        return find

    def _safely(self, place: Place, write: Any, *parts: Any) -> Any:
        try:
            return write(*parts)
        except markdown.LossError as error:
            self.problems.append(Problem(place, str(error)))
            return None
