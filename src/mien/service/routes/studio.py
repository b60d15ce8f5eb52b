"""``/studio``: a page on which everything can be tried. It asks for no key itself; what it calls
does."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from mien.service.errors import NotFoundError
from mien.service.studio.page import PAGE, studio_files

router = APIRouter(include_in_schema=False)

_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' blob: data:",
        "media-src 'self' blob:",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    )
)
_HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": _POLICY,
    "Permissions-Policy": "camera=(self), microphone=(self)",
    "Cache-Control": "no-cache",
}


@router.api_route("/studio", methods=["GET", "HEAD"])
async def studio(request: Request) -> Response:
    """The page."""
    return await _answer(request, PAGE)


@router.api_route("/studio/{path:path}", methods=["GET", "HEAD"])
async def studio_file(request: Request, path: str) -> Response:
    """What the page is made of, and the samples."""
    if not path:
        return RedirectResponse("../studio", 308)
    return await _answer(request, path)


async def _answer(request: Request, path: str) -> Response:
    file = (await asyncio.to_thread(studio_files)).get(path)
    if file is None:
        raise NotFoundError("the studio has no such file")
    headers = {**_HEADERS, "ETag": file.etag}
    known = {tag.strip() for tag in request.headers.get("if-none-match", "").split(",")}
    if file.etag in known or "*" in known:
        return Response(status_code=304, headers=headers)
    return Response(file.data, media_type=file.media_type, headers=headers)
