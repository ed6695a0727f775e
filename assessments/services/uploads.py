"""Files as answers: kept first, acknowledged then, taken away when their time is over.

The order is the promise. A row says that a file is coming; the file is written and forced to the disk; then one
transaction makes it the answer. Whatever is killed in between leaves a row that the sweep takes away with its file, and
no answer that names a file which is not there.
"""

import hashlib
import logging
import os
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path, PurePath
from uuid import UUID

from django.core.files import File
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from assessments.enums import SaveStatus
from assessments.kinds.base import Content
from assessments.kinds.file_upload import MAX_NAME, FileUpload
from assessments.kinds.file_upload.contents import FileType, type_of
from assessments.models import AnswerFile, Attempt, AttemptItem, Response
from assessments.services.answering import SaveResult, check_place, is_full, newest_response, open_question, result_of
from enablement.core.errors import DomainError
from people.models import User

logger = logging.getLogger(__name__)
FOLDER = "answers"  # private: not among the folders that /media/ serves
UNFINISHED = timedelta(hours=1)
CLEARED_AT_ONCE = 500


def save_upload(user: User, *, attempt: UUID, position: int, file: "File[bytes]", shown: str = "") -> SaveResult:
    """Keep a file as the answer. `shown` is the id of the file that the page showed, empty for none.

    The same file again is acknowledged again (REPEATED). A page that does not show the newest answer is told so, and
    its file is not kept (STALE).

    Raises DomainError `closed`, `too_large`, `empty`, `wrong_type`, `no_files`, `left`, `not_yet`, `given_up` (the
    sweep was faster); Attempt.DoesNotExist and AttemptItem.DoesNotExist for what is not the person's own.
    """
    item = AttemptItem.objects.select_related("attempt", "item_version").get(
        attempt__uuid=attempt, attempt__user=user, position=position
    )
    kind, content = _kind(item), item.content
    found = _checked(kind, content, file)
    digest = hashlib.sha256()
    for chunk in file.chunks():
        digest.update(chunk)
    row = AnswerFile.objects.create(
        attempt_item=item,
        name=shown_name(file.name or "", found),
        media_type=found.media_type,
        size=file.size or 0,
        sha256=digest.hexdigest(),
    )
    try:
        _store(row, file, found)
        saved = _attach(user, attempt, position, row, found, shown)
    except BaseException:
        discard([row.pk])
        raise
    if saved.status is not SaveStatus.SAVED:
        discard([row.pk])
    return saved


def _kind(item: AttemptItem) -> FileUpload:
    kind = item.item_version.kind_object
    if not isinstance(kind, FileUpload):
        raise DomainError(_("No file is asked for here."), code="no_files")
    return kind


def _checked(kind: FileUpload, content: Content, file: "File[bytes]") -> FileType:
    """The type by the bytes, if the question takes it. Raises DomainError."""
    kept = _("Your last saved answer is kept.")
    if not file.size:
        raise DomainError(_("The file is empty.") + " " + kept, code="empty")
    if file.size > kind.limit(content):
        raise too_large(content["megabytes"])
    found = type_of(file, file.size)
    if found is None or found.sort not in content["sorts"]:
        raise DomainError(
            _("This is not a file of the sort that is asked for (%(wanted)s).") % {"wanted": kind.wanted(content)}
            + " "
            + kept,
            code="wrong_type",
        )
    return found


def too_large(megabytes: int) -> DomainError:
    return DomainError(
        _("The file is larger than %(count)d MB; shorten it, or save it smaller. Your last saved answer is kept.")
        % {"count": megabytes},
        code="too_large",
    )


def shown_name(name: str, found: FileType) -> str:
    """The person's name for the file, without paths and what no screen shows, with the ending of its true type."""
    stem = PurePath(name.replace("\\", "/")).stem
    clean = " ".join("".join(letter if letter.isprintable() else " " for letter in stem).split()).strip(". ")
    return f"{(clean or _('File'))[: MAX_NAME - 8]}.{found.suffix}"


