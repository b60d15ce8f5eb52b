"""Results in a folder or a bucket, through obstore."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Stored:
    """Something in the store. etag: as the store says, in quotes. modified: Unix seconds."""

    key: str
    size: int
    etag: str
    modified: float


class ResultStore:
    """Things by key, as ``results/<owner>/<id>.mp4``; whole or not there at all."""

    @classmethod
    def open(cls, url: str) -> ResultStore:
        """A folder's path or ``s3://bucket/prefix``. Raises OptionError."""
        raise NotImplementedError

    async def put(self, key: str, content: bytes | Path) -> Stored:
        """Raises OutputError when there is no room or no right to write."""
        raise NotImplementedError

    async def head(self, key: str) -> Stored:
        """Raises NotFoundError."""
        raise NotImplementedError

    def read(self, key: str, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        """Bytes from ``start`` up to ``end``. Raises NotFoundError."""
        raise NotImplementedError

    async def delete(self, key: str) -> None:
        """What is not there is no error."""
        raise NotImplementedError

    def list(self, prefix: str) -> AsyncIterator[Stored]:
        raise NotImplementedError
