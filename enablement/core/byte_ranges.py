"""Files in parts: sound and video can only be sought, and Safari only plays them, when the server sends byte ranges."""

import re
from typing import Any, NamedTuple

from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase

NO_ETAG = '""'  # of a document whose hash Wagtail has not taken: it tells no two versions apart
_SINGLE_RANGE = re.compile(r"bytes=(\d*)-(\d*)")


class Span(NamedTuple):
    """First and last byte, both included, counted from 0."""

    first: int
    last: int

    @property
    def length(self) -> int:
        return self.last - self.first + 1


class Part:
    """A file that ends after `length` bytes. Without `fileno`, so that no server sends the rest of it as well."""

    def __init__(self, file: Any, length: int) -> None:
        self.file, self.left = file, length

    def read(self, size: int = -1) -> bytes:
        data: bytes = self.file.read(self.left if size < 0 else min(size, self.left))
        self.left -= len(data)
        return data

    def close(self) -> None:
        self.file.close()


def in_part(request: HttpRequest, response: FileResponse) -> HttpResponseBase:
    """The response cut to the range that was asked for; whole where none was. 416 for a range beyond the file."""
    response["Accept-Ranges"] = "bytes"
    size = int(response["Content-Length"])
    wanted = asked_span(request, response, size)
    if wanted is None:
        return response
    if wanted.first >= size or wanted.length < 1:
        response.close()
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}", "Accept-Ranges": "bytes"})
    headers = dict(response.items())
    response.streaming_content = _part(response.file_to_stream, wanted)  # type: ignore[assignment]  # Django takes any file here
    response.status_code = 206
    span = {"Content-Range": f"bytes {wanted.first}-{wanted.last}/{size}", "Content-Length": str(wanted.length)}
    for name, value in {**headers, **span}.items():  # Django has guessed some anew
        response[name] = value
    return response


def asked_span(request: HttpRequest, response: HttpResponseBase, size: int) -> Span | None:
    """The single range asked for, or None to send everything: none asked, several, malformed, or for another version.

    A range is for GET only (RFC 9110, 14.2). `If-Range` names the version that the first part was of: it must be the
    same strong ETag or the same date, else the parts would not fit together.
    """
    found = _SINGLE_RANGE.fullmatch(request.headers.get("Range", "").strip())
    version = request.headers.get("If-Range")
    if request.method != "GET" or found is None or not any(found.groups()):
        return None
    if version is not None and version not in {response.get("ETag"), response.get("Last-Modified")} - {NO_ETAG}:
        return None
    first, last = found.groups()
    if not first:
        return Span(max(size - int(last), 0), size - 1) if int(last) else Span(size, size)
    if last and int(last) < int(first):
        return None
    return Span(int(first), min(int(last), size - 1) if last else size - 1)


def _part(file: Any, wanted: Span) -> Part:
    """Only these bytes: read from the disk, or asked of S3, which would else be read whole before the first byte."""
    stored = getattr(getattr(file, "file", None), "obj", None)
    if stored is not None:
        return Part(stored.get(Range=f"bytes={wanted.first}-{wanted.last}")["Body"], wanted.length)
    file.seek(wanted.first)
    return Part(file, wanted.length)
