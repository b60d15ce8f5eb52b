"""A live face as a stream that plain players take."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Request, Response, Security
from fastapi.security import APIKeyHeader, HTTPBearer
from starlette.types import Receive, Scope, Send

from mien.media.live_encoding import LiveForm
from mien.service.errors import UnauthorizedError
from mien.service.live import LiveSession
from mien.service.parts import TheService
from mien.service.problems import documented
from mien.service.rtc.ending import until_one_ends
from mien.service.streams.pipe import BytePipe
from mien.service.streams.watching import Watchers

router = APIRouter(prefix="/v1/sessions/{id}", tags=["sessions"])

_KINDS: dict[LiveForm, str] = {"mp4": "video/mp4", "mpegts": "video/mp2t"}
_HEADERS = {"Cache-Control": "no-store", "Accept-Ranges": "none", "X-Accel-Buffering": "no"}


class LiveResponse(Response):
    """Bytes until the session or its reader ends. Nothing is begun before the answer is."""

    def __init__(self, watchers: Watchers, session: LiveSession, form: LiveForm) -> None:
        super().__init__(media_type=_KINDS[form], headers=_HEADERS)
        del self.headers["content-length"]
        self._watchers, self._session, self._form = watchers, session, form

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """For the server. Raises MienError before it has answered anything."""
        async with self._watchers.watching(self._session, self._form) as pipe:
            head = {"status": self.status_code, "headers": self.raw_headers}
            await send({"type": "http.response.start", **head})
            await until_one_ends(_sent(pipe, send), _gone(receive))


async def _sent(pipe: BytePipe, send: Send) -> None:
    while data := await pipe.read():
        await send({"type": "http.response.body", "body": data, "more_body": True})
    await send({"type": "http.response.body", "body": b""})


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def watched(
    request: Request,
    id: Annotated[
        str, Path(pattern="^[0-9a-f]{32}$", examples=["8b1e0c5f7d2a4e6f9c3b1a0d5e7f2c48"])
    ],
    service: TheService,
    bearer: Annotated[object, Security(HTTPBearer(auto_error=False, description="An API key."))],
    api_key: Annotated[object, Security(APIKeyHeader(name="X-API-Key", auto_error=False))],
    ticket: Annotated[
        str | None,
        Query(
            max_length=100,
            description="A pass of `POST /v1/sessions/{id}/ticket`, for `<video>`, which sends no "
            "key. It begins one stream, within half a minute.",
        ),
    ] = None,
) -> LiveSession:
    """The session, by a ticket if there is one, else by the key. Raises UnauthorizedError,
    NotFoundError, ConflictError."""
    if ticket is not None:
        use = service.live.peek_ticket if request.method == "HEAD" else service.live.by_ticket
        session = use(id, ticket)
        if session is None:
            raise UnauthorizedError("this ticket is not valid; take a new one")
    elif (owner := getattr(request.state, "owner", None)) is not None:
        session = service.live.find(owner, id)
    else:
        raise UnauthorizedError("needs a key, or a ticket of POST /v1/sessions/{id}/ticket")
    session.check()
    return session


Watched = Annotated[LiveSession, Depends(watched)]


def _streaming(form: LiveForm) -> dict[str, Any]:
    binary = {"schema": {"type": "string", "format": "binary"}}
    answers: dict[int | str, Any] = {
        200: {"description": "From now on, until the session ends.",
              "content": {_KINDS[form]: binary}},
        **documented(404, 409, 422, 503),
    }  # fmt: skip
    return {"responses": answers, "response_class": Response}


@router.get(
    "/stream.mp4",
    operation_id="streamSessionMp4",
    summary="A live face as fragmented MP4, for `<video>`",
    **_streaming("mp4"),
)
async def mp4(session: Watched, service: TheService) -> Response:
    """H.264 and AAC. Whoever reads too slowly gets fewer pictures, and none that is old. `Range` is
    not looked at: there is only the present."""
    return LiveResponse(service.watchers, session, "mp4")


@router.get(
    "/stream.ts",
    operation_id="streamSessionTs",
    summary="A live face as MPEG-TS, for players",
    **_streaming("mpegts"),
)
async def transport_stream(session: Watched, service: TheService) -> Response:
    """As `stream.mp4`, for VLC, mpv, FFmpeg and receivers."""
    return LiveResponse(service.watchers, session, "mpegts")


@router.head("/stream.mp4", include_in_schema=False)
async def mp4_head(session: Watched) -> Response:
    """As GET would begin; a ticket stays good."""
    return _head("mp4")


@router.head("/stream.ts", include_in_schema=False)
async def transport_stream_head(session: Watched) -> Response:
    """As GET would begin; a ticket stays good."""
    return _head("mpegts")


def _head(form: LiveForm) -> Response:
    response = Response(media_type=_KINDS[form], headers=_HEADERS)
    del response.headers["content-length"]
    return response
