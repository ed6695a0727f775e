"""A picture or a recording in a question, for every kind: with alternative text, or captions and transcript.

Like the picture of areas, the file is copied when the item is published (`assessments.kinds.pictures`): what an attempt
was asked stays what it was, whatever happens to the library. Nothing here is part of the key.
"""

from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.storage import default_storage
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail import blocks
from wagtail.blocks.struct_block import StructBlockValidationError
from wagtail.documents import get_document_model
from wagtail.documents.blocks import DocumentChooserBlock
from wagtail.images.blocks import ImageChooserBlock

from assessments.kinds.pictures import FOLDER, keep_picture, picture_of
from enablement.core.copies import copy_of

VIDEO = {"mp4": "video/mp4", "webm": "video/webm"}
AUDIO = {"mp3": "audio/mpeg", "m4a": "audio/mp4", "ogg": "audio/ogg", "wav": "audio/wav"}
Media = dict[str, Any]


class PictureBlock(blocks.StructBlock):
    image = ImageChooserBlock(label=gettext_lazy("Picture"))
    alt_de = blocks.CharBlock(
        label=gettext_lazy("Alternative text (German)"),
        max_length=300,
        help_text=gettext_lazy("What the picture shows, as far as the question needs it, without the answer."),
    )
    alt_en = blocks.CharBlock(label=gettext_lazy("Alternative text (English)"), max_length=300)

    class Meta:
        form_classname = "struct-block bilingual"
        label = gettext_lazy("Picture")
        icon = "image"


class RecordingBlock(blocks.StructBlock):
    """A video or sound file of one's own documents, as in lessons."""

    file = DocumentChooserBlock(
        label=gettext_lazy("Recording"), help_text=gettext_lazy("MP4, WebM, MP3, M4A, OGG or WAV, from the documents.")
    )
    captions = DocumentChooserBlock(
        label=gettext_lazy("Captions"),
        required=False,
        help_text=gettext_lazy("A .vtt file. Required for a video: some listen with their eyes."),
    )
    captions_language = blocks.ChoiceBlock(
        label=gettext_lazy("Language of the captions"), choices=settings.LANGUAGES, default="de"
    )
    transcript_de = blocks.TextBlock(
        label=gettext_lazy("Transcript (German)"),
        rows=3,
        max_length=6000,
        help_text=gettext_lazy("What is said and what is shown."),
    )
    transcript_en = blocks.TextBlock(label=gettext_lazy("Transcript (English)"), rows=3, max_length=6000)

    class Meta:
        form_classname = "struct-block bilingual"
        label = gettext_lazy("Recording")
        icon = "media"

    def clean(self, value: Any) -> Any:
        cleaned = super().clean(value)
        if self.is_deferred_validation:
            return cleaned
        found = {}
        kind = _extension(cleaned["file"].filename) if cleaned["file"] else ""
        if kind not in {*VIDEO, *AUDIO}:
            endings = ", ".join(f".{ending}" for ending in (*VIDEO, *AUDIO))
            found["file"] = ValidationError(
                _("Please choose a file that ends with %(endings)s.") % {"endings": endings}
            )
        if cleaned["captions"] is None and kind in VIDEO:
            found["captions"] = ValidationError(_("A video needs captions."))
        if cleaned["captions"] is not None and _extension(cleaned["captions"].filename) != "vtt":
            found["captions"] = ValidationError(
                _("Please choose a file that ends with %(endings)s.") % {"endings": ".vtt"}
            )
        if found:
            raise StructBlockValidationError(block_errors=found)
        return cleaned


class MediaBlock(blocks.StreamBlock):
    """At most one: several pictures are one picture."""

    picture = PictureBlock()
    recording = RecordingBlock()

    class Meta:
        label = gettext_lazy("Picture or recording")
        required = False
        max_num = 1


def _extension(name: str) -> str:
    return PurePosixPath(name).suffix.lower().removeprefix(".")


def authored_media(raw: Mapping[str, Any]) -> Media | None:
    """What the editor holds: ids of the library's files, and texts. No query."""
    stored = [child for child in raw.get("media") or () if child.get("type") in {"picture", "recording"}]
    if not stored:
        return None
    value = stored[0]["value"]
    made: Media = {"type": stored[0]["type"]}
    for name in ("image", "file", "captions"):
        if value.get(name):
            made[name] = {"id": value[name]}
    for name in ("alt", "transcript"):
        for language in ("de", "en"):
            if f"{name}_{language}" in value:
                made[f"{name}_{language}"] = str(value.get(f"{name}_{language}") or "").strip()
    if made.get("captions"):
        made["captions_language"] = value.get("captions_language") or "de"
    return made


