"""What the editor would refuse even in a draft: texts and lists that are longer than its fields take."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _
from wagtail import blocks

from assessments.exchange.raw import is_list


def faults(block: blocks.Block, value: Any, label: str = "") -> Iterator[str]:
    """Sentences about what of a stored value does not fit into its block."""
    if isinstance(block, blocks.StructBlock) and isinstance(value, Mapping):
        for name, child in block.child_blocks.items():
            if value.get(name) not in (None, ""):
                yield from faults(child, value[name], str(child.label or name))
    elif isinstance(block, blocks.ListBlock | blocks.StreamBlock) and is_list(value):
        yield from _too_many(block, value, label)
        for number, child in enumerate(value, 1):
            sort = block.child_block if isinstance(block, blocks.ListBlock) else block.child_blocks.get(child["type"])
            if sort is not None:
                yield from faults(sort, child["value"], f"{label} {number}")
    elif isinstance(block, blocks.FieldBlock):
        yield from _too_long(block, value, label)


def _too_many(block: blocks.Block, value: list[Any], label: str) -> Iterator[str]:
    most = block.meta.max_num
    if most is not None and len(value) > most:
        yield _("%(label)s: %(count)d entries, at most %(most)d fit.") % {
            "label": label,
            "count": len(value),
            "most": most,
        }


def _too_long(block: blocks.FieldBlock, value: Any, label: str) -> Iterator[str]:
    most = getattr(block.field, "max_length", None)
    if most is not None and len(str(value)) > most:
        yield _("%(label)s: %(count)d characters, at most %(most)d fit.") % {
            "label": label,
            "count": len(str(value)),
            "most": most,
        }
