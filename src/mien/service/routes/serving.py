"""Something of the store as an answer: whole, in part, or not again (RFC 9110)."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from email.utils import formatdate, parsedate_to_datetime
from urllib.parse import quote

from fastapi import Request, Response
from fastapi.responses import StreamingResponse
from starlette.exceptions import HTTPException

from mien.service.store.results import ResultStore, Stored

_RANGE = re.compile(r"bytes=\s*(\d{0,100})-(\d{0,100})\s*", re.ASCII)
_UNSAFE = re.compile(r"[^A-Za-z0-9._ -]")


async def serve_stored(
    request: Request,
    store: ResultStore,
    stored: Stored | str,
    *,
    media_type: str,
    filename: str,
) -> Response:
    """Answer a GET or HEAD with what is stored, or lies under a key.

    ETag and Last-Modified, If-None-Match and If-Modified-Since (304), one Range (206, 416),
    If-Range. ``filename``: what a caller may save it as. Raises NotFoundError.
    """
    if isinstance(stored, str):
        stored = await store.head(stored)
    headers = {
        "ETag": stored.etag,
        "Last-Modified": formatdate(stored.modified, usegmt=True),
        "Accept-Ranges": "bytes",
        "Cache-Control": "private, no-cache",
        "Content-Disposition": content_disposition(filename),
        "X-Content-Type-Options": "nosniff",
    }
    if not stored.etag:
        del headers["ETag"]
    if _unchanged(request, stored):
        return Response(status_code=304, headers=headers)
    asked = _asked_range(request, stored)
    start, end = asked or (0, stored.size)
    if asked:
        headers["Content-Range"] = f"bytes {start}-{end - 1}/{stored.size}"
    headers["Content-Length"] = str(end - start)
    headers["Content-Type"] = media_type
    status = 206 if asked else 200
    if request.method == "HEAD" or start == end:
        return Response(status_code=status, headers=headers)
    chunks = store.read(stored.key, start, end, etag=stored.etag or None)
    first = await anext(chunks)  # before the answer begins: what is gone meanwhile is a 404
    if len(first) == end - start:
        return Response(first, status, headers)
    return StreamingResponse(_after(first, chunks), status, headers)


def content_disposition(filename: str) -> str:
    """The header's value: a plain name for all, the whole one for who can read it (RFC 6266)."""
    name = filename.replace("\\", "/").rpartition("/")[2].strip() or "result"
    plain = _UNSAFE.sub("_", name)
    told = f'inline; filename="{plain}"'
    if plain != name:
        told += f"; filename*=UTF-8''{quote(name.encode('utf-8', 'replace'), safe='')}"
    return told


async def _after(first: bytes, chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    yield first
    async for chunk in chunks:
        yield chunk


def _unchanged(request: Request, stored: Stored) -> bool:
    known = request.headers.get("if-none-match")
    if known is not None:
        tags = {each.strip().removeprefix("W/") for each in known.split(",")}
        return "*" in tags or (stored.etag.removeprefix("W/") in tags)
    since = _date(request.headers.get("if-modified-since"))
    return since is not None and int(stored.modified) <= since


def _asked_range(request: Request, stored: Stored) -> tuple[int, int] | None:
    """First byte and the one after the last; None for everything. What makes no sense, or asks for
    several ranges, is not heeded, as the standard wants it."""
    asked = _RANGE.fullmatch(request.headers.get("range", ""))
    if asked is None or not _same_version(request, stored):
        return None
    first, last = asked[1], asked[2]
    if not first and not last:
        return None
    if first and last and int(first) > int(last):
        return None
    start = int(first) if first else max(0, stored.size - int(last))
    end = min(int(last) + 1, stored.size) if first and last else stored.size
    if start >= stored.size:
        raise HTTPException(
            416,
            f"there are {stored.size} bytes; the range begins after them",
            headers={"Content-Range": f"bytes */{stored.size}"},
        )
    return start, end


def _same_version(request: Request, stored: Stored) -> bool:
    condition = request.headers.get("if-range")
    if condition is None:
        return True
    if condition.startswith(('"', "W/")):
        return condition == stored.etag and not condition.startswith("W/")
    return _date(condition) == int(stored.modified)


def _date(text: str | None) -> int | None:
    try:
        return None if text is None else int(parsedate_to_datetime(text).timestamp())
    except (ValueError, TypeError, OverflowError):
        return None