def settled_media(content: dict[str, Any]) -> dict[str, Any]:
    """The content with the present files of its media. At most one query for each file, no write."""
    return _with_files(content, picture_of, _document_of)


def kept_media(content: dict[str, Any]) -> dict[str, Any]:
    """The content with copies of its files, which nobody changes any more."""
    return _with_files(content, keep_picture, _keep_document)


def _with_files(content: dict[str, Any], picture: Any, document: Any) -> dict[str, Any]:
    content = _with_pictures(content, picture)
    media = content.get("media")
    if not media:
        return content
    made = {**media, **{name: document(media[name]) for name in ("file", "captions") if media.get(name)}}
    if media.get("image"):
        made["image"] = picture(media["image"])
    return {**content, "media": made}


def _with_pictures(content: dict[str, Any], picture: Any) -> dict[str, Any]:
    """The same for the pictures of answers."""
    options = content.get("options")
    if not isinstance(options, list) or not any(option.get("picture") for option in options):
        return content
    made = [
        {**option, "picture": {**option["picture"], "image": picture(option["picture"]["image"])}}
        if option.get("picture")
        else option
        for option in options
    ]
    return {**content, "options": made}


def picture_in(option: Mapping[str, Any], language: str) -> dict[str, Any]:
    """`picture` of an answer as its templates show it; nothing where there is none."""
    picture = option.get("picture")
    return {"picture": media_in({"media": {"type": "picture", **picture}}, language)} if picture else {}


def _document_of(known: dict[str, Any]) -> dict[str, Any] | None:
    row = get_document_model().objects.filter(pk=known["id"]).first()
    return {"id": row.pk, "file": row.file.name, "hash": row.file_hash} if row else None


def _keep_document(known: dict[str, Any] | None) -> dict[str, Any] | None:
    row = get_document_model().objects.filter(pk=known["id"]).first() if known else None
    if known is None or row is None:
        return known
    digest = row.get_file_hash()
    ending = _extension(row.file.name)
    name = copy_of(f"document:{digest}.{ending}", folder=FOLDER, make=lambda: (row.file.open("rb"), ending))
    return {**known, "file": name, "hash": digest}


def media_problems(content: Mapping[str, Any]) -> list[str]:
    """What keeps an item from being published; the editor says more, field by field."""
    media = content.get("media")
    if not media:
        return []
    found = []
    if not media.get("image" if media["type"] == "picture" else "file"):
        found.append(_("The picture or recording of the question is missing."))
    text = "alt" if media["type"] == "picture" else "transcript"
    if not all(media.get(f"{text}_{language}") for language in ("de", "en")):
        found.append(
            _("The picture of the question needs an alternative text in both languages.")
            if text == "alt"
            else _("The recording needs a transcript in both languages.")
        )
    return found


def media_in(content: Mapping[str, Any], language: str) -> dict[str, Any] | None:
    """For `assessments/components/media.html`: built up from what may be sent before the answer."""
    media = content.get("media")
    if not media:
        return None

    def said(name: str) -> str:
        other = "en" if language.startswith("de") else "de"
        return str(media.get(f"{name}_{language[:2]}") or media.get(f"{name}_{other}") or "")

    if media["type"] == "picture":
        image = media.get("image") or {}
        size = {name: str(image.get(name) or "") for name in ("width", "height")}
        return {"type": "picture", "url": _url(image), "alt": said("alt"), **size}
    file = media.get("file") or {}
    ending = _extension(file.get("file") or "")
    return {
        "type": "video" if ending in VIDEO else "audio",
        "url": _url(file),
        "content_type": (VIDEO | AUDIO).get(ending, ""),
        "captions_url": _url(media.get("captions") or {}),
        "captions_language": media.get("captions_language", ""),
        "captions_label": str(dict(settings.LANGUAGES).get(media.get("captions_language", ""), "")),
        "transcript": said("transcript"),
    }


def copies_in(content: Any) -> set[str]:
    """Names of the copies that a frozen content holds, at any depth."""
    if isinstance(content, list):
        return {name for child in content for name in copies_in(child)}
    if not isinstance(content, dict):
        return set()
    own = {content["file"]} if str(content.get("file") or "").startswith(f"{FOLDER}/") else set()
    return own.union(*(copies_in(child) for child in content.values()))


def _url(file: Mapping[str, Any]) -> str:
    """Where the copy is served; before an item is published, the library's own address, which asks who reads."""
    name = str(file.get("file") or "")
    if not name:
        return ""
    if name.startswith("documents/"):
        return reverse("wagtaildocs_serve", args=[file["id"], PurePosixPath(name).name])
    return default_storage.url(name)
