"""Copies of files that never change, each made once: what is frozen names the copy and not the library's file.

A copy is written before the transaction that names it, so that a slow storage holds no lock. Its row follows when the
whole file is there, so that a file which was half written is never taken for a copy. What a killed process or a
transaction that was rolled back leaves, a file without a row or a row that nothing names, goes with `clear_copies`.
"""

import logging
import re
import uuid
from collections.abc import Callable, Collection
from datetime import timedelta

from django.core.files import File
from django.core.files.storage import default_storage
from django.utils import timezone

from enablement.core.models import KeptCopy

logger = logging.getLogger(__name__)
UNUSED = timedelta(days=1)  # longer than any transaction that may still name it
_OURS = re.compile(r"[0-9a-f]{32}\.[a-z0-9]{1,8}")  # nothing else is ever deleted from the folder


def copy_of(source: str, *, folder: str, make: Callable[[], "tuple[File[bytes], str]"]) -> str:
    """Name of the copy of `source`. `make` gives file and ending, and is asked only where there is no copy yet.

    Call it once before the transaction and again in it: then the second call finds the copy, and until the transaction
    ends no sweep takes it.
    """
    row = KeptCopy.objects.filter(source=source).first()
    if row is not None and (row.kept or KeptCopy.objects.filter(pk=row.pk).update(used_at=timezone.now())):
        return row.name
    file, ending = make()
    with file:
        # A name of its own: two at once do not write into one file, and the sweep never deletes what another one made.
        name = default_storage.save(f"{folder}/{uuid.uuid4().hex}.{ending}", file)
    row, made = KeptCopy.objects.get_or_create(source=source, defaults={"name": name})
    if not made:
        default_storage.delete(name)
    return row.name


def keep(names: Collection[str]) -> None:
    """Something that stays names these copies now. Call it in the transaction that writes the names."""
    KeptCopy.objects.filter(name__in=names, kept=False).update(kept=True)


def clear_copies(folder: str) -> int:
    """Take away what nothing names, a day after its last use. Returns how many files went. Safe to be killed."""
    limit = timezone.now() - UNUSED
    KeptCopy.objects.filter(name__startswith=f"{folder}/", kept=False, used_at__lt=limit).delete()
    try:
        _folders, files = default_storage.listdir(folder)
    except FileNotFoundError:
        return 0
    names = {f"{folder}/{file}" for file in files if _OURS.fullmatch(file)}
    cleared = 0
    for name in sorted(
        names - set(KeptCopy.objects.filter(name__startswith=f"{folder}/").values_list("name", flat=True))
    ):
        try:
            if default_storage.get_modified_time(name) < limit:
                default_storage.delete(name)
                cleared += 1
        except OSError:
            logger.exception("the copy %s could not be deleted", name)
    return cleared
