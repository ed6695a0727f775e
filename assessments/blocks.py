"""Stream blocks of items and quizzes."""

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from taggit.models import Tag
from wagtail import blocks
from wagtail.fields import StreamField
from wagtail.snippets.blocks import SnippetChooserBlock

from assessments.kinds import kinds
from courses.enums import Audience


class ItemBody(blocks.StreamBlock):
    """Exactly one block: the kind of the item."""

    def __init__(self, local_blocks: Any = None, **kwargs: Any) -> None:
        super().__init__([(name, kind.block()) for name, kind in kinds().items()], **kwargs)

    class Meta:
        min_num = 1
        max_num = 1


class ItemBodyField(StreamField):
    """The kinds are found by looking, so migrations do not list them: to the database all of them are the same JSON.

    Otherwise each new kind, and each new label of an old one, would need a migration that does nothing.
    """

    def deconstruct(self) -> Any:
        name, path, _args, kwargs = super().deconstruct()
        return name, path, [[]], {**kwargs, "block_lookup": {}}


def item_tag_choices() -> list[tuple[str, str]]:
    """Names of all tags that some item carries."""
    names = Tag.objects.filter(assessments_itemtag_items__isnull=False).order_by("name").values_list("name", flat=True)
    return [(name, name) for name in names.distinct()]


class TagsBlock(blocks.MultipleChoiceBlock):
    """Names of tags, as they were stored: Wagtail would look each one up among all choices whenever a test is read."""

    def normalize_choice(self, value: Any) -> Any:
        return value


class FixedItemBlock(blocks.StructBlock):
    """One item that every attempt gets."""

    item = SnippetChooserBlock("assessments.Item", label=gettext_lazy("Item"))
    weight = blocks.DecimalBlock(label=gettext_lazy("Points"), default=1, min_value=0, max_value=100)

    def clean(self, value: Any) -> Any:
        cleaned = super().clean(value)
        if not self.is_deferred_validation and cleaned["item"] is not None and not cleaned["item"].live:
            raise blocks.StructBlockValidationError(
                {"item": ValidationError(_("This item is not live. Publish it first, or choose another."))}
            )
        return cleaned

    class Meta:
        icon = "help"
        label = gettext_lazy("Fixed item")


class DrawBlock(blocks.StructBlock):
    """Items drawn at the start of each attempt: unseen ones first, then those the person had least often."""

    count = blocks.IntegerBlock(label=gettext_lazy("How many"), default=8, min_value=1, max_value=100)
    tags = TagsBlock(
        choices=item_tag_choices,
        label=gettext_lazy("With all of these tags"),
        required=False,
        help_text=gettext_lazy("Without a tag, the whole bank is drawn from."),
    )
    audience = blocks.ChoiceBlock(
        choices=Audience.choices,
        default=Audience.BOTH,
        label=gettext_lazy("Items for"),
        help_text=gettext_lazy("A required test draws from the items for both; the other pools stand apart."),
    )
    weight = blocks.DecimalBlock(label=gettext_lazy("Points for each"), default=1, min_value=0, max_value=100)

    class Meta:
        icon = "duplicate"
        label = gettext_lazy("Draw items by tag")


class QuizSlots(blocks.StreamBlock):
    """What a test asks."""

    item = FixedItemBlock()
    draw = DrawBlock()

    class Meta:
        min_num = 1
        max_num = 100
