"""Blocks to look at, listen to and take along: image, video, download."""

from typing import Any, ClassVar

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.blocks.struct_block import StructBlockValidationError

from courses.blocks.base import INLINE_FEATURES, SHOW
from courses.bulk import BulkDocumentChooserBlock, BulkImageChooserBlock

VIDEO_EXTENSIONS = ("mp4", "webm")


class ImageBlock(blocks.StructBlock):
    """An image that says what it shows, or says that it is decoration."""

    image = BulkImageChooserBlock(label=_("Image"))
    alt_text = blocks.CharBlock(
        label=_("Alternative text"),
        max_length=255,
        required=False,
        help_text=_("What one would miss without the image, in one sentence. Not “Image of …”."),
    )
    decorative = blocks.BooleanBlock(
        label=_("Decorative"),
        required=False,
        help_text=_("The image carries no information: it gets no alternative text."),
    )
    caption = blocks.CharBlock(label=_("Caption"), max_length=255, required=False)

    class Meta:
        label = _("Image")
        icon = "image"
        group = SHOW
        template = "courses/blocks/image.html"
        description = _("A picture with alternative text and, if you like, a caption.")
        preview_value: ClassVar = {
            "image": None,
            "alt_text": "Two discs joined by the arc of a pass",
            "decorative": False,
            "caption": "Two players, one ball.",
        }

    def clean(self, value: Any) -> Any:
        cleaned = super().clean(value)
        if bool(cleaned["alt_text"].strip()) == bool(cleaned["decorative"]):
            message = (
                gettext("A decorative image has no alternative text. Remove one of the two.")
                if cleaned["decorative"]
                else gettext("Say what the image shows, or mark it as decorative.")
            )
            raise StructBlockValidationError(block_errors={"alt_text": ValidationError(message)})
        return cleaned


def _require_extension(value: Any, *extensions: str) -> ValidationError | None:
    """An error when the chosen document is none of these kinds; nothing chosen is the field's own error."""
    if value is None or value.file_extension.lower() in extensions:
        return None
    return ValidationError(
        gettext("Please choose a file that ends with %(endings)s.")
        % {"endings": ", ".join(f".{extension}" for extension in extensions)}
    )


class VideoBlock(blocks.StructBlock):
    """A video file of our own, with captions and transcript. Nothing is loaded from elsewhere."""

    title = blocks.CharBlock(label=_("Title"), max_length=160)
    file = BulkDocumentChooserBlock(label=_("Video"), help_text=_("MP4 or WebM, from the documents."))
    captions = BulkDocumentChooserBlock(
        label=_("Captions"), help_text=_("A .vtt file. Required: some listen with their eyes.")
    )
    captions_language = blocks.ChoiceBlock(
        label=_("Language of the captions"), choices=settings.LANGUAGES, default="de"
    )
    transcript = blocks.RichTextBlock(
        label=_("Transcript"),
        features=INLINE_FEATURES,
        help_text=_("What is said and what is shown. Required: it can be searched, skimmed and read on the train."),
    )
    poster = BulkImageChooserBlock(
        label=_("Still image"), required=False, help_text=_("Shown before the video starts.")
    )

    class Meta:
        label = _("Video")
        icon = "media"
        group = SHOW
        template = "courses/blocks/video.html"
        description = _("A video from your own documents, with captions and a transcript.")
        preview_value: ClassVar = {
            "title": "Two minutes: the hand-over",
            "file": None,
            "captions": None,
            "captions_language": "de",
            "transcript": "<p>Ayşe: “I sent you 42 leads.” – Tom: “I saw a list.”</p>",
            "poster": None,
        }

    def get_context(self, value: Any, parent_context: dict[str, Any] | None = None) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(value, parent_context=parent_context)
        languages = dict(settings.LANGUAGES)
        return {**context, "captions_label": languages.get(value.get("captions_language"), "")}

    def clean(self, value: Any) -> Any:
        cleaned = super().clean(value)
        errors = {
            "file": _require_extension(cleaned["file"], *VIDEO_EXTENSIONS),
            "captions": _require_extension(cleaned["captions"], "vtt"),
        }
        found = {name: error for name, error in errors.items() if error is not None}
        if found:
            raise StructBlockValidationError(block_errors=found)
        return cleaned


class DownloadBlock(blocks.StructBlock):
    """A document to take along."""

    title = blocks.CharBlock(
        label=_("Title"), max_length=160, required=False, help_text=_("Empty: the document's own title.")
    )
    document = BulkDocumentChooserBlock(label=_("Document"))
    description = blocks.CharBlock(label=_("What it is for"), max_length=240, required=False)

    class Meta:
        label = _("Download")
        icon = "download"
        group = SHOW
        template = "courses/blocks/download.html"
        description = _("A template or checklist to take along. Kind and size of the file are shown.")
        preview_value: ClassVar = {
            "title": "Hand-over template",
            "document": None,
            "description": "One page to agree on what a good lead is.",
        }
