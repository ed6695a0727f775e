"""Reads a package into specifications and checks all that can be checked without the database."""

import re
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any
from xml.etree import ElementTree as ET

import yaml

from courses.package import source, yaml_io
from courses.package.problems import Place, Problem, Problems
from courses.package.schema import (
    IDENTIFIER,
    PageType,
    RecordType,
    default_of_field,
    page_types,
    read_field,
    record_types,
    reference_kinds,
)
from courses.package.values import INVALID, LANGUAGES, Reader, Reference, references

SCHEMA = 1
IMAGE_SUFFIXES = {".svg", ".png", ".jpg", ".jpeg", ".webp"}
_PAGE_FILE = re.compile(r"^(?P<stem>pages/.+)\.(?P<language>[a-z]{2})\.yaml$")
_FRAME = {"id": True, "type": True, "language": True, "position": True, "title": True, "slug": True, "live": True}


@dataclass
class PageSpec:
    """One page in one language."""

    place: Place
    stem: str
    identifier: str
    type: PageType
    language: str
    parent: str
    position: int
    title: str
    slug: str
    live: bool
    values: dict[str, Any]
    places: dict[str, Place]


@dataclass
class RecordSpec:
    place: Place
    identifier: str
    type: RecordType
    position: int
    values: dict[str, Any]


@dataclass
class PackageSpec:
    """A whole package, read and checked."""

    identifier: str = ""
    title: dict[str, str] = field(default_factory=dict)
    languages: tuple[str, ...] = LANGUAGES
    pages: dict[str, dict[str, PageSpec]] = field(default_factory=dict)  # identifier -> language -> page
    records: dict[str, dict[str, RecordSpec]] = field(default_factory=dict)  # kind -> identifier -> record
    images: dict[str, bytes] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)

    @property
    def namespace(self) -> uuid.UUID:
        return uuid.uuid5(uuid.NAMESPACE_URL, f"doppelpass:{self.identifier}")

    def holds(self, kind: str, identifier: str) -> bool:
        if kind == "page":
            return identifier in self.pages
        if kind in {"image", "file"}:
            return identifier in (self.images if kind == "image" else self.files)
        return identifier in self.records.get(kind, {})


def read(files: dict[str, bytes]) -> PackageSpec:
    """The package in these files. Raises PackageError with everything that is wrong with it."""
    problems = Problems()
    package = PackageSpec(records={name: {} for name in record_types()})
    kinds = reference_kinds()
    nodes: dict[str, yaml.Node] = {}
    for name in sorted(files):
        if name.endswith(".yaml") and (node := yaml_io.load(name, files[name], problems)) is not None:
            nodes[name] = node
    if source.MANIFEST in nodes:
        _read_manifest(package, Reader(source.MANIFEST, problems, kinds), nodes[source.MANIFEST])
    for name, data in sorted(files.items()):
        if not name.endswith(".yaml"):
            _read_asset(package, name, data, problems)
        elif name in nodes and name != source.MANIFEST:
            _read_file(package, name, nodes[name], Reader(name, problems, kinds))
    _check_pages(package, problems)
    _check_references(package, problems)
    problems.raise_if_any()
    return package


def _read_manifest(package: PackageSpec, reader: Reader, node: yaml.Node) -> None:
    entries = reader.mapping(node, {"schema": True, "id": True, "title": True, "languages": True})
    if "schema" in entries and reader.integer(entries["schema"]) not in {SCHEMA, INVALID}:
        reader.wrong(entries["schema"], f"this version reads packages of schema {SCHEMA}")
    if "id" in entries:
        package.identifier = _identifier(reader, entries["id"]) or ""
    if "title" in entries:
        package.title = {language: reader.text(text) for language, text in reader.bilingual(entries["title"]).items()}
    if "languages" in entries:
        found = tuple(reader.text(child) for child in reader.sequence(entries["languages"]))
        if found != LANGUAGES:
            reader.wrong(entries["languages"], f"must be {', '.join(LANGUAGES)}, in this order")


def _identifier(reader: Reader, node: yaml.Node) -> str | None:
    text = reader.text(node)
    if text is INVALID:
        return None
    if not re.fullmatch(IDENTIFIER, text):
        reader.wrong(node, f"{text!r} is no identifier: small letters, digits and hyphens, at most 79")
        return None
    return str(text)


# --- images and files -------------------------------------------------------------------------------------------------


