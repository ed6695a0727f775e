"""Hotspot: areas of a picture are chosen, by a click on the picture or in the list of the same areas beside it."""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any, ClassVar

from django.core.files.storage import default_storage
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail import blocks
from wagtail.images.blocks import ImageChooserBlock

from assessments.kinds.base import Content, ItemBlock, ParseError, explanation_blocks, missing_texts, text_in, texts
from assessments.kinds.choice import OptionBlock
from assessments.kinds.multiple_choice import MultipleChoice
from assessments.kinds.pictures import keep_picture, picture_of

SHAPES = {"rect": gettext_lazy("Rectangle"), "circle": gettext_lazy("Circle or oval")}
PLACE = ("left", "top", "width", "height")
SMALLEST = Decimal(2)  # percent of the picture: less can hardly be met with a finger


def _percent(label: Any, **kwargs: Any) -> blocks.DecimalBlock:
    return blocks.DecimalBlock(label=label, min_value=0, max_value=100, decimal_places=1, max_digits=4, **kwargs)


class AreaBlock(OptionBlock):
    """An area with its label and feedback. Its place is that of the box around it, in percent of the picture."""

    shape = blocks.ChoiceBlock(label=gettext_lazy("Shape"), choices=list(SHAPES.items()), default="rect")
    left = _percent(gettext_lazy("From the left edge (%)"), default=10)
    top = _percent(gettext_lazy("From the top edge (%)"), default=10)
    width = _percent(gettext_lazy("Width (%)"), default=20)
    height = _percent(
        gettext_lazy("Height (%)"),
        default=20,
        help_text=gettext_lazy("The preview shows the area on the picture while you type."),
    )

    class Meta:
        form_classname = "struct-block bilingual"
        label = gettext_lazy("Area")
        icon = "crosshairs"
        label_format = "{text_de}"


class HotspotBlock(ItemBlock):
    kind_name = "hotspot"
    takes_bands = True

    image = ImageChooserBlock(label=gettext_lazy("Picture"))
    alt_de = blocks.CharBlock(
        label=gettext_lazy("Alternative text (German)"),
        max_length=300,
        help_text=gettext_lazy("What the picture shows, without saying which area is right."),
    )
    alt_en = blocks.CharBlock(label=gettext_lazy("Alternative text (English)"), max_length=300)
    several = blocks.BooleanBlock(
        label=gettext_lazy("Several areas may be chosen"),
        required=False,
        help_text=gettext_lazy("Learners are told. With it, one or more areas may be right; without it, exactly one."),
    )
    options = blocks.ListBlock(AreaBlock(), label=gettext_lazy("Areas"), min_num=2, max_num=12)

    def __init__(self, local_blocks: Any = None, **kwargs: Any) -> None:
        super().__init__([*(local_blocks or ()), *explanation_blocks(required=False)], **kwargs)


def _number(raw: object) -> str:
    """A percentage as text without needless zeros; empty if it is none. Text: templates would write 12,5 in German."""
    try:
        value = Decimal(str(raw))
    except InvalidOperation:
        return ""
    return format(value.normalize(), "f") if value.is_finite() else ""


class Hotspot(MultipleChoice):
    """Response: the sorted ids of the chosen areas; at most one where the item asks for one.

    Which of the two it is the trainer says, and not how many areas are right. Graded as multiple choice.
    """

    key_fields = frozenset({"correct", "height", "left", "shape", "several", "top", "width"})
    name = "hotspot"
    label = gettext_lazy("Areas of a picture")
    description = gettext_lazy("Areas of a picture are chosen, on it or in a list beside it.")
    icon = "image"
    rank = 60
    takes_back = True
    block_class: ClassVar = HotspotBlock
    instruction = gettext_lazy("Choose on the picture or in the list below it; both are the same.")

    def content(self, raw: Mapping[str, Any]) -> Content:
        content = super().content(raw)
        for option, child in zip(content["options"], raw.get("options") or (), strict=True):
            value = child["value"]
            option["shape"] = value.get("shape") if value.get("shape") in SHAPES else "rect"
            option |= {name: _number(value.get(name)) for name in PLACE}
        return {
            **content,
            **texts(raw, "alt"),
            "several": bool(raw.get("several")),
            "image": {"id": raw["image"]} if raw.get("image") else None,
        }

    def settle(self, content: Content) -> Content:
        return {**content, "image": picture_of(content["image"])}

    def keep(self, content: Content) -> Content:
        return {**content, "image": keep_picture(content["image"])}

    def problems(self, content: Content) -> list[str]:
        found = super().problems(content)
        if not content["image"]:
            found.append(_("The picture is missing."))
        found += missing_texts(content, "alt", _("Alternative text"))
        if not content["several"] and sum(option["correct"] for option in content["options"]) > 1:
            found.append(_("Several areas are right, but only one may be chosen."))
        for number, option in enumerate(content["options"], 1):
            place = [Decimal(option[name]) if option[name] else Decimal(-1) for name in PLACE]
            left, top, width, height = place
            if min(place) < 0 or left + width > 100 or top + height > 100:
                found.append(_("Area %(number)d does not lie within the picture.") % {"number": number})
            elif min(width, height) < SMALLEST:
                found.append(
                    _("Area %(number)d is smaller than %(least)s %% of the picture: a finger cannot meet it.")
                    % {"number": number, "least": SMALLEST}
                )
        return found

    def public(self, content: Content, language: str, option_order: Any) -> dict[str, Any]:
        public = super().public(content, language, option_order)
        places = {option["id"]: option for option in content["options"]}
        for number, option in enumerate(public["options"], 1):
            option |= {"number": number, **{name: places[option["id"]][name] for name in ("shape", *PLACE)}}
        return {**public, "several": content["several"], "picture": self._picture(content, language)}

    def _picture(self, content: Content, language: str) -> dict[str, Any]:
        """`url` is empty where there is no file (any more): the list alone can be answered."""
        image = content["image"] or {}
        return {
            "url": default_storage.url(image["file"]) if image.get("file") else "",
            "width": str(image.get("width", "")),
            "height": str(image.get("height", "")),
            "alt": text_in(content, "alt", language),
        }

    def parse(self, content: Content, raw: object) -> list[str] | None:
        response = super().parse(content, raw)
        if response and len(response) > 1 and not content["several"]:
            raise ParseError("only one area may be chosen")
        return response

    def review(self, content: Content, response: Any, language: str) -> dict[str, Any]:
        review = super().review(content, response, language)
        places = {option["id"]: option for option in content["options"]}
        for number, option in enumerate(review["options"], 1):
            option |= {"number": number, **{name: places[option["id"]][name] for name in ("shape", *PLACE)}}
        return {**review, "picture": self._picture(content, language)}

    def guess_score(self, content: Content) -> float | None:
        """One of n areas where one may be chosen; without a definition where several may."""
        return None if content["several"] or not content["options"] else 1 / len(content["options"])


KIND = Hotspot()
