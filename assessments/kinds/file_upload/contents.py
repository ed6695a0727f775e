"""What a file is, by its own bytes: its name and what the browser says of it are the sender's words alone.

Sources of the signatures: RFC 8081 and ISO 32000 (PDF), ISO 14496-12 (MP4, `ftyp`), RFC 6386/Matroska (EBML), RFC 3533
(Ogg), the WHATWG MIME Sniffing standard for the rest. MP4, WebM and Ogg hold sound or pictures; which of the two their
tracks say. What passes is served as an attachment with the type found here and is never run.
"""

from dataclasses import dataclass
from typing import Any, Protocol

HEAD = 64 * 1024
MAX_BOXES, MAX_TRACKS = 1000, 8 * 1024 * 1024


class Readable(Protocol):
    """An opened file."""

    def seek(self, offset: int, /) -> Any: ...
    def read(self, size: int, /) -> bytes: ...


@dataclass(frozen=True)
class FileType:
    """`sort` is audio, video or pdf; `suffix` the ending under which the file is kept and sent."""

    sort: str
    media_type: str
    suffix: str


PDF = FileType("pdf", "application/pdf", "pdf")
MP3 = FileType("audio", "audio/mpeg", "mp3")
WAV = FileType("audio", "audio/wav", "wav")
FLAC = FileType("audio", "audio/flac", "flac")
AAC = FileType("audio", "audio/aac", "aac")
OGG = FileType("audio", "audio/ogg", "ogg")
OGG_VIDEO = FileType("video", "video/ogg", "ogv")
M4A = FileType("audio", "audio/mp4", "m4a")
MP4 = FileType("video", "video/mp4", "mp4")
MOV = FileType("video", "video/quicktime", "mov")
WEBM_AUDIO = FileType("audio", "audio/webm", "weba")
WEBM = FileType("video", "video/webm", "webm")


def type_of(file: Readable, size: int) -> FileType | None:
    """The type of an opened file of that many bytes; None for everything else. The file stands at its start again."""
    file.seek(0)
    head = file.read(HEAD)
    tracks = b""
    if head[4:8] == b"ftyp":
        tracks = _tracks(file, size)
    file.seek(0)
    return _simple(head) or _container(head, tracks)


def _tracks(file: Readable, size: int) -> bytes:
    """The box `moov` of an MP4, which lists its tracks: at the start or the end, or nothing (ISO 14496-12, 4.2)."""
    at = 0
    for _number in range(MAX_BOXES):
        file.seek(at)
        head = file.read(16)
        length, name = int.from_bytes(head[:4], "big"), head[4:8]
        if length == 1:
            length = int.from_bytes(head[8:16], "big")
        elif length == 0:  # to the end of the file
            length = size - at
        if name == b"moov":
            file.seek(at)
            return file.read(min(length, MAX_TRACKS))
        at += length
        if length < 8 or at >= size:
            break
    return b""


_BEGINS = ((b"%PDF-", PDF), (b"ID3", MP3), (b"fLaC", FLAC))


def _simple(head: bytes) -> FileType | None:
    if head.startswith(b"RIFF") and head[8:12] == b"WAVE":
        return WAV
    return next((found for mark, found in _BEGINS if head.startswith(mark)), None) or _frame(head)


def _frame(head: bytes) -> FileType | None:
    """A frame of sound without a container: its sync word, and fields that say something."""
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE0 != 0xE0:
        return None
    if head[1] & 0xF6 == 0xF0:
        return AAC  # ADTS: layer 0
    # MPEG audio: version, layer, bit rate and sampling rate that exist.
    sound = head[1] & 0x18 != 0x08 and head[1] & 0x06 and head[2] & 0xF0 not in {0, 0xF0} and head[2] & 0x0C != 0x0C
    return MP3 if sound else None


def _container(head: bytes, tracks: bytes) -> FileType | None:
    if head.startswith(b"OggS"):
        return _ogg(head)
    if head.startswith(b"\x1a\x45\xdf\xa3") and (b"webm" in head[:64] or b"matroska" in head[:64]):
        return _matroska(head)
    return _mp4(head, tracks) if head[4:8] == b"ftyp" else None


def _ogg(head: bytes) -> FileType | None:
    if b"\x80theora" in head:
        return OGG_VIDEO
    return OGG if any(mark in head for mark in (b"OpusHead", b"\x01vorbis", b"Speex  ", b"\x7fFLAC")) else None


def _matroska(head: bytes) -> FileType | None:
    if any(mark in head for mark in (b"V_VP8", b"V_VP9", b"V_AV1", b"V_MPEG4")):
        return WEBM
    return WEBM_AUDIO if any(mark in head for mark in (b"A_OPUS", b"A_VORBIS", b"A_AAC")) else None


def _mp4(head: bytes, tracks: bytes) -> FileType | None:
    """By its tracks; a photo (HEIC, AVIF) is such a container too and has none."""
    brand = head[8:12]
    if b"vide" in tracks and brand not in {b"M4A ", b"M4B "}:
        return MOV if brand == b"qt  " else MP4
    return M4A if b"soun" in tracks else None