def _read_asset(package: PackageSpec, name: str, data: bytes, problems: Problems) -> None:
    path = PurePosixPath(name)
    if len(path.parts) == 2 and path.parts[0] == "images" and path.suffix in IMAGE_SUFFIXES:
        if path.suffix == ".svg":
            problems.found += svg_problems(name, data)
        package.images[path.name] = data
    elif len(path.parts) == 2 and path.parts[0] == "files":
        package.files[path.name] = data
    else:
        problems.add(Place(name), "is not part of a package; see docs/package-format.md")


def svg_problems(name: str, data: bytes) -> list[Problem]:
    """What makes an SVG dangerous or unusable: scripts, references to elsewhere, no size."""
    place = Place(name)
    if b"<!DOCTYPE" in data.upper() or b"<!ENTITY" in data.upper():
        return [Problem(place, "must not have a DOCTYPE or entities")]
    try:
        root = ET.fromstring(data)  # noqa: S314 - no DOCTYPE, so no entities
    except ET.ParseError as error:
        return [Problem(Place(name, error.position[0]), "is not valid XML")]
    found = [] if all(root.get(key) for key in ("width", "height", "viewBox")) else ["needs width, height and viewBox"]
    for element in root.iter():
        tag = str(element.tag).rpartition("}")[2].lower()
        if tag in {"script", "foreignobject", "style", "animate", "set"}:
            found.append(f"must not hold <{tag}>")
        for attribute, value in element.attrib.items():
            short = attribute.rpartition("}")[2].lower()
            if short.startswith("on") or (short == "href" and not value.startswith("#")):
                found.append(f"must not hold the attribute {short!r}")
            if "url(" in value and "url(#" not in value:
                found.append("must not refer to other files")
    return [Problem(place, message) for message in found]


# --- pages and records ------------------------------------------------------------------------------------------------


def _read_file(package: PackageSpec, name: str, node: yaml.Node, reader: Reader) -> None:
    match = _PAGE_FILE.match(name)
    if match:
        _read_page(package, node, reader, match["stem"], match["language"])
        return
    path = PurePosixPath(name)
    folder = path.parts[0] if len(path.parts) == 2 else path.stem if len(path.parts) == 1 else ""
    record_type = next((one for one in record_types().values() if one.folder == folder), None)
    if record_type is None:
        reader.wrong(node, "is not part of a package: pages are named pages/….de.yaml; see docs/package-format.md")
        return
    for position, child in enumerate(reader.sequence(node)):
        _read_record(package, record_type, child, reader, position)


def _read_record(package: PackageSpec, record_type: RecordType, node: yaml.Node, reader: Reader, position: int) -> None:
    values = record_type.read(reader, node)
    entries = {str(key.value): value for key, value in node.value} if isinstance(node, yaml.MappingNode) else {}
    identifier = _identifier(reader, entries["id"]) if "id" in entries else None
    if identifier is None:
        return
    known = package.records[record_type.name]
    if identifier in known:
        reader.wrong(entries["id"], f"{record_type.name} {identifier!r} stands already in {known[identifier].place}")
        return
    known[identifier] = RecordSpec(reader.place(entries["id"]), identifier, record_type, position, values)


def _frame(reader: Reader, entries: dict[str, yaml.Node]) -> dict[str, Any]:
    """The keys that every page has, as far as they are right."""
    frame: dict[str, Any] = {}
    for name in ("title", "slug", "language", "parent"):
        if name in entries:
            frame[name] = reader.text(entries[name])
    if "live" in entries:
        frame["live"] = reader.boolean(entries["live"])
    if "position" in entries:
        frame["position"] = reader.integer(entries["position"])
    if "slug" in entries and not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", str(frame["slug"])):
        frame["slug"] = reader.wrong(entries["slug"], "a slug is made of small letters, digits and hyphens")
    if "title" in entries and not str(frame["title"]).strip():
        frame["title"] = reader.wrong(entries["title"], "the title is empty")
    return frame


