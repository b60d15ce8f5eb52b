"""What a file is, told from its first bytes and never from its name."""

from __future__ import annotations

import os
from pathlib import Path
from typing import BinaryIO, Literal

from mien.errors import UnreadableMediaError

Kind = Literal["still", "animation", "video", "template", "unknown"]
"""``animation``: a GIF of several pictures; it serves as a picture (its first) and as a video.
``template``: a recorded motion."""

_HEAD_BYTES = 32
_VIDEO_MAGIC = (b"\x1a\x45\xdf\xa3", b"FLV\x01", b"OggS", b"\x30\x26\xb2\x75", b"\x00\x00\x01\xba")
_STILL_MAGIC = (b"\x89PNG", b"\xff\xd8\xff", b"BM", b"II*\x00", b"MM\x00*")
_STILL_BRANDS = (b"avif", b"avis", b"heic", b"heix", b"mif1", b"msf1", b"heim", b"heis")
_PICKLE_PROTOCOLS = (b"\x80\x02", b"\x80\x03", b"\x80\x04", b"\x80\x05")
LARGEST_TABLE = 65_536
"""Bytes that the table before the numbers of a motion template takes at most."""
_HEIC_BRANDS = (b"heic", b"heix", b"mif1", b"msf1", b"heim", b"heis")


def require_file(path: str | Path) -> Path:
    """The path of a readable, non-empty, regular file.

    Raises UnreadableMediaError when it is missing, a folder, a device or a pipe, empty, or
    forbidden.
    """
    if not str(path):
        raise UnreadableMediaError("''", "names no file")
    file = Path(path)
    try:
        if not file.exists():
            raise UnreadableMediaError(path, "does not exist")
        if file.is_dir():
            raise UnreadableMediaError(path, "is a folder; give a file")
        if not file.is_file():
            raise UnreadableMediaError(path, "is not a regular file; give a picture or a video")
        if file.stat().st_size == 0:
            raise UnreadableMediaError(path, "is empty (0 bytes)")
        with file.open("rb"):
            return file
    except (OSError, ValueError) as error:
        if isinstance(error, UnreadableMediaError):
            raise
        reason = getattr(error, "strerror", None) or str(error)
        raise UnreadableMediaError(path, f"cannot be opened: {reason}") from None


def sniff(path: str | Path) -> Kind:
    """What the file holds. Raises UnreadableMediaError like `require_file`."""
    file = require_file(path)
    head = _head(file)
    if head[:4] == b"GIF8":
        return "still" if _is_one_picture(file) else "animation"
    if head[4:8] == b"ftyp":
        return "still" if head[8:12] in _STILL_BRANDS else "video"
    if head[:4] == b"RIFF":
        return {b"WEBP": "still", b"AVI ": "video"}.get(head[8:12], "unknown")  # type: ignore[return-value]
    if head.startswith(_STILL_MAGIC):
        return "still"
    if head.startswith(_PICKLE_PROTOCOLS) or _is_safetensors(head):
        return "template"
    if head.startswith(_VIDEO_MAGIC) or head[4:8] in (b"moov", b"mdat", b"wide", b"free"):
        return "video"
    return "unknown"


def is_heic(path: Path) -> bool:
    """Whether the file is a HEIC/HEIF picture, which Pillow cannot read."""
    head = _head(path)
    return head[4:8] == b"ftyp" and head[8:12] in _HEIC_BRANDS


def _is_safetensors(head: bytes) -> bool:
    return head[8:9] == b"{" and int.from_bytes(head[:8], "little") <= LARGEST_TABLE


def _is_one_picture(gif: Path) -> bool:
    """Whether a GIF holds exactly one picture (GIF89a, appendix A); False when it is damaged."""
    pictures = 0
    with gif.open("rb") as file:
        screen = file.read(13)
        _skip_palette(file, screen[10:11])
        while kind := file.read(1):
            if kind == b";":
                break
            if kind == b"!":
                file.seek(1, os.SEEK_CUR)  # which extension it is
            elif kind == b",":
                pictures += 1
                _skip_palette(file, file.read(9)[8:])
                file.seek(1, os.SEEK_CUR)  # the code size of what follows
            else:
                return False
            if pictures > 1:
                return False
            while size := file.read(1):
                if size == b"\0":
                    break
                file.seek(size[0], os.SEEK_CUR)
    return pictures == 1


def _skip_palette(gif: BinaryIO, flags: bytes) -> None:
    if flags and flags[0] & 0x80:
        gif.seek(3 << (flags[0] & 7) + 1, os.SEEK_CUR)


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(_HEAD_BYTES)
