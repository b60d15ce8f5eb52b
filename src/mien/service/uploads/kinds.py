"""What a file is taken for: told from its first bytes, whatever its sender calls it.

Only what is listed here is kept and ever given to a decoder: no playlists and scripts that make a
decoder open other files or addresses, no documents, no archives.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

HEAD_BYTES = 512
_TS_PACKET = 188
_PICKLES = tuple(b"\x80" + bytes([protocol]) for protocol in (2, 3, 4, 5))
_AVIF_BRANDS = (b"avif", b"avis")
_HEIC_BRANDS = (b"heic", b"heix", b"heim", b"heis", b"mif1", b"msf1", b"hevc", b"hevx")
_LARGEST_TABLE = 65_536

Family = Literal["picture", "media", "template"]
"""``media``: a film or a sound; which of them, its streams tell."""


@dataclass(frozen=True, slots=True)
class Form:
    """extension: with its dot. media_type: of a picture, template or film. sound_type: where the
    same form holds a sound only."""

    family: Family
    extension: str
    media_type: str
    sound_type: str = ""
    sound_extension: str = ""


_PNG = Form("picture", ".png", "image/png")
_JPEG = Form("picture", ".jpg", "image/jpeg")
_WEBP = Form("picture", ".webp", "image/webp")
_GIF = Form("picture", ".gif", "image/gif")
_BMP = Form("picture", ".bmp", "image/bmp")
_TIFF = Form("picture", ".tif", "image/tiff")
_AVIF = Form("picture", ".avif", "image/avif")
_MP4 = Form("media", ".mp4", "video/mp4", "audio/mp4", ".m4a")
_MOV = Form("media", ".mov", "video/quicktime", "audio/mp4", ".m4a")
_MKV = Form("media", ".mkv", "video/x-matroska", "audio/x-matroska", ".mka")
_WEBM = Form("media", ".webm", "video/webm", "audio/webm", ".webm")
_OGG = Form("media", ".ogv", "video/ogg", "audio/ogg", ".ogg")
_AVI = Form("media", ".avi", "video/x-msvideo")
_FLV = Form("media", ".flv", "video/x-flv")
_ASF = Form("media", ".wmv", "video/x-ms-asf", "audio/x-ms-wma", ".wma")
_MPEG = Form("media", ".mpg", "video/mpeg")
_TS = Form("media", ".ts", "video/mp2t")
_WAV = Form("media", ".wav", "audio/wav", "audio/wav", ".wav")
_FLAC = Form("media", ".flac", "audio/flac", "audio/flac", ".flac")
_MP3 = Form("media", ".mp3", "audio/mpeg", "audio/mpeg", ".mp3")
_AAC = Form("media", ".aac", "audio/aac", "audio/aac", ".aac")
_AIFF = Form("media", ".aiff", "audio/aiff", "audio/aiff", ".aiff")
_AU = Form("media", ".au", "audio/basic", "audio/basic", ".au")
_CAF = Form("media", ".caf", "audio/x-caf", "audio/x-caf", ".caf")
_AMR = Form("media", ".amr", "audio/amr", "audio/amr", ".amr")
_PICKLE = Form("template", ".pkl", "application/octet-stream")
_MOTION = Form("template", ".mien", "application/octet-stream")

_MAGIC: tuple[tuple[bytes, Form], ...] = (
    (b"\x89PNG\r\n\x1a\n", _PNG),
    (b"\xff\xd8\xff", _JPEG),
    (b"GIF87a", _GIF),
    (b"GIF89a", _GIF),
    (b"II*\x00", _TIFF),
    (b"MM\x00*", _TIFF),
    (b"OggS", _OGG),
    (b"FLV\x01", _FLV),
    (b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", _ASF),
    (b"\x00\x00\x01\xba", _MPEG),
    (b"fLaC", _FLAC),
    (b"ID3", _MP3),
    (b".snd", _AU),
    (b"caff", _CAF),
    (b"#!AMR", _AMR),
)


def form_of(head: bytes) -> Form | None:
    """The form of a file that begins so (``HEAD_BYTES`` of it); None for what is not taken."""
    for magic, form in _MAGIC:
        if head.startswith(magic):
            return form
    return _boxed(head) or _chunked(head) or _odd(head)


def is_heic(head: bytes) -> bool:
    """Whether it is a picture of a kind that many cameras make and nothing here reads."""
    return head[4:8] == b"ftyp" and head[8:12] in _HEIC_BRANDS


def _boxed(head: bytes) -> Form | None:
    """ISO media files begin with the length and the name of a box."""
    if head[4:8] == b"ftyp":
        if head[8:12] in _AVIF_BRANDS:
            return _AVIF
        if head[8:12] in _HEIC_BRANDS:
            return None
        return _MOV if head[8:12] == b"qt  " else _MP4
    return _MOV if head[4:8] in (b"moov", b"mdat", b"wide", b"free") else None


def _chunked(head: bytes) -> Form | None:
    """RIFF, IFF and Matroska say within what they are."""
    if head[:4] == b"RIFF":
        return {b"WEBP": _WEBP, b"AVI ": _AVI, b"WAVE": _WAV}.get(head[8:12])
    if head[:4] == b"FORM":
        return _AIFF if head[8:12] in (b"AIFF", b"AIFC") else None
    if head[:4] == b"\x1a\x45\xdf\xa3":
        return _WEBM if b"webm" in head[:64] else _MKV
    return None


def _odd(head: bytes) -> Form | None:
    """Forms that have no name of their own at the beginning."""
    if head.startswith(_PICKLES) and head[3:8] != bytes(5):
        return _PICKLE
    if head[8:9] == b"{" and int.from_bytes(head[:8], "little") <= _LARGEST_TABLE:
        return _MOTION
    if head[:1] == b"\x47" and head[_TS_PACKET : _TS_PACKET + 1] == b"\x47":
        return _TS
    if head[:2] == b"BM" and head[6:10] == bytes(4):
        return _BMP
    if len(head) > 3 and head[0] == 0xFF and head[1] & 0xE0 == 0xE0:
        return _AAC if head[1] & 0x06 == 0 else _MP3
    return None
