"""YAML in: nodes with lines. YAML out: one canonical form, so that equal content is equal bytes."""

from datetime import date
from decimal import Decimal
from typing import Any

import yaml

from courses.package.problems import Place, Problems

MAX_DEPTH = 24
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # libyaml where PyYAML was built with it


def _line(event: yaml.Event) -> int:
    return event.start_mark.line + 1 if event.start_mark else 0


def load(name: str, data: bytes, problems: Problems) -> yaml.Node | None:
    """The root node of a YAML file, or None after noting why it cannot be read.

    Anchors and aliases are refused: with them a small file grows without limit. Nothing is constructed but text.
    """
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        problems.add(Place(name), "is not UTF-8")
        return None
    try:
        depth = 0
        for event in yaml.parse(text, Loader=_Loader):
            if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
                problems.add(Place(name, _line(event)), "anchors and aliases are not allowed")
                return None
            if isinstance(event, yaml.CollectionStartEvent):
                depth += 1
            elif isinstance(event, yaml.CollectionEndEvent):
                depth -= 1
            if depth > MAX_DEPTH:
                problems.add(Place(name, _line(event)), "is nested too deeply")
                return None
        node = yaml.compose(text, Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 0
        problems.add(Place(name, line), f"is not valid YAML: {error.problem or error.context}")
        return None
    except yaml.YAMLError as error:
        problems.add(Place(name), f"is not valid YAML: {error}")
        return None
    if node is None:
        problems.add(Place(name), "is empty")
    return node


class _Dumper(yaml.SafeDumper):
    """Text in literal blocks where it has lines, plain where it can be, and never folded."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _text(dumper: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style="|" if "\n" in value else None)


def _decimal(dumper: yaml.SafeDumper, value: Decimal) -> yaml.ScalarNode:
    text = format(value.normalize(), "f")
    return dumper.represent_scalar("tag:yaml.org,2002:float" if "." in text else "tag:yaml.org,2002:int", text)


def _date(dumper: yaml.SafeDumper, value: date) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:timestamp", value.isoformat())


_Dumper.add_representer(str, _text)
_Dumper.add_representer(Decimal, _decimal)
_Dumper.add_representer(date, _date)


def dump(value: Any) -> str:
    """Canonical YAML of plain data (mappings, lists, text, numbers, dates); keys stay in their order."""
    return yaml.dump(value, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=1_000_000)