def _store(row: AnswerFile, file: "File[bytes]", found: FileType) -> None:
    """Write the file, and on a file system wait until the disk has it: it is about to be acknowledged."""
    file.seek(0)
    # The name says nothing of the person or the test; it is known before the file is there, so that nothing is lost.
    name = f"{FOLDER}/{row.uuid.hex[:2]}/{row.uuid}.{found.suffix}"
    AnswerFile.objects.filter(pk=row.pk).update(stored_as=name)
    row.stored_as = default_storage.save(name, file)
    if row.stored_as != name:
        raise RuntimeError(f"{name} is taken")  # a uuid that exists: never
    try:
        path = default_storage.path(name)
    except NotImplementedError:  # not on a disk of ours: such a storage answers once it has the file
        return
    _force_to_disk(Path(path))


def _force_to_disk(path: Path) -> None:
    """The file, its entry in its folder, and the folders' own: any of them may be new, and is lost in a power cut."""
    root = Path(default_storage.path("."))
    for one in (path, *(parent for parent in path.parents if parent == root or root in parent.parents)):
        handle = os.open(one, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


@transaction.atomic
def _attach(user: User, attempt: UUID, position: int, row: AnswerFile, found: FileType, shown: str) -> SaveResult:
    """Make the file the answer, under the lock of the attempt."""
    item = open_question(user, attempt, position)
    newest = newest_response(item)
    value = newest.value if newest else None
    current = str(value["file"]) if isinstance(value, dict) else ""
    if newest is not None and current:
        same = AnswerFile.objects.filter(uuid=current, sha256=row.sha256, name=row.name, discarded_at=None)
        if same.exists():
            return result_of(item, newest, SaveStatus.REPEATED)
        if current != shown:
            return result_of(item, newest, SaveStatus.STALE)
    check_place(item.attempt, position)
    if newest is not None and is_full(newest):
        raise DomainError(_("This question has been answered too often. Your last saved answer is kept."), code="full")
    earlier = AnswerFile.objects.filter(attempt_item=item, attached=True, discarded_at=None)
    earlier.exclude(pk=row.pk).update(discarded_at=timezone.now())
    if not AnswerFile.objects.filter(pk=row.pk, discarded_at=None).update(attached=True):
        raise DomainError(
            _("The upload took too long and was given up. Your last saved answer is kept; choose the file once more."),
            code="given_up",
        )
    response = Response.objects.create(
        attempt_item=item,
        sequence=newest.sequence + 1 if newest else 1,
        value={"file": str(row.uuid), "name": row.name, "size": row.size, "sort": found.sort},
    )
    return result_of(item, response, SaveStatus.SAVED)


def discard(ids: Iterable[int]) -> None:
    """Give up files that did not become answers. One that did stays, whatever its request has met afterwards."""
    AnswerFile.objects.filter(pk__in=list(ids), attached=False, discarded_at=None).update(discarded_at=timezone.now())


def discard_files(attempt: Attempt) -> int:
    """Give the files of an attempt's answers to the sweep. Call it in the transaction that deletes the answers."""
    return AnswerFile.objects.filter(attempt_item__attempt=attempt, discarded_at=None).update(
        discarded_at=timezone.now()
    )


def clear_files() -> int:
    """The sweep: take away what was discarded or never became an answer. Returns how many files went.

    What hangs is given up first, in the database, where an upload that ends after all meets it: it is refused, and no
    answer names a file that goes. Then the file, then the row: killed in between, it starts again. What the storage
    does not let go is logged and tried again at the next sweep; it keeps no other file.
    """
    now = timezone.now()
    hanging = AnswerFile.objects.filter(attached=False, discarded_at=None, created_at__lt=now - UNFINISHED)
    hanging.update(discarded_at=now)
    due = Q(discarded_at__lte=now) | Q(attempt_item=None)
    cleared = 0
    for row in AnswerFile.objects.filter(due).order_by("pk")[:CLEARED_AT_ONCE]:
        try:
            if row.stored_as:
                default_storage.delete(row.stored_as)
        except Exception:
            logger.exception("the file %s could not be deleted", row.uuid)
            continue
        row.delete()
        cleared += 1
    return cleared