def _read_page(package: PackageSpec, node: yaml.Node, reader: Reader, stem: str, language: str) -> None:
    types = page_types()
    if not isinstance(node, yaml.MappingNode):
        reader.expect(node, "map")
        return
    raw = {str(key.value): value for key, value in node.value}
    page_type = types.get(str(raw["type"].value)) if "type" in raw else None
    if page_type is None:
        reader.wrong(raw.get("type", node), f"'type' must be one of: {', '.join(types)}")
        return
    allowed = {**_FRAME, **({"parent": True} if page_type.parent in types else {})}
    for name in page_type.fields:
        model_field: Any = page_type.model._meta.get_field(name)
        allowed[name] = not model_field.blank and not model_field.has_default()
    entries = reader.mapping(node, allowed)
    frame = _frame(reader, entries)
    values, places = {}, {}
    for name in page_type.fields:
        places[name] = reader.place(entries.get(name, node))
        values[name] = (
            read_field(reader, entries[name], page_type.model, name)
            if name in entries
            else default_of_field(page_type.model, name)
        )
    if frame.get("language") not in {language, INVALID, None}:
        reader.wrong(entries["language"], f"the file's name says {language!r}")
    identifier = _identifier(reader, entries["id"]) if "id" in entries else None
    if identifier is None or INVALID in frame.values() or not _FRAME.keys() - {"id", "type"} <= frame.keys():
        return
    versions = package.pages.setdefault(identifier, {})
    if language in versions:
        reader.wrong(entries["id"], f"page {identifier!r} stands already in {versions[language].place}")
        return
    versions[language] = PageSpec(
        place=reader.place(entries["id"]), stem=stem, identifier=identifier, type=page_type, language=language,
        parent=str(frame.get("parent", "")), position=frame["position"], title=frame["title"], slug=frame["slug"],
        live=frame["live"], values=values, places=places,
    )  # fmt: skip


# --- across files -----------------------------------------------------------------------------------------------------


def _check_pages(package: PackageSpec, problems: Problems) -> None:
    slugs: dict[tuple[str, str, str], Place] = {}
    for identifier, versions in package.pages.items():
        present = next(iter(versions.values()))
        for language in package.languages:
            if language not in versions:
                wanted = f"{present.stem}.{language}.yaml"
                problems.add(present.place, f"page {identifier!r} is missing in {language!r}: {wanted}")
        first = versions.get(package.languages[0], present)
        for page in versions.values():
            _check_version(package, page, first, problems)
            place = slugs.setdefault((page.language, page.parent or page.type.parent, page.slug), page.place)
            if place is not page.place:
                problems.add(page.place, f"the slug {page.slug!r} is taken by {place}")


def _check_version(package: PackageSpec, page: PageSpec, first: PageSpec, problems: Problems) -> None:
    """One language against the tree and against the first language."""
    if page.type.parent in page_types():
        parents = package.pages.get(page.parent, {})
        if not any(parent.type.name == page.type.parent for parent in parents.values()):
            problems.add(page.place, f"the parent {page.parent!r} is no {page.type.parent} of this package")
    if page is first:
        return
    if page.type is not first.type:
        problems.add(page.place, f"is a {page.type.name} here and a {first.type.name} in {first.place}")
        return
    for name in ("parent", "position", "live"):
        if getattr(page, name) != getattr(first, name):
            problems.add(page.place, f"{name!r} differs from {first.place}")
    _compare_fields(page, first, problems)


def _compare_fields(page: PageSpec, first: PageSpec, problems: Problems) -> None:
    """What is shared must be equal, and translated streams must have the same blocks."""
    for name in page.type.shared:
        if INVALID not in (page.values[name], first.values[name]) and page.values[name] != first.values[name]:
            problems.add(page.places[name], f"{name!r} differs from {first.places[name]}; it holds for all languages")
    for name in page.type.translated:
        mine, theirs = (_shape(one.values[name]) for one in (page, first))
        if mine != theirs:
            problems.add(page.places[name], f"{name!r} has other blocks than {first.places[name]}")


def _shape(value: Any) -> list[str]:
    """The types of a stream's blocks; empty for other fields."""
    return [child["type"] for child in value if isinstance(child, dict)] if isinstance(value, list) else []


def _check_references(package: PackageSpec, problems: Problems) -> None:
    for reference in all_references(package):
        if not package.holds(reference.kind, reference.identifier):
            problems.add(reference.place, f"there is no {reference.kind} {reference.identifier!r} in this package")


def all_references(package: PackageSpec) -> Iterable[Reference]:
    for versions in package.pages.values():
        for page in versions.values():
            yield from references(page.values)
    for records in package.records.values():
        for record in records.values():
            yield from references(record.values)
