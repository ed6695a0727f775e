"""Plain data of the package to what Wagtail and Django store, and back, driven by the definitions of blocks and fields.

So a new block or field needs no change here: a struct is a mapping, a list a list, a stream a list of one-key
mappings (without the key where only one type is possible), rich text is Markdown, a chooser holds the package's name of
its target. Two fields that end in `_de` and `_en` are written as one with both languages side by side.
"""

import re
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

import yaml
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from wagtail import blocks
from wagtail.blocks.field_block import ChooserBlock
from wagtail.blocks.list_block import ListBlockValidationError
from wagtail.blocks.stream_block import StreamBlockValidationError
from wagtail.blocks.struct_block import StructBlockValidationError
from wagtail.rich_text import features as rich_text_features

from courses.package import markdown
from courses.package.problems import Place, Problems

LANGUAGES = ("de", "en")
_TAG = "tag:yaml.org,2002:"
_TYPES = {
    "str": "text",
    "int": "a number",
    "float": "a number",
    "bool": "yes or no",
    "null": "nothing",
    "timestamp": "a date",
    "map": "a mapping",
    "seq": "a list",
}


class _Missing:
    """What reading returns for a value that was noted as a problem."""

    def __repr__(self) -> str:
        return "INVALID"


INVALID = _Missing()


@dataclass(frozen=True)
class Reference:
    """Points to something of the package by kind (page, fact, item, image, file) and identifier."""

    kind: str
    identifier: str
    place: Place = field(default=Place(""), compare=False)


@dataclass(frozen=True)
class Prose:
    """Markdown that becomes rich text once its references are known."""

    source: str
    references: tuple[Reference, ...]


# Gives the stored value (a primary key) of a reference.
Resolve = Callable[[Reference], Any]
# Gives the package's identifier: (kind, primary key) -> identifier.
Name = Callable[[str, Any], str]


