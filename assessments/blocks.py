"""Stream blocks of items and quizzes."""

from collections.abc import Callable, Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from taggit.models import Tag
from wagtail import blocks
from wagtail.fields import StreamField
from wagtail.snippets.blocks import SnippetChooserBlock

from assessments.enums import Difficulty
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


ANY_DIFFICULTY = [("", gettext_lazy("Any")), *Difficulty.choices]


def _count(default: int) -> blocks.IntegerBlock:
    return blocks.IntegerBlock(label=gettext_lazy("How many"), default=default, min_value=1, max_value=100)


def _objective() -> blocks.PageChooserBlock:
    return blocks.PageChooserBlock(
        page_type="courses.LessonPage",
        required=False,
        label=gettext_lazy("Objective of the lesson"),
        help_text=gettext_lazy("Items that name this lesson as the one that teaches it."),
    )


def _difficulty() -> blocks.ChoiceBlock:
    return blocks.ChoiceBlock(choices=ANY_DIFFICULTY, required=False, label=gettext_lazy("Difficulty"))


def _audience() -> blocks.ChoiceBlock:
    return blocks.ChoiceBlock(
        choices=Audience.choices,
        default=Audience.BOTH,
        label=gettext_lazy("Items for"),
        help_text=gettext_lazy("A required test draws from the items for both; the other pools stand apart."),
    )


def _weight() -> blocks.DecimalBlock:
    return blocks.DecimalBlock(label=gettext_lazy("Points for each"), default=1, min_value=0, max_value=100)


class DrawBlock(blocks.StructBlock):
    """Items drawn at the start of each attempt: unseen ones first, then those the person had least often."""

    count = _count(8)
    tags = TagsBlock(
        choices=item_tag_choices,
        label=gettext_lazy("With all of these tags"),
        required=False,
        help_text=gettext_lazy("Without a tag, the whole bank is drawn from."),
    )
    difficulty = _difficulty()
    objective = _objective()
    audience = _audience()
    weight = _weight()

    class Meta:
        icon = "copy"
        label = gettext_lazy("Draw items by tag")


class SuggestInput(forms.TextInput):
    """A text field that offers what is there already. What is typed stands: a test may come before its items.

    Suggestions are pairs: what the field then holds, and what it is called in the reader's language.
    """

    def __init__(self, suggestions: Callable[[], Iterable[tuple[str, str]]]) -> None:
        super().__init__()
        self.suggestions = suggestions

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        list_id = f"{(attrs or {}).get('id') or name}-list"
        field = super().render(name, value, {**(attrs or {}), "list": list_id, "autocomplete": "off"}, renderer)
        options = format_html_join("", '<option value="{}">{}</option>', self.suggestions())
        return format_html('<div>{}<datalist id="{}">{}</datalist></div>', field, list_id, options)


class SuggestBlock(blocks.CharBlock):
    def __init__(self, suggestions: Callable[[], Iterable[tuple[str, str]]] = tuple, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.field.widget = SuggestInput(suggestions)


def item_topics() -> list[tuple[str, str]]:
    """Topics that some item has: in German, which names them in both languages, and as the reader calls them."""
    from assessments.models import Item  # noqa: PLC0415 - models declare these blocks

    rows = Item.objects.exclude(topic="").order_by("topic", "topic_en").values_list("topic", "topic_en").distinct()
    german = (get_language() or "de").startswith("de")
    return list({topic: (topic, "" if german else english) for topic, english in rows}.values())


def item_tags() -> list[tuple[str, str]]:
    return [(name, "") for name, _label in item_tag_choices()]


class BlueprintRowBlock(blocks.StructBlock):
    topic = SuggestBlock(item_topics, label=gettext_lazy("Topic"), required=False, max_length=80)
    tag = SuggestBlock(item_tags, label=gettext_lazy("Tag"), required=False, max_length=100)
    objective = blocks.PageChooserBlock(
        page_type="courses.LessonPage", required=False, label=gettext_lazy("Objective of the lesson")
    )
    difficulty = _difficulty()
    count = _count(2)
    weight = _weight()

    class Meta:
        form_classname = "struct-block blueprint-row"
        label = gettext_lazy("Row")
        icon = "list-ul"


class BlueprintBlock(blocks.StructBlock):
    """How many items of which sort: what makes two attempts alike although they ask different items."""

    tags = TagsBlock(
        choices=item_tag_choices,
        label=gettext_lazy("All rows: with all of these tags"),
        required=False,
        help_text=gettext_lazy("For example the module. What the rows say comes on top."),
    )
    audience = _audience()
    rows = blocks.ListBlock(
        BlueprintRowBlock(),
        label=gettext_lazy("Rows"),
        min_num=1,
        max_num=30,
        help_text=gettext_lazy("What stays empty in a row may be anything. No item is asked twice."),
    )

    class Meta:
        icon = "table"
        label = gettext_lazy("Blueprint: how many of which sort")


class SectionBlock(blocks.StructBlock):
    """What stands above the questions that follow, down to the next section. Questions are mixed within it only."""

    heading_de = blocks.CharBlock(label=gettext_lazy("Heading (German)"), max_length=120)
    heading_en = blocks.CharBlock(label=gettext_lazy("Heading (English)"), max_length=120)
    intro_de = blocks.TextBlock(
        label=gettext_lazy("Introduction (German)"),
        rows=3,
        max_length=1500,
        required=False,
        help_text=gettext_lazy("For example a case that the following questions are about."),
    )
    intro_en = blocks.TextBlock(label=gettext_lazy("Introduction (English)"), rows=3, max_length=1500, required=False)

    class Meta:
        icon = "title"
        label = gettext_lazy("Section")
        form_classname = "struct-block bilingual"
        label_format = "{heading_de}"


class QuizSlots(blocks.StreamBlock):
    """What a test asks."""

    item = FixedItemBlock()
    draw = DrawBlock()
    blueprint = BlueprintBlock()
    section = SectionBlock()

    class Meta:
        min_num = 1
        max_num = 100


class QuizSlotsField(ItemBodyField):
    """Like the kinds: to the database all of them are the same JSON."""


class ScoreBandsField(ItemBodyField):
    """As with slots."""
