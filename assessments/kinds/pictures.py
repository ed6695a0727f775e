"""The picture of a question, kept so that nobody can change what an attempt was asked.

An image of the library may be replaced or deleted at any time. When a version is frozen, a copy of the picture is
stored (`enablement.core.copies`); the version points to the copy. Copies are never changed and, like versions, never
deleted; the same picture is stored once. They are served as the library's images are: to people who are logged in.
"""

from pathlib import PurePosixPath
from typing import Any

from django.core.files import File
from django.core.files.base import ContentFile
from wagtail.images import get_image_model
from wagtail.images.models import Filter

from enablement.core.copies import copy_of

FOLDER = "questions"
LARGEST = 1600  # pixels: what a wide screen shows; camera files are many times that


def picture_of(image: dict[str, Any] | None) -> dict[str, Any] | None:
    """The image with its present file, hash and size in pixels; None if it is gone. One query, no write."""
    row = get_image_model().objects.filter(pk=image["id"]).first() if image else None
    if row is None:
        return None
    return {"id": row.pk, "file": row.file.name, "hash": row.file_hash, "width": row.width, "height": row.height}


def keep_picture(image: dict[str, Any] | None) -> dict[str, Any] | None:
    """The same, with a copy that stays in place of the library's file."""
    row = get_image_model().objects.filter(pk=image["id"]).first() if image else None
    if image is None or row is None:
        return image
    digest = row.get_file_hash()

    def make() -> "tuple[File[bytes], str]":
        # Made for this copy: a rendition of the library may be remembered longer than its file exists.
        file = row.file if row.is_svg() else row.generate_rendition_file(Filter(f"max-{LARGEST}x{LARGEST}"))
        with file.open("rb") as source:
            return ContentFile(source.read()), PurePosixPath(file.name).suffix.lower().removeprefix(".")

    return {**image, "file": copy_of(f"picture:{digest}", folder=FOLDER, make=make), "hash": digest}