class Reader:
    """Reads YAML nodes and notes what is wrong with its place."""

    def __init__(self, file: str, problems: Problems, kinds: Mapping[type, str]) -> None:
        self.file = file
        self.problems = problems
        self.kinds = kinds

    def place(self, node: yaml.Node) -> Place:
        return Place(self.file, node.start_mark.line + 1)

    def wrong(self, node: yaml.Node, message: str) -> Any:
        self.problems.add(self.place(node), message)
        return INVALID

    def expect(self, node: yaml.Node, *tags: str) -> bool:
        """Whether the node is of one of these YAML types; noted as a problem when not."""
        found = node.tag.removeprefix(_TAG)
        if found in tags:
            return True
        quote = " (put it in quotes)" if "str" in tags and found in {"int", "float", "bool", "timestamp"} else ""
        self.wrong(node, f"expected {_TYPES[tags[0]]}, found {_TYPES.get(found, found)}{quote}")
        return False

    def mapping(self, node: yaml.Node, allowed: Mapping[str, bool]) -> dict[str, yaml.Node]:
        """The entries of a mapping. `allowed` names the keys and whether each is required."""
        if not isinstance(node, yaml.MappingNode):
            self.expect(node, "map")
            return {}
        entries: dict[str, yaml.Node] = {}
        for key, value in node.value:
            name = str(key.value)
            if name in entries:
                self.wrong(key, f"{name!r} occurs twice")
            elif name not in allowed:
                self.wrong(key, f"unknown key {name!r}; known are: {', '.join(allowed)}")
            else:
                entries[name] = value
        for name, required in allowed.items():
            if required and name not in entries:
                self.wrong(node, f"{name!r} is missing")
        return entries

    def sequence(self, node: yaml.Node) -> list[yaml.Node]:
        return list(node.value) if self.expect(node, "seq") else []

    def text(self, node: yaml.Node) -> Any:
        return node.value if self.expect(node, "str") else INVALID

    def integer(self, node: yaml.Node) -> Any:
        return int(node.value) if self.expect(node, "int") else INVALID

    def decimal(self, node: yaml.Node) -> Any:
        if not self.expect(node, "float", "int"):
            return INVALID
        try:
            return Decimal(node.value)
        except InvalidOperation:
            return self.wrong(node, f"{node.value!r} is no plain decimal number")

    def boolean(self, node: yaml.Node) -> Any:
        return node.value.lower() in {"true", "yes", "on"} if self.expect(node, "bool") else INVALID

    def date(self, node: yaml.Node) -> Any:
        if not self.expect(node, "timestamp") or not re.fullmatch(r"\d{4}-\d{2}-\d{2}", node.value):
            return INVALID if not node.tag.endswith("timestamp") else self.wrong(node, "expected a date without a time")
        return node.value

    def bilingual(self, node: yaml.Node) -> dict[str, yaml.Node]:
        """The nodes by language; a missing language is noted."""
        return self.mapping(node, dict.fromkeys(LANGUAGES, True))

    def prose(self, node: yaml.Node, features: list[str] | None) -> Any:
        """Markdown for a rich text with these features."""
        source = self.text(node)
        if source is INVALID:
            return INVALID
        allowed = rich_text_features.get_default_features() if features is None else features
        first = node.start_mark.line + (2 if getattr(node, "style", None) in {"|", ">"} else 1)
        references = []
        before = len(self.problems.found)
        for finding in markdown.inspect(source, allowed):
            place = Place(self.file, first + finding.line)
            if finding.reference:
                references.append(Reference(*finding.reference, place))
            else:
                self.problems.add(place, finding.message)
        return INVALID if len(self.problems.found) > before else Prose(source, tuple(references))

    # --- blocks ---

    def block(self, node: yaml.Node, block: blocks.Block) -> Any:
        """The block's stored value, without ids, with references unresolved; or INVALID."""
        if isinstance(block, blocks.StructBlock):
            return self.struct(node, block)
        if isinstance(block, blocks.ListBlock):
            return self._list(node, block)
        if isinstance(block, blocks.StreamBlock):
            return self._stream(node, block)
        if isinstance(block, blocks.RichTextBlock):
            return self.prose(node, block.features)
        if isinstance(block, ChooserBlock):
            return self._chooser(node, block)
        return self._field(node, block)

    def _children(self, children: list[Any], node: yaml.Node, block: Any) -> Any:
        minimum, maximum = getattr(block.meta, "min_num", None), getattr(block.meta, "max_num", None)
        if minimum and len(children) < minimum:
            self.wrong(node, f"at least {minimum} needed, found {len(children)}")
        if maximum is not None and len(children) > maximum:
            self.wrong(node, f"at most {maximum} allowed, found {len(children)}")
        return children

    def _list(self, node: yaml.Node, block: blocks.ListBlock) -> Any:
        if not self.expect(node, "seq"):
            return INVALID
        values = [{"type": "item", "value": self.block(child, block.child_block)} for child in node.value]
        return self._children(values, node, block)

    def _stream(self, node: yaml.Node, block: blocks.StreamBlock) -> Any:
        if not self.expect(node, "seq"):
            return INVALID
        if block.required and not node.value:
            return self.wrong(node, "must not be empty")
        single = next(iter(block.child_blocks.items())) if len(block.child_blocks) == 1 else None
        values = []
        for child in node.value:
            if single:
                values.append({"type": single[0], "value": self.block(child, single[1])})
            elif not isinstance(child, yaml.MappingNode) or len(child.value) != 1:
                self.wrong(child, f"expected a mapping with one key, one of: {', '.join(block.child_blocks)}")
            elif (name := str(child.value[0][0].value)) not in block.child_blocks:
                self.wrong(child, f"unknown block {name!r}; known are: {', '.join(block.child_blocks)}")
            else:
                values.append({"type": name, "value": self.block(child.value[0][1], block.child_blocks[name])})
        return self._children(values, node, block)

    def struct(self, node: yaml.Node, block: blocks.StructBlock, extra: Mapping[str, bool] | None = None) -> Any:
        """A struct from a mapping, in which `extra` keys may stand that are not the struct's."""
        before = len(self.problems.found)
        names = list(keys_of(block))
        entries = self.mapping(node, {**(extra or {}), **{key: not optional for key, _fields, optional in names}})
        result: dict[str, Any] = {}
        for key, fields, _optional in names:
            if key not in entries:
                for name in fields.values():
                    result[name] = default_of(block.child_blocks[name])
            elif len(fields) == 1:
                (name,) = fields.values()
                result[name] = self.block(entries[key], block.child_blocks[name])
            else:
                texts = self.bilingual(entries[key])
                for language, name in fields.items():
                    if language in texts:
                        result[name] = self.block(texts[language], block.child_blocks[name])
        if len(self.problems.found) == before and not has_open_choices(block) and not points_elsewhere(result):
            self._clean(node, block, result)
        return result

    def _clean(self, node: yaml.Node, block: blocks.Block, raw: Any) -> None:
        """What the block itself has to say beyond its fields, such as "each row needs a cell for each column"."""
        try:
            block.clean(block.to_python(_with_any_ids(resolve(raw, lambda _reference: None))))
        except ValidationError as error:
            for message in messages_of(error):
                self.wrong(node, message)

    def _chooser(self, node: yaml.Node, block: ChooserBlock) -> Any:
        identifier = self.text(node)
        kind = next((name for model, name in self.kinds.items() if issubclass(block.model_class, model)), None)
        if kind is None:
            return self.wrong(node, "points to something that packages do not carry")
        return INVALID if identifier is INVALID else Reference(kind, identifier, self.place(node))

    def _field(self, node: yaml.Node, block: blocks.Block) -> Any:
        if isinstance(block, blocks.BooleanBlock):
            return self.boolean(node)
        if isinstance(block, blocks.IntegerBlock):
            value = self.integer(node)
        elif isinstance(block, blocks.DecimalBlock | blocks.FloatBlock):
            value = self.decimal(node)
        elif isinstance(block, blocks.DateBlock):
            value = self.date(node)
        elif isinstance(block, blocks.MultipleChoiceBlock):
            values = [self.text(child) for child in self.sequence(node)]
            # Choices such as tags may come into being with this very package, so they are not checked here.
            return INVALID if INVALID in values else values
        else:
            value = self.text(node)
        if value is INVALID:
            return INVALID
        try:
            cleaned = block.clean(block.to_python(str(value) if isinstance(value, Decimal) else value))
        except ValidationError as error:
            return self.wrong(node, " ".join(messages_of(error)))
        prepared = block.get_prep_value(cleaned)
        return str(prepared) if isinstance(prepared, Decimal) else prepared


