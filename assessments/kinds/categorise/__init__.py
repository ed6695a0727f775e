"""Categorise: entries are sorted into groups; each entry has one right group."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail import blocks

from assessments.kinds.base import (
    LANGUAGES,
    Content,
    ItemBlock,
    explanation_blocks,
    list_values,
    missing_texts,
    repeated,
    text_in,
    texts,
)
from assessments.kinds.parts import KeyedPartsKind

MIN_ENTRIES, MAX_ENTRIES = 2, 20


class EntryBlock(blocks.StructBlock):
    text_de = blocks.TextBlock(label=gettext_lazy("Entry (German)"), rows=1, max_length=300)
    text_en = blocks.TextBlock(label=gettext_lazy("Entry (English)"), rows=1, max_length=300)
    feedback_de = blocks.TextBlock(
        label=gettext_lazy("Feedback (German)"),
        rows=2,
        max_length=1000,
        help_text=gettext_lazy("Why the entry belongs to this group."),
    )
    feedback_en = blocks.TextBlock(label=gettext_lazy("Feedback (English)"), rows=2, max_length=1000)

    class Meta:
        form_classname = "struct-block bilingual"
        label = gettext_lazy("Entry")
        label_format = "{text_de}"


class GroupBlock(blocks.StructBlock):
    """A group with the entries that belong to it: the key cannot point to a group that does not exist."""

    name_de = blocks.CharBlock(label=gettext_lazy("Group (German)"), max_length=60)
    name_en = blocks.CharBlock(label=gettext_lazy("Group (English)"), max_length=60)
    entries = blocks.ListBlock(
        EntryBlock(),
        label=gettext_lazy("Entries that belong here"),
        default=[],
        max_num=10,
        help_text=gettext_lazy("A group may stay empty: then it is there to be mistaken for another."),
    )

    class Meta:
        form_classname = "struct-block bilingual"
        label = gettext_lazy("Group")
        label_format = "{name_de}"


class CategoriseBlock(ItemBlock):
    kind_name = "categorise"
    takes_bands = True

    groups = blocks.ListBlock(
        GroupBlock(),
        label=gettext_lazy("Groups"),
        min_num=2,
        max_num=6,
        help_text=gettext_lazy("Learners get the entries mixed."),
    )

    def __init__(self, local_blocks: Any = None, **kwargs: Any) -> None:
        super().__init__([*(local_blocks or ()), *explanation_blocks(required=False)], **kwargs)


class Categorise(KeyedPartsKind):
    """Response: `{entry id: group id}`, possibly for some entries only.

    Entries are always mixed: in the order of authoring they stand by their groups.
    """

    key_fields = frozenset({"group"})
    name = "categorise"
    label = gettext_lazy("Sort into groups")
    description = gettext_lazy("Entries are sorted into two to six groups; each right one earns its part.")
    icon = "grid"
    rank = 45
    parts_in, choices_in, key_in, named_by, mixed_in = "entries", "groups", "group", "name", "entries"
    takes_back = True
    block_class: ClassVar = CategoriseBlock
    instruction = gettext_lazy("Choose a group for each entry.")

    def content(self, raw: Mapping[str, Any]) -> Content:
        groups = list_values(raw.get("groups"))
        return {
            **texts(raw, "prompt", "feedback"),
            "groups": [{"id": key, **texts(group, "name")} for key, group in groups],
            "entries": [
                {"id": entry_key, "group": key, **texts(entry, "text", "feedback")}
                for key, group in groups
                for entry_key, entry in list_values(group.get("entries"))
            ],
        }

    def problems(self, content: Content) -> list[str]:
        found = self.common_problems(content)
        groups, entries = content["groups"], content["entries"]
        if len(groups) < 2:
            found.append(_("At least two groups are needed."))
        for number, group in enumerate(groups, 1):
            found += missing_texts(group, "name", _("Group %(number)d") % {"number": number})
        if not MIN_ENTRIES <= len(entries) <= MAX_ENTRIES:
            found.append(
                _("Between %(least)d and %(most)d entries are needed in all; there are %(count)d.")
                % {"least": MIN_ENTRIES, "most": MAX_ENTRIES, "count": len(entries)}
            )
        if len(groups) > 1 and len({entry["group"] for entry in entries}) == 1:
            found.append(_("All entries belong to one group: nothing is left to sort."))
        for place, group in enumerate(groups, 1):
            mine = [entry for entry in entries if entry["group"] == group["id"]]
            for number, entry in enumerate(mine, 1):
                name = _("Group %(group)d, entry %(number)d") % {"group": place, "number": number}
                found += missing_texts(entry, "text", name)
                found += missing_texts(entry, "feedback", _("Feedback on %(answer)s") % {"answer": name})
        if any(repeated(group[f"name_{language}"] for group in groups) for language in LANGUAGES):
            found.append(_("Two groups have the same name."))
        if any(repeated(entry[f"text_{language}"] for entry in entries) for language in LANGUAGES):
            found.append(_("Two entries have the same text."))
        return found

    def review(self, content: Content, response: Any, language: str) -> dict[str, Any]:
        """Group by group, in the order in which they were written."""
        review = super().review(content, response, language)
        rows = list(zip(content["entries"], review.pop("entries"), strict=True))
        groups = [
            {
                "name": text_in(group, "name", language),
                "entries": [row for entry, row in rows if entry["group"] == group["id"]],
            }
            for group in content["groups"]
        ]
        return {**review, "groups": groups}

    def remarks(self, review: dict[str, Any]) -> list[str]:
        return super().remarks({"entries": [row for group in review["groups"] for row in group["entries"]]})


KIND = Categorise()
