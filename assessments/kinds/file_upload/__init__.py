"""File upload: a recording or a document, marked by people with a rubric."""

from collections.abc import Mapping
from typing import Any, ClassVar
from uuid import UUID

from django.http import QueryDict
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail import blocks

from assessments.kinds.base import Content, ParseError, text_in
from assessments.kinds.by_hand import ByHandBlock, ByHandKind

SORTS = {"audio": gettext_lazy("audio"), "video": gettext_lazy("video"), "pdf": "PDF"}
ACCEPTS = {"audio": "audio/*", "video": "video/*", "pdf": "application/pdf"}
LARGEST = 200  # MB
MAX_NAME = 120
DONE = "done"  # the answer in a lesson, where nothing is kept


class FileUploadBlock(ByHandBlock):
    kind_name = "file_upload"

    audio = blocks.BooleanBlock(label=gettext_lazy("Audio is accepted"), required=False, default=True)
    video = blocks.BooleanBlock(label=gettext_lazy("Video is accepted"), required=False)
    pdf = blocks.BooleanBlock(label=gettext_lazy("PDF is accepted"), required=False)
    megabytes = blocks.IntegerBlock(
        label=gettext_lazy("At most (MB)"),
        default=50,
        min_value=1,
        max_value=LARGEST,
        help_text=gettext_lazy("A minute of speech takes about 1 MB, a minute of video from a phone 60 to 100 MB."),
    )


class FileUpload(ByHandKind):
    """Response: `{"file": id, "name", "size", "sort"}`, made by `services.uploads` alone, which keeps the file.

    In a lesson nothing is kept: the answer there is the word `DONE`, and an attempt does not take it.
    """

    name = "file_upload"
    label = gettext_lazy("File, marked by hand")
    description = gettext_lazy("A recording or a PDF is handed in. People mark it with a rubric.")
    instruction = gettext_lazy("Choose a file; it is uploaded at once. You can replace it until you hand in.")
    icon = "upload"
    rank = 130
    shape = "own"
    uploads = True
    takes_back = True
    block_class: ClassVar = FileUploadBlock

    def content(self, raw: Mapping[str, Any]) -> Content:
        most = raw.get("megabytes")
        return {
            **super().content(raw),
            "sorts": [sort for sort in SORTS if raw.get(sort)],
            "megabytes": most if isinstance(most, int) and 0 < most <= LARGEST else 50,
        }

    def problems(self, content: Content) -> list[str]:
        found = super().problems(content)
        if not content["sorts"]:
            found.append(_("No sort of file is accepted."))
        return found

    def limit(self, content: Content) -> int:
        """Bytes."""
        return int(content["megabytes"]) * 1024 * 1024

    def wanted(self, content: Content) -> str:
        """`audio or PDF, at most 50 MB`."""
        sorts = _(" or ").join(str(SORTS[sort]) for sort in content["sorts"])
        return _("%(sorts)s, at most %(count)d MB") % {"sorts": sorts, "count": content["megabytes"]}

    def public(self, content: Content, language: str, option_order: Any) -> dict[str, Any]:
        return {
            "kind": self.name,
            "prompt": text_in(content, "prompt", language),
            "wanted": self.wanted(content),
            "accept": ",".join(ACCEPTS[sort] for sort in content["sorts"]),
            "limit": str(self.limit(content)),
        }

    def parse(self, content: Content, raw: object) -> Any:
        if raw in (None, ""):
            return None
        if raw == DONE:
            return DONE
        if not isinstance(raw, dict) or raw.keys() != {"file", "name", "size", "sort"}:
            raise ParseError("not a file that was uploaded")
        name, size = raw["name"], raw["size"]
        if not isinstance(name, str) or len(name) > MAX_NAME or raw["sort"] not in list(SORTS):
            raise ParseError("not a file that was uploaded")
        if isinstance(size, bool) or not isinstance(size, int) or not 0 <= size <= LARGEST * 1024 * 1024:
            raise ParseError("not a size")
        try:
            key = str(UUID(str(raw["file"])))
        except ValueError as error:
            raise ParseError("not the id of a file") from error
        return {"file": key, "name": name, "size": size, "sort": raw["sort"]}

    def read_form(self, content: Content, form: QueryDict, current: Any) -> object:
        """A form without scripts brings the file itself, see `views.uploads`; here it changes nothing."""
        return current if current is not None else form.get("answer")

    def may_follow(self, content: Content, before: Any, response: Any) -> bool:
        """Nobody names a file as an answer but the service that keeps it: taking it back is all that is left."""
        return response is None or response == before

    def review(self, content: Content, response: Any, language: str) -> dict[str, Any]:
        sample = text_in(content, "sample", language)
        file = response if isinstance(response, dict) else None
        return {
            "kind": self.name,
            "prompt": text_in(content, "prompt", language),
            "answered": response is not None,
            "yours": [f"{file['name']} ({filesizeformat(file['size'])})"] if file else [],
            "file": file,
            "right": [sample] if sample else [],
            "feedback": text_in(content, "feedback", language),
        }


KIND = FileUpload()