def messages_of(error: ValidationError) -> Iterator[str]:
    """All sentences of a block's validation error, with the name of the field where there is one."""
    if isinstance(error, StructBlockValidationError):
        for name, child in error.block_errors.items():
            yield from (f"{name}: {message}" for message in messages_of(child))
        yield from map(str, error.non_block_errors)
    elif isinstance(error, ListBlockValidationError | StreamBlockValidationError):
        children = error.block_errors
        for child in children.values() if isinstance(children, dict) else children:
            if child is not None:
                yield from messages_of(child)
        yield from map(str, error.non_block_errors)
    elif hasattr(error, "error_dict"):
        for name, errors in error.message_dict.items():
            yield from (message if name == NON_FIELD_ERRORS else f"{name}: {message}" for message in errors)
    else:
        yield from error.messages


def has_open_choices(block: blocks.Block) -> bool:
    """Whether the block offers choices, such as tags, that may not exist yet while a package is read."""
    if isinstance(block, blocks.ListBlock):
        return has_open_choices(block.child_block)
    if isinstance(block, blocks.BaseStructBlock | blocks.BaseStreamBlock):
        return any(map(has_open_choices, block.child_blocks.values()))
    return isinstance(block, blocks.MultipleChoiceBlock)


def points_elsewhere(raw: Any) -> bool:
    """Whether a value that was read points to something that may not exist yet, such as an image of the package."""
    if isinstance(raw, dict):
        return any(map(points_elsewhere, raw.values()))
    return any(map(points_elsewhere, raw)) if isinstance(raw, list) else isinstance(raw, Reference)


def is_empty(value: Any) -> bool:
    return value is None or value is False or value in ("", [], {})


def default_of(block: blocks.Block) -> Any:
    """The stored form of a block's default, without ids."""
    if isinstance(block, blocks.BooleanBlock):
        return bool(block.get_default())
    value = block.get_prep_value(block.get_default())
    return str(value) if isinstance(value, Decimal) else without_ids(value)


def keys_of(block: blocks.StructBlock) -> Iterator[tuple[str, dict[str, str], bool]]:
    """Key in the package, fields by language ("" for one without), and whether the key may be left out."""
    for name, child in block.child_blocks.items():
        # A chooser builds its form field, and for that its widget, to say so; it keeps the answer in `_required`.
        required = child._required if isinstance(child, ChooserBlock) else child.required
        optional = not required or isinstance(child, blocks.BooleanBlock) or not is_empty(default_of(child))
        if isinstance(child, blocks.ListBlock):
            optional = not child.meta.min_num
        if name.endswith("_de") and f"{name[:-3]}_en" in block.child_blocks:
            yield name[:-3], {"de": name, "en": f"{name[:-3]}_en"}, optional
        elif not (name.endswith("_en") and f"{name[:-3]}_de" in block.child_blocks):
            yield name, {"": name}, optional


# --- references and ids -----------------------------------------------------------------------------------------------


def references(raw: Any) -> Iterator[Reference]:
    """All references in a value that was read."""
    if isinstance(raw, Reference):
        yield raw
    elif isinstance(raw, Prose):
        yield from raw.references
    elif isinstance(raw, dict):
        for value in raw.values():
            yield from references(value)
    elif isinstance(raw, list):
        for value in raw:
            yield from references(value)


