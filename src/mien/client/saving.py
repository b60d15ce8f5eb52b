"""A download that ends in a file, whole or not at all."""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

from mien.client.exchange import Answer, Call, Flow, Open, Pause, Read
from mien.client.retrying import Retries, patiently
from mien.errors import ApiConnectionError
from mien.media.staging import Staging

_WHOLE = {"Accept-Encoding": "identity"}


def save(path: str, target: str | Path, retries: Retries, *, force: bool) -> Flow[Path]:
    """What the service has at ``path``, in the file ``target``, through a temporary name. A
    connection that breaks is taken up where it broke.

    Raises OutputError, ApiError, ApiConnectionError.
    """
    staging = Staging(Path(target), folder=False, force=force)
    with staging.writing() as part, part.open("wb") as file:
        yield from _fetch(path, file, retries)
    return Path(target)


def _fetch(path: str, file: BinaryIO, retries: Retries) -> Flow[None]:
    failures, etag = 0, ""
    while True:
        done = file.tell()
        call = Call("GET", path, headers=_WHOLE | _from(done, etag))
        answer = yield from patiently(call, retries, Open)
        etag = answer.headers.get("etag", "")
        if done and not _continues(answer, done):
            done = file.seek(0)
            file.truncate()
        try:
            while (chunk := (yield Read())) is not None:
                file.write(chunk)
            return
        except ApiConnectionError:
            failures = 0 if file.tell() > done else failures + 1
            if failures > retries.most:
                raise
        yield Pause(retries.wait_s(failures))


def _from(done: int, etag: str) -> dict[str, str]:
    """Only the rest, if it is still the same thing."""
    return {"Range": f"bytes={done}-", "If-Range": etag} if done and etag else {}


def _continues(answer: Answer, done: int) -> bool:
    said = answer.headers.get("content-range", "")
    return answer.status == 206 and said.startswith(f"bytes {done}-")
