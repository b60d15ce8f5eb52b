"""One file received, whole or not at all, from where the last attempt ended."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from pathlib import Path

from mien.errors import DownloadError
from mien.weights.hub import Published, refusals

ReceivedCallback = Callable[[int, int], None]
"""Gets the bytes that are there and those that there will be."""

_MOST_FAILURES = 5
_PAUSE_S = 1.0
_BLOCK = 1 << 16  # what is in the middle of one is lost when the connection breaks


def receive(version: Published, place: Path, report: ReceivedCallback, *, replace: bool) -> None:
    """Fetch a file to ``place``, whose folder exists; what is there stays unless ``replace``.

    While it comes it is ``.part`` beside it. Two processes that fetch the same version take turns,
    and the second finds the work done. Raises DownloadError; OSError if it cannot be written.
    """
    part = place.with_name(f"{place.name}.{version.tag[:16]}.part")
    with _turn(part):
        if place.is_file() and not replace:
            return
        if _size(part) > version.size:
            part.unlink(missing_ok=True)
        _receive_all(version, part, report)
        _check(version, part)
        part.replace(place)


def sha256_of(path: Path) -> str:
    """In hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def _turn(part: Path) -> Generator[None]:
    from huggingface_hub.utils import WeakFileLock  # type: ignore[attr-defined]

    lock = part.with_suffix(".lock")
    try:
        with WeakFileLock(lock):
            yield
    finally:
        with suppress(OSError):
            lock.unlink()


def _receive_all(version: Published, part: Path, report: ReceivedCallback) -> None:
    """Ask again for what is missing while connections break, unless nothing comes any more."""
    failures = 0
    while True:
        done = _size(part)
        with refusals(version.file):
            try:
                _receive_rest(version, part, report)
                return
            except Exception as error:
                failures = 0 if _size(part) > done else failures + 1
                if failures == _MOST_FAILURES or not _is_broken_connection(error):
                    raise
        time.sleep(_PAUSE_S if failures else 0.0)


def _receive_rest(version: Published, part: Path, report: ReceivedCallback) -> None:
    from huggingface_hub.utils import (  # type: ignore[attr-defined]
        build_hf_headers,
        get_session,
        hf_raise_for_status,
    )

    done = _size(part)
    if done == version.size:
        return
    headers = {**build_hf_headers(), "Accept-Encoding": "identity"}
    if done:
        headers["Range"] = f"bytes={done}-"
    with get_session().stream("GET", version.url, headers=headers) as response:
        hf_raise_for_status(response)
        goes_on = response.status_code == 206
        done = done if goes_on else 0
        with part.open("ab" if goes_on else "wb") as file:
            report(done, version.size)
            for chunk in response.iter_bytes(_BLOCK):
                file.write(chunk)
                done += len(chunk)
                report(done, version.size)
                if done > version.size:  # it would go on for ever, and is thrown away
                    return
    if done < version.size:
        raise EOFError("the connection was closed early")


def _is_broken_connection(error: Exception) -> bool:
    """Neither an answer of the hub nor a fault of the disk; those do not get better."""
    from huggingface_hub.errors import HfHubHTTPError, OfflineModeIsEnabled

    return not isinstance(error, HfHubHTTPError | OfflineModeIsEnabled | OSError)


def _check(version: Published, part: Path) -> None:
    whole = _size(part) == version.size
    if whole and (version.sha256 is None or sha256_of(part) == version.sha256):
        return
    part.unlink()
    raise DownloadError(version.file, "arrived damaged and was thrown away; run the command again")


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0
