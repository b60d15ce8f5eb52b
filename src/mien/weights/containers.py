"""What kind of file holds weights, told by its first bytes, before any library opens it.

The usual things that lie in the place of weights are named: a download that broke off, the page
with which a server answered, the pointer that git keeps in the place of a large file.
"""

from __future__ import annotations

import stat
import struct
import zipfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Literal

from mien.errors import WeightsError

Kind = Literal["zip", "pickle", "safetensors"]
"""PyTorch's since 1.6, PyTorch's before, and safetensors."""

_LARGEST = 8 << 30
_LARGEST_DIRECTORY = 4 << 20  # of a zip file: 128 bytes for each of 30 000 tensors
_LARGEST_PICKLE = 16 << 20  # the structure alone; tensors are files of their own in the zip
_LARGEST_HEADER = 32 << 20  # of safetensors, JSON
_END_RECORD = b"PK\x05\x06"
_START = 512  # bytes that tell one kind from another


def container_kind(path: Path) -> Kind:
    """Which kind it is. WeightsError for a file that is none of them, or larger than any here."""
    with _opened(path) as (file, size):
        return _kind(path, file, size)


def check_checksums(path: Path) -> None:
    """Read all of a file of weights; WeightsError if a tensor in it is not as it was written.

    Only PyTorch's zip files have checksums. Opening one does not look at them: its tensors are
    mapped into memory, and most are not read by then.
    """
    with _opened(path) as (file, size):
        if _kind(path, file, size) == "zip" and not _as_written(file):
            raise WeightsError(path, "is damaged: its checksums do not fit; get it again")


def check_onnx_start(path: Path) -> None:
    """WeightsError for what lies in the place of an ONNX file and is none, by its first bytes."""
    with _opened(path) as (file, _):
        if problem := _what_else(file.read(_START)):
            raise WeightsError(path, problem)


def is_file(path: Path) -> bool:
    """Whether it is there. WeightsError for a folder or a device in the place of a file."""
    try:
        mode = path.stat().st_mode
    except (OSError, ValueError):  # not there, as far as anybody can tell
        return False
    _check_regular(path, mode)
    return True


@contextmanager
def _opened(path: Path) -> Generator[tuple[BinaryIO, int]]:
    """The file and its size in bytes."""
    if "\0" in str(path):
        raise WeightsError(repr(str(path)), "is no name of a file")
    try:
        status = path.stat()
        _check_regular(path, status.st_mode)
        if status.st_size > _LARGEST:
            raise WeightsError(path, f"has {status.st_size >> 30} GB; no weights here have that")
        with path.open("rb") as file:
            yield file, status.st_size
    except OSError as error:
        problem = "does not exist" if isinstance(error, FileNotFoundError) else error.strerror
        raise WeightsError(path, problem or "cannot be read") from None


def _check_regular(path: Path, mode: int) -> None:
    if stat.S_ISDIR(mode):
        raise WeightsError(path, "is a folder, in the place of a file of weights; remove it")
    if not stat.S_ISREG(mode):
        raise WeightsError(path, "is not a file but a device or a pipe; put a file in its place")


def _as_written(file: BinaryIO) -> bool:
    try:
        with zipfile.ZipFile(file) as archive:
            return archive.testzip() is None
    except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError):
        return False  # a damaged header; RuntimeError: one that asks for a password


def _kind(path: Path, file: BinaryIO, size: int) -> Kind:
    start = file.read(_START)
    if start.startswith(b"PK\x03\x04"):
        _check_zip(path, file, size)
        return "zip"
    if len(start) > 8 and start[8:9] == b"{":
        _check_header(path, struct.unpack("<Q", start[:8])[0], size)
        return "safetensors"
    if start[:1] == b"\x80":
        return "pickle"
    raise WeightsError(path, _what_else(start) or "is no file of weights (.pth or .safetensors)")


def _what_else(start: bytes) -> str | None:
    """What the usual thing in the place of weights is, told by its start; None for no such."""
    if not start.strip(b"\0"):
        return "is empty; get it again"
    if start.startswith(b"version https://git-lfs"):
        return "is the pointer that git keeps in its place; run `git lfs pull`, or download it"
    if start.lstrip().startswith(b"<"):
        return "is a page of a web site, not a file of weights; get it again"
    return None


def _check_header(path: Path, length: int, size: int) -> None:
    if length > min(size - 8, _LARGEST_HEADER):
        raise WeightsError(path, "is damaged or cut off; get it again")


def _check_zip(path: Path, file: BinaryIO, size: int) -> None:
    """PyTorch stores without compressing: what claims to unpack to more is a bomb."""
    file.seek(max(size - (1 << 16), 0))
    end = file.read()
    at = end.rfind(_END_RECORD)
    if at < 0 or len(end) < at + 22:
        raise WeightsError(path, "is cut off: the download did not finish; get it again")
    if struct.unpack_from("<I", end, at + 12)[0] > _LARGEST_DIRECTORY:
        raise WeightsError(path, "holds more files than any weights")
    try:
        with zipfile.ZipFile(file) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OverflowError):
        raise WeightsError(path, "is damaged; get it again") from None
    packed = any(entry.compress_type != zipfile.ZIP_STORED for entry in entries)
    if packed or sum(entry.file_size for entry in entries) > size:
        raise WeightsError(path, "unpacks to more than it holds; PyTorch writes no such file")
    structures = (entry for entry in entries if entry.filename.endswith(".pkl"))
    if any(entry.file_size > _LARGEST_PICKLE for entry in structures):
        raise WeightsError(path, "describes its tensors at a length that none needs")
