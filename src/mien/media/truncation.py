"""Whether a container file ends before its own index says so. Decides before any decoding.

FFmpeg plays what is left of such a file without a word, or stops in the middle of a run.
"""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

_MAX_BOXES = 100_000  # a fragmented hour has some thousands; a hostile file might have millions
_EBML = b"\x1a\x45\xdf\xa3"
_SEGMENT = b"\x18\x53\x80\x67"


def missing_bytes(path: Path) -> int:
    """How many bytes an MP4, MOV, Matroska or WebM file lacks; 0 for whole and other files."""
    size = path.stat().st_size
    with path.open("rb") as file:
        head = file.read(8)
        file.seek(0)
        if head[:4] == _EBML:
            end = _matroska_end(file)
        elif head[4:8] in (b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip"):
            end = _mp4_end(file, size)
        else:
            return 0
    return max(0, end - size)


def _mp4_end(file: BinaryIO, size: int) -> int:
    """Where the last top-level box ends (ISO 14496-12, 4.2)."""
    position = 0
    for _ in range(_MAX_BOXES):
        file.seek(position)
        head = file.read(16)
        if len(head) < 8:
            break
        length = int.from_bytes(head[:4], "big")
        if length == 0:  # until the end of the file
            return size
        if length == 1 and len(head) == 16:
            length = int.from_bytes(head[8:16], "big")
        if length < 8:  # not a box: trailing rubbish, which players ignore
            break
        position += length
    return position


def _matroska_end(file: BinaryIO) -> int:
    """Where the segment ends; 0 when it does not say, as in a live recording (RFC 8794)."""
    file.seek(4)
    header = _element_size(file)
    if header is None:
        return 0
    file.seek(header, 1)
    if file.read(4) != _SEGMENT:
        return 0
    length = _element_size(file)
    return 0 if length is None else file.tell() + length


def _element_size(file: BinaryIO) -> int | None:
    first = file.read(1)
    if not first or first[0] == 0:
        return None
    extra = 8 - first[0].bit_length()
    rest = file.read(extra)
    mask = 0x7F >> extra
    value = int.from_bytes(bytes([first[0] & mask]) + rest, "big")
    unknown = (1 << (7 * (extra + 1))) - 1
    return None if value == unknown or len(rest) < extra else value
