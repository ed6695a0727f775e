"""What a package may hold. Rooms above register their own pages and records here, in their AppConfig's `ready`."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, ClassVar

import yaml
from django.core.exceptions import ValidationError
from django.db import models
from wagtail.fields import RichTextField, StreamField
from wagtail.models import Page

from courses.models import Activity, ActivityPage
from courses.package.values import (
    INVALID,
    LANGUAGES,
    Name,
    Reader,
    Reference,
    block_out,
    is_empty,
    messages_of,
    prose_out,
)

IDENTIFIER = r"[a-z0-9][a-z0-9-]{0,78}"
SEPARATOR = "__"


@dataclass(frozen=True)
class PageType:
    """A kind of page. `shared` fields must be equal in all languages, `translated` ones are each language's own."""

    name: str
    model: type[ActivityPage]
    parent: str  # name of the page type it stands below, or of an index: "catalogue", "paths"
    shared: tuple[str, ...]
    translated: tuple[str, ...]

    @property
    def fields(self) -> tuple[str, ...]:
        return (*self.shared, *self.translated)


@dataclass(frozen=True)
class RecordField:
    """A key of a record and the attributes it fills: one, or one for each language."""

    key: str
    attributes: Mapping[str, str]  # language -> attribute; "" for a field without languages
    required: bool = False


def plain(key: str, *, required: bool = False) -> RecordField:
    return RecordField(key, {"": key}, required)


def bilingual(key: str, *, required: bool = False, german: str = "", english: str = "") -> RecordField:
    return RecordField(key, {"de": german or f"{key}_de", "en": english or f"{key}_en"}, required)


class RecordType:
    """A kind of record: facts here, items in the room above. They hold both languages and stand in lists."""

    name: ClassVar[str]
    folder: ClassVar[str]  # records stand in `<folder>.yaml` and in `<folder>/*.yaml`
    model: ClassVar[type[models.Model]]
    fields: ClassVar[tuple[RecordField, ...]]

    def keys(self) -> dict[str, bool]:
        """Keys besides `id`, and whether each is required."""
        return {field.key: field.required for field in self.fields}

    def read(self, reader: Reader, node: yaml.Node) -> dict[str, Any]:
        """Attributes, with references unresolved."""
        return self.read_entries(reader, reader.mapping(node, {"id": True, **self.keys()}))

    def read_entries(self, reader: Reader, entries: Mapping[str, yaml.Node]) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for field in self.fields:
            if field.key not in entries:
                for attribute in field.attributes.values():
                    values[attribute] = default_of_field(self.model, attribute)
                continue
            nodes = {"": entries[field.key]} if "" in field.attributes else reader.bilingual(entries[field.key])
            for language, attribute in field.attributes.items():
                if language in nodes:
                    values[attribute] = read_field(reader, nodes[language], self.model, attribute)
        return values

    def new(self, key: Any, identifier: str) -> Any:
        """An unsaved instance."""
        return self.model(key=key)

    def apply(self, instance: Any, values: Mapping[str, Any]) -> None:
        """Set the attributes; references are primary keys now."""
        for attribute, value in values.items():
            set_field(instance, attribute, value)

    def save(self, instance: Any) -> None:
        """Store the instance and its revision."""
        instance.full_clean()
        instance.save()
        instance.save_revision()

    def current(self, instance: Any) -> Any:
        """What an import continues: the newest draft, where there are drafts."""
        return instance

    def shown(self, instance: Any) -> Any:
        """What an export shows: what is live, else the newest draft."""
        return instance

    def out(self, instance: Any, name: Name, kinds: Mapping[type, str]) -> dict[str, Any]:
        """Plain data of the instance; what is empty and may be is left out."""
        result: dict[str, Any] = {}
        for field in self.fields:
            values = {lang: field_out(instance, name_, name, kinds) for lang, name_ in field.attributes.items()}
            if field.required or not all(map(is_empty, values.values())):
                result[field.key] = values.get("", values)
        return result


@dataclass
class _Registry:
    pages: dict[str, PageType]
    records: dict[str, RecordType]


