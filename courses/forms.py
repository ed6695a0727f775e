"""The editor's form of pages: one validation at a time, and a sentence for each thing that is missing."""

from collections.abc import Iterator
from threading import RLock
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from wagtail import blocks
from wagtail.admin.forms import WagtailAdminPageForm
from wagtail.admin.forms.models import register_form_field_override
from wagtail.blocks import BlockField
from wagtail.fields import StreamField

_validating = RLock()


class BlockFieldOneAtATime(BlockField):
    """A stream's form field that validates alone in its process.

    Saving a draft makes Wagtail switch "required" off on the blocks themselves, which all threads share, and on again
    afterwards. The editor saves drafts while one types: without the lock, a submission that another thread validates in
    that moment passes with an empty required block, and the reviewer cannot approve it.
    """

    def clean(self, value: Any) -> Any:
        with _validating:
            return super().clean(value)


register_form_field_override(StreamField, override={"form_class": BlockFieldOneAtATime})


class ActivityPageForm(WagtailAdminPageForm):
    """Says what is missing, block by block, when a page is submitted for moderation or published unfinished."""

    def clean(self) -> Any:
        cleaned = super().clean()
        streams = [name for name in self.errors if isinstance(self.fields.get(name), BlockField)]
        for name in streams:
            for error in self.errors.as_data()[name]:
                # The list above the editor shows the message; the marks beside the blocks come from `block_errors`.
                error.message = "; ".join(what_is_missing(self.fields[name].block, self[name].data, error))
        if streams:
            self.add_error(None, _("This is not complete yet. You can save it as a draft and go on later."))
        return cleaned


def what_is_missing(block: blocks.Block, value: Any, error: ValidationError) -> Iterator[str]:
    """One phrase for each error below this block: where, and what. Counts blocks from 1, as people do."""
    for message in getattr(error, "non_block_errors", None) or ():
        yield str(message)
    inner = getattr(error, "block_errors", None)
    if inner is None:
        yield " ".join(error.messages)
        return
    for place, each in inner.items():
        where, child, content = _at(block, value, place)
        for found in what_is_missing(child, content, each):
            yield f"{where} – {found}"


def _at(block: blocks.Block, value: Any, place: int | str) -> tuple[str, blocks.Block, Any]:
    """Name, block and value of one place in a stream, a list or a struct."""
    if isinstance(block, blocks.ListBlock):
        return _("Entry %(number)d") % {"number": int(place) + 1}, block.child_block, value[place]
    if isinstance(block, blocks.StreamBlock):
        child = value[place]
        name = _("Block %(number)d (%(kind)s)") % {"number": int(place) + 1, "kind": child.block.label}
        return name, child.block, child.value
    child_block = block.child_blocks[place]
    return capfirst(child_block.label), child_block, value.get(place)
