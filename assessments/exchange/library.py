"""The pictures of items in Wagtail's library: which are there, new ones, and the bytes of those that leave."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import PurePosixPath

from django.core.files.base import ContentFile
from django.core.files.storage import Storage
from wagtail.images import get_image_model

from assessments.exchange.bank import chunks
from assessments.exchange.limits import MAX_UNPACKED
from assessments.exchange.pictures import Picture, PictureError, read_picture
from people.models import User

_new_files: ContextVar[list[tuple[Storage, str]] | None] = ContextVar("new_files", default=None)


def known_pictures(pictures: Iterable[Picture]) -> dict[str, int]:
    """Mark → number, of the pictures whose content the library has. Of several with one content, the first."""
    marks = {picture.digest: picture.mark for picture in pictures}
    return {
        marks[digest]: pk
        for part in chunks(sorted(marks))
        for digest, pk in get_image_model()
        .objects.filter(file_hash__in=part)
        .order_by("-pk")
        .values_list("file_hash", "pk")
    }


def store_pictures(pictures: Mapping[str, Picture], *, uploader: User | None) -> dict[str, int]:
    """Mark → number, of new rows in the library. Only inside of `no_files_of_a_failure`."""
    made = {}
    for mark, picture in pictures.items():
        row = get_image_model()(title=PurePosixPath(picture.name).stem, uploaded_by_user=uploader)
        row.file = ContentFile(picture.content, name=picture.name)
        row._set_image_file_metadata()  # size and hash, as Wagtail's own form sets them
        files = _new_files.get()
        if files is None:
            raise RuntimeError("pictures are stored without a guard for their files")
        row.save()
        files.append((row.file.storage, row.file.name))
        made[mark] = row.pk
    return made


@contextmanager
def no_files_of_a_failure() -> Iterator[None]:
    """Around a transaction: a database forgets the rows of a failed import, the storage would keep their files."""
    outer, mine = _new_files.get(), list[tuple[Storage, str]]()
    token = _new_files.set(mine)
    try:
        yield
    except BaseException:
        for storage, name in mine:
            storage.delete(name)
        raise
    finally:
        _new_files.reset(token)
    if outer is not None:
        outer += mine


def leaving_pictures(numbers: Iterable[int]) -> dict[str, Picture]:
    """Number (as text) → picture, for a file that leaves. What is gone, or too much for one file, is missing."""
    found: dict[str, Picture] = {}
    left = MAX_UNPACKED
    for part in chunks(sorted(set(numbers))):
        for row in get_image_model().objects.filter(pk__in=part):
            try:
                with row.file.open("rb") as file:
                    content = file.read()
                picture = read_picture(PurePosixPath(row.file.name).name, content)
            except (OSError, PictureError):
                continue
            left -= len(content)
            if left < 0:
                return found
            found[str(row.pk)] = picture
    return found
