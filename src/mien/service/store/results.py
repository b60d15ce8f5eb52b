"""Results in a folder or a bucket, through obstore."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import obstore
from obstore.exceptions import BaseError
from obstore.store import LocalStore, S3Store

from mien.errors import OptionError
from mien.service.errors import NotFoundError
from mien.service.store.keys import checked_key
from mien.service.store.leftovers import remove_leftovers
from mien.service.store.refusals import NOT_THERE, refusal, why

if TYPE_CHECKING:
    from obstore import ObjectMeta
    from obstore.store import ObjectStore, RetryConfig

_PART = 8 * 2**20
"""Bytes of a file that are sent to a bucket in one piece (S3 wants 5 MiB at least)."""
_PARTS_AT_ONCE = 3
_CHUNK_OF_FOLDER = 2**18
"""Bytes read at once; what a slow reader keeps in memory is a multiple of it."""
_CHUNK_OF_BUCKET = 2 * 2**20
"""Bytes read at once. Each chunk of a bucket is a request of its own, so that a slow reader does
not run into the time limit of one request."""
_RETRIES: RetryConfig = {"max_retries": 4, "retry_timeout": timedelta(seconds=30)}


@dataclass(frozen=True, slots=True)
class Stored:
    """Something in the store. etag: as the store says, in quotes. modified: Unix seconds."""

    key: str
    size: int
    etag: str
    modified: float


class ResultStore:
    """Things by key, as ``results/<owner>/<id>.mp4``; whole or not there at all."""

    def __init__(self, store: ObjectStore, folder: Path | None = None) -> None:
        """``folder``: where it is, if it is one."""
        self._store = store
        self._folder = folder
        self._chunk_bytes = _CHUNK_OF_FOLDER if folder is not None else _CHUNK_OF_BUCKET

    @classmethod
    def open(cls, url: str) -> ResultStore:
        """A folder's path or ``s3://bucket/prefix``, where the AWS_... variables say how to get
        there (AWS_ENDPOINT for other services than Amazon's). Raises OptionError."""
        if url.lower().startswith("s3://"):
            return cls(_bucket(url))
        if "://" in url:
            raise OptionError("--store", f"{url!r} is neither a folder nor s3://bucket/prefix")
        folder = Path(url).expanduser().absolute()
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            return cls(LocalStore(prefix=folder), folder)
        except OSError as error:
            raise OptionError("--store", f"{folder} cannot be used ({error.strerror})") from None
        except BaseError as error:
            raise OptionError("--store", f"{folder} cannot be used ({why(error)})") from None

    async def put(self, key: str, content: bytes | Path) -> Stored:
        """Keep it under this key instead of what was there; a file is on the disk for good when
        this returns. Raises OutputError when there is no room or no right to write."""
        path = checked_key(key)
        try:
            await obstore.put_async(
                self._store, path, content, chunk_size=_PART, max_concurrency=_PARTS_AT_ONCE
            )
            if self._folder is not None and isinstance(content, Path):
                await asyncio.to_thread(_flush, self._folder / path)
        except (BaseError, OSError) as error:
            raise refusal(error) from None
        return await self.head(key)

    async def head(self, key: str) -> Stored:
        """Raises NotFoundError."""
        try:
            return _stored(await obstore.head_async(self._store, checked_key(key)))
        except FileNotFoundError:
            raise NotFoundError(NOT_THERE) from None
        except (BaseError, OSError) as error:
            raise refusal(error) from None

    async def read(
        self, key: str, start: int = 0, end: int | None = None, *, etag: str | None = None
    ) -> AsyncIterator[bytes]:
        """Bytes from ``start`` up to ``end``, all of them of one version, that of ``etag`` if it
        is given. Raises NotFoundError, also when another version took its place meanwhile."""
        if end is None or etag is None:
            stored = await self.head(key)
            etag = etag or stored.etag
            end = stored.size if end is None else end
        for begin in range(start, end, self._chunk_bytes):
            yield await self._chunk(key, begin, min(begin + self._chunk_bytes, end), etag)

    async def _chunk(self, key: str, start: int, end: int, etag: str) -> bytes:
        options: obstore.GetOptions = {"range": (start, end), "if_match": etag or None}
        try:
            result = await obstore.get_async(self._store, checked_key(key), options=options)
            return bytes(await result.bytes_async())
        except (FileNotFoundError, obstore.exceptions.PreconditionError):
            raise NotFoundError(NOT_THERE) from None
        except (BaseError, OSError) as error:
            raise refusal(error) from None

    async def delete(self, key: str) -> None:
        """What is not there is no error."""
        try:
            with suppress(FileNotFoundError):
                await obstore.delete_async(self._store, checked_key(key))
        except (BaseError, OSError) as error:
            raise refusal(error) from None

    async def list(self, prefix: str) -> AsyncIterator[Stored]:
        """Everything below ``prefix``, which is whole names: ``results`` or ``results/<owner>``."""
        batches = obstore.list(self._store, checked_key(prefix))
        try:
            async for batch in batches:
                for each in batch:
                    yield _stored(each)
        except FileNotFoundError:
            return
        except (BaseError, OSError) as error:
            raise refusal(error) from None

    async def remove_leftovers(self, before: float) -> None:
        """What a process that was killed had written of a file, if that was before this moment
        (Unix seconds). A bucket does this by itself, by
        its rule for unfinished multipart uploads."""
        if self._folder is not None:
            await asyncio.to_thread(remove_leftovers, self._folder, before)


def _bucket(url: str) -> S3Store:
    parts = urlsplit(url)
    if not parts.netloc:
        raise OptionError("--store", f"{url!r} names no bucket; s3://bucket/prefix does")
    try:
        prefix = parts.path.strip("/") or None
        return S3Store(parts.netloc, prefix=prefix, retry_config=_RETRIES)
    except (BaseError, ValueError) as error:
        raise OptionError("--store", f"{url!r} cannot be used ({why(error)})") from None


def _stored(meta: ObjectMeta) -> Stored:
    return Stored(
        meta["path"], meta["size"], meta["e_tag"] or "", meta["last_modified"].timestamp()
    )


def _flush(path: Path) -> None:
    """Onto the disk: the file, and that it is in its folder."""
    for each in (path, path.parent):
        descriptor = os.open(each, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
