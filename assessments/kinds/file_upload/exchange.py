"""File upload elsewhere: Moodle's essay without a text and with one attachment, QTI's upload. The rubric stays here.

Source: Moodle's `question/type/essay` (4.5): `responseformat`, `attachments`, `filetypeslist`, `maxbytes`.
"""

import re

from django.utils.translation import gettext as _

from assessments.exchange.items import Raw
from assessments.exchange.questions import NotRepresentableError, Question
from assessments.exchange.raw import children, own, say
from assessments.kinds.file_upload import LARGEST

_MEGABYTE = 1024 * 1024
_THEIRS = {"audio": "audio", "video": "video", "pdf": ".pdf"}


def read_question(question: Question, language: str) -> Raw | None:
    extras = question.extras
    if question.qtype != "essay" or extras.get("responseformat") != "noinline":
        return None
    if str(extras.get("attachments") or "1") != "1":
        question.lose(_("Several files may be attached there, here it is one."))
    if extras.get("responsetemplate"):
        question.lose(
            _("The text that the answer begins with: “%(text)s”") % {"text": extras["responsetemplate"][:120]}
        )
    names = [one for one in re.split(r"[\s,;]+", str(extras.get("filetypeslist") or "").lower()) if one]
    sorts = [sort for sort, name in _THEIRS.items() if any(_is(sort, one) for one in names)] if names else [*_THEIRS]
    others = [one for one in names if not any(_is(sort, one) for sort in _THEIRS)]
    if not sorts:
        raise NotRepresentableError(_("It asks for other files than audio, video and PDF."))
    if others or not names:
        question.lose(_("Files of other sorts than audio, video and PDF."))
    question.lose(_("It has no rubric yet; it needs one before it is published."))
    size = str(extras.get("maxbytes") or "")
    if size.isdigit() and int(size) > LARGEST * _MEGABYTE:
        question.lose(
            _("Files may have up to %(size)d MB there, here %(most)d.")
            % {"size": int(size) // _MEGABYTE, "most": LARGEST}
        )
    return {
        **say("prompt", question.text, language),
        **say("sample", str(extras.get("graderinfo") or ""), language),
        **say("feedback", question.feedback, language),
        **{sort: sort in sorts for sort in _THEIRS},
        **({"megabytes": min(max(int(size) // _MEGABYTE, 1), LARGEST)} if size.isdigit() and int(size) else {}),
    }


def _is(sort: str, name: str) -> bool:
    known = {
        "audio": {"audio", "html_audio", "web_audio", ".mp3", ".m4a", ".wav", ".ogg", ".flac", ".aac"},
        "video": {"video", "html_video", "web_video", ".mp4", ".mov", ".webm", ".ogv"},
        "pdf": {".pdf", "application/pdf", "pdf"},
    }
    return name in known[sort] or name.startswith(f"{sort}/")


def write_question(raw: Raw, language: str) -> Question:
    question = Question("upload", own(raw, "prompt", language), feedback=own(raw, "feedback", language))
    question.extras = {
        "responseformat": "noinline",
        "responserequired": "0",
        "attachments": "1",
        "attachmentsrequired": "1",
        "maxbytes": str(int(raw.get("megabytes") or 50) * _MEGABYTE),
        "filetypeslist": ",".join(name for sort, name in _THEIRS.items() if raw.get(sort)),
    }
    if sample := own(raw, "sample", language):
        question.extras["graderinfo"] = sample
    if children(raw, "rubric"):
        question.lose(_("The rubric has no place there."))
    return question