_LINK_TYPES = {"page": "page", "file": "document"}


def resolve(raw: Any, lookup: Resolve) -> Any:
    """The value with references replaced by primary keys and Markdown by rich text."""
    if isinstance(raw, Reference):
        return lookup(raw)
    if isinstance(raw, Prose):

        def attributes(kind: str, identifier: str) -> str:
            target = lookup(Reference(kind, identifier, Place("")))
            return f' linktype="{_LINK_TYPES.get(kind, kind)}" id="{target}"'

        return markdown.to_rich_text(raw.source, attributes)
    if isinstance(raw, dict):
        return {key: resolve(value, lookup) for key, value in raw.items()}
    return [resolve(value, lookup) for value in raw] if isinstance(raw, list) else raw


def _is_child(value: Any) -> bool:
    return isinstance(value, dict) and "type" in value and "value" in value


def _with_any_ids(raw: Any) -> Any:
    """Ids that only serve to be recognised as the stored form of a list's child."""
    if _is_child(raw):
        return {"type": raw["type"], "value": _with_any_ids(raw["value"]), "id": str(uuid.uuid4())}
    if isinstance(raw, dict):
        return {key: _with_any_ids(value) for key, value in raw.items()}
    return [_with_any_ids(value) for value in raw] if isinstance(raw, list) else raw


def without_ids(raw: Any) -> Any:
    """A stored value without the ids of its list and stream children."""
    if _is_child(raw):
        return {"type": raw["type"], "value": without_ids(raw["value"])}
    if isinstance(raw, dict):
        return {key: without_ids(value) for key, value in raw.items()}
    return [without_ids(value) for value in raw] if isinstance(raw, list) else raw


# --- out --------------------------------------------------------------------------------------------------------------


def prose_out(rich_text: str, name: Name) -> str:
    """Markdown of rich text. Raises LossError when reading it again would give something else."""

    def address(linktype: str, key: str) -> str:
        kind = next((kind for kind, linked in _LINK_TYPES.items() if linked == linktype), linktype)
        return f"{kind}:{name(kind, key)}"

    text = markdown.to_markdown(rich_text, address)
    again = markdown.to_rich_text(text, lambda kind, identifier: f' linktype="{kind}" id="{identifier}"')
    if markdown.to_markdown(again, lambda kind, identifier: f"{kind}:{identifier}") != text:
        raise markdown.LossError("a text has no stable form in Markdown; simplify its bold and italic parts")
    return text


def block_out(block: blocks.Block, raw: Any, name: Name, kinds: Mapping[type, str]) -> Any:
    """Plain data of a block's stored value."""
    if isinstance(block, blocks.StructBlock):
        return struct_out(block, raw, name, kinds)
    if isinstance(block, blocks.ListBlock):
        values = [child["value"] if _is_child(child) else child for child in raw]
        return [block_out(block.child_block, value, name, kinds) for value in values]
    if isinstance(block, blocks.StreamBlock):
        single = len(block.child_blocks) == 1
        children = [
            (child["type"], block_out(block.child_blocks[child["type"]], child["value"], name, kinds))
            for child in raw
            if child["type"] in block.child_blocks
        ]
        return [value if single else {kind: value} for kind, value in children]
    return _scalar_out(block, raw, name, kinds)


def _scalar_out(block: blocks.Block, raw: Any, name: Name, kinds: Mapping[type, str]) -> Any:
    if isinstance(block, blocks.RichTextBlock):
        return prose_out(str(raw or ""), name)
    if raw is None:
        return None
    if isinstance(block, ChooserBlock):
        kind = next((kind for model, kind in kinds.items() if issubclass(block.model_class, model)), "")
        return name(kind, raw)
    return Decimal(str(raw)) if isinstance(block, blocks.DecimalBlock | blocks.FloatBlock) else raw


def struct_out(
    block: blocks.StructBlock, raw: Mapping[str, Any], name: Name, kinds: Mapping[type, str]
) -> dict[str, Any]:
    """Plain data of a struct; what is empty, and would be when left out, is left out."""
    result: dict[str, Any] = {}
    for key, fields, optional in keys_of(block):
        values, defaults = {}, []
        for language, field_name in fields.items():
            child, stored = block.child_blocks[field_name], raw.get(field_name)
            values[language] = None if stored is None else block_out(child, stored, name, kinds)
            defaults.append(default_of(child))
        if not (optional and all(map(is_empty, values.values())) and all(map(is_empty, defaults))):
            result[key] = values.get("", values)
    return result