_registry = _Registry({}, {})


def register_page(page_type: PageType) -> None:
    _registry.pages[page_type.name] = page_type


def register_records(record_type: RecordType) -> None:
    _registry.records[record_type.name] = record_type


def page_types() -> dict[str, PageType]:
    return _registry.pages


def page_type_of(model: type) -> PageType | None:
    return next((one for one in _registry.pages.values() if one.model is model), None)


def record_types() -> dict[str, RecordType]:
    return _registry.records


def reference_kinds() -> dict[type, str]:
    """Model to the kind of reference that choosers of it hold."""
    from wagtail.documents import get_document_model  # noqa: PLC0415 - the app registry must be ready
    from wagtail.images import get_image_model  # noqa: PLC0415 - the app registry must be ready

    return {
        get_image_model(): "image",
        get_document_model(): "file",
        Page: "page",
        Activity: "page",
        **{one.model: one.name for one in _registry.records.values()},
    }


# --- fields of models -------------------------------------------------------------------------------------------------


def default_of_field(model: type[models.Model], attribute: str) -> Any:
    """What an absent key means, in the form in which fields are read."""
    field = model._meta.get_field(attribute)
    if isinstance(field, StreamField) or field.many_to_many:
        return []
    if not isinstance(field, models.Field) or isinstance(field, models.ForeignKey):
        return None
    default = field.get_default()
    return default.value if isinstance(default, models.Choices) else default


def read_field(reader: Reader, node: yaml.Node, model: type[models.Model], attribute: str) -> Any:
    """The value of a model field from a node, with references unresolved."""
    field: Any = model._meta.get_field(attribute)
    if isinstance(field, StreamField):
        return reader.block(node, field.stream_block)
    if isinstance(field, RichTextField):
        return reader.prose(node, field.features)
    value = _read_scalar(reader, node, field)
    if value is INVALID or isinstance(field, models.BooleanField):
        return value
    if isinstance(field, models.ForeignKey):
        kind = next((kind for known, kind in reader.kinds.items() if issubclass(field.related_model, known)), "")
        return Reference(kind, value, reader.place(node))
    try:
        return field.clean(value, None)
    except ValidationError as error:
        return reader.wrong(node, " ".join(messages_of(error)))


def _read_scalar(reader: Reader, node: yaml.Node, field: Any) -> Any:
    if isinstance(field, models.BooleanField):
        return reader.boolean(node)
    if isinstance(field, models.IntegerField):
        return reader.integer(node)
    return reader.date(node) if isinstance(field, models.DateField) else reader.text(node)


def set_field(instance: Any, attribute: str, value: Any) -> None:
    field = instance._meta.get_field(attribute)
    if isinstance(field, StreamField):
        setattr(instance, attribute, field.stream_block.to_python(value))
    elif isinstance(field, models.ForeignKey):
        setattr(instance, f"{attribute}_id", value)
    else:
        setattr(instance, attribute, value)


def field_out(instance: Any, attribute: str, name: Name, kinds: Mapping[type, str]) -> Any:
    """Plain data of a model field."""
    field = instance._meta.get_field(attribute)
    if isinstance(field, StreamField):
        return block_out(field.stream_block, stored_stream(instance, attribute), name, kinds)
    if isinstance(field, RichTextField):
        return prose_out(str(getattr(instance, attribute)), name)
    if isinstance(field, models.ForeignKey):
        key = getattr(instance, f"{attribute}_id")
        kind = next((kind for model, kind in kinds.items() if issubclass(field.related_model, model)), "")
        if key is None:
            return None
        return name("activity" if field.related_model is Activity else kind, key)
    value = getattr(instance, attribute)
    if isinstance(value, models.Choices):
        return value.value
    return value if isinstance(value, bool | int | Decimal | date) or value is None else str(value)


def stored_stream(instance: Any, attribute: str) -> Any:
    """The stored form of a stream field, with ids."""
    value = getattr(instance, attribute)
    return value.get_prep_value() if value is not None else []


__all__ = ["LANGUAGES", "PageType", "RecordField", "RecordType", "register_page", "register_records"]
