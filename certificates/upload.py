"""An upload that is hashed while it arrives and never stored, neither on disk nor in memory."""

import hashlib
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.files.uploadhandler import FileUploadHandler, StopUpload

MAX_BYTES = 5 * 1024 * 1024  # a certificate has less than one


class HashOnlyUploadHandler(FileUploadHandler):
    """Gives the view an empty file whose `sha256` attribute is the digest; `too_large` when it was cut off."""

    chunk_size = 64 * 1024

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self.digest = hashlib.sha256()
        self.received = 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        self.received += len(raw_data)
        if self.received > MAX_BYTES:
            raise StopUpload(connection_reset=False)
        self.digest.update(raw_data)
        return None

    def file_complete(self, file_size: int) -> SimpleUploadedFile:
        uploaded = SimpleUploadedFile(self.file_name or "file", b"")
        uploaded.sha256 = self.digest.hexdigest()  # type: ignore[attr-defined]  # read by the view that set the handler
        return uploaded
