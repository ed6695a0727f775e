"""Pictures that stand in a text: found in the file, checked, and given to the question; what has no place is named."""

import base64
import binascii
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import unquote_to_bytes

from django.utils.translation import gettext as _

from assessments.exchange.pictures import ALT_LENGTH, Picture, PictureError, read_picture
from assessments.exchange.questions import Question

# Source of a picture → its name and content; None where the file does not bring it along.
Finder = Callable[[str], tuple[str, bytes] | None]


@dataclass
class Place:
    """Where a text has room for one picture. Given as `takes` to `text.html_to_text`."""

    question: Question
    find: Finder
    picture: Picture | None = None
    settled: set[str] = field(default_factory=set)  # sources that are kept, or of which was said why not

    def takes(self, source: str, alt: str) -> bool:
        """Whether the picture found its place. Why not is noted, but for one that the file does not bring along."""
        brought = data_of(source) if source.startswith("data:") else self.find(source)
        if brought is None:
            return False
        self.settled.add(source)
        name, content = brought
        if self.picture is not None:
            self.question.lose(
                _("Of several pictures in one place, the first is kept: not “%(name)s”.") % {"name": name[:80]}
            )
            return False
        self.picture = checked(self.question, name, content, alt)
        return self.picture is not None


def checked(question: Question, name: str, content: bytes, alt: str) -> Picture | None:
    """The picture with its alternative text; noted are a picture that cannot be kept, and a text that is missing."""
    try:
        picture = read_picture(name, content, " ".join(alt.split())[:ALT_LENGTH])
    except PictureError as error:
        question.lose(_("The picture “%(name)s” is not kept: %(why)s.") % {"name": name[:80], "why": error})
        return None
    if not picture.alt:
        question.lose(
            _("The picture “%(name)s” has no alternative text; it needs one before it is published.")
            % {"name": name[:80]}
        )
    elif len(" ".join(alt.split())) > ALT_LENGTH:
        question.lose(
            _("The alternative text of “%(name)s” is cut to %(most)d characters.")
            % {"name": name[:80], "most": ALT_LENGTH}
        )
    return picture


def data_of(source: str) -> tuple[str, bytes] | None:
    """Name and content of a `data:` address (RFC 2397)."""
    head, comma, body = source.partition(",")
    if not comma:
        return None
    if not head.endswith(";base64"):
        return "picture", unquote_to_bytes(body)
    content = decoded(body)
    return None if content is None else ("picture", content)


def decoded(text: str) -> bytes | None:
    """Base64, with whatever blanks and line breaks; None for what is none."""
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        return None
