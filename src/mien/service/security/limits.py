"""How much a caller may send, how slowly, and how many requests it may have under way."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from dataclasses import dataclass

from fastapi import Request
from python_multipart.multipart import parse_options_header
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mien.errors import MienError
from mien.service.errors import SlowRequestError, TooLargeError, TooManyError
from mien.service.problems import answer_to
from mien.service.security.pace import Floor, Pace
from mien.service.settings import ServiceSettings

MOST_FIELDS, MOST_FILES, MOST_FIELD_BYTES = 200, 10, 256_000
"""Of every form. Files are bounded by the body."""
_LARGE_PATHS = ("/v1/portraits", "/v1/drivers", "/predict")
_LASTING = ("/events", "/stream.mp4", "/stream.ts")
_JSON_BYTES = 1_000_000
_FORM_ROOM = 1_000_000
"""What the fields beside a file may take."""
_TAIL_BYTES = 4096
"""The last boundary is in these; nothing of use follows it."""
_LINGER_S = 2.0
"""A refused body is read on for so long, so that its sender gets to see the answer."""


@dataclass(frozen=True, slots=True)
class BodyLimits:
    """large: of the routes that take films; form: of others that take files; other: of JSON."""

    large: int
    form: int
    other: int = _JSON_BYTES

    def of(self, path: str, content_type: str) -> int:
        """Most bytes of a body."""
        if not content_type.lower().startswith("multipart/"):
            return self.other
        return self.large if path.startswith(_LARGE_PATHS) else self.form


def body_limits(settings: ServiceSettings) -> BodyLimits:
    """Those of the settings."""
    return BodyLimits(
        large=settings.max_upload_mb * 1_000_000 + _FORM_ROOM,
        form=settings.max_portrait_mb * 1_000_000 + _FORM_ROOM,
    )


class BoundedBodies:
    """Middleware: answers 413 before a body is read that says it is too large, or while one comes
    that turns out to be; 408 for one that comes too slowly."""

    def __init__(self, app: ASGIApp, limits: BodyLimits, floor: Floor | None = None) -> None:
        self._app, self._limits = app, limits
        self._floor = floor or Floor()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        most = self._limits.of(scope["path"], headers.get("content-type", ""))
        said = headers.get("content-length", "")
        if said.isascii() and said.isdigit() and (len(said) > 18 or int(said) > most):
            await _refuse(scope, receive, send, _too_large(most))
            return
        if said in ("", "0") and "transfer-encoding" not in headers:
            await self._app(scope, receive, send)
            return
        body = _Body(receive, send, most, Pace(self._floor), _last_boundary(headers))
        try:
            await self._app(scope, body.receive, body.send)
        except Exception:
            if body.refused is None or body.answered:
                raise
        if body.refused is not None and not body.answered:
            await _refuse(scope, receive, send, body.refused)


class _RefusedError(HTTPException):
    """Ends the reading: frameworks let it pass, and what they make of it is not sent."""


class _Body:
    """One request's body on its way in."""

    def __init__(
        self, receive: Receive, send: Send, most: int, pace: Pace, last_boundary: bytes = b""
    ) -> None:
        """``last_boundary``: what the end of the body must hold; a form without it lacks fields."""
        self._receive, self._send = receive, send
        self._most, self._pace = most, pace
        self._last_boundary, self._tail = last_boundary, b""
        self._size, self._whole = 0, False
        self.refused: MienError | None = None
        self.answered = False

    async def receive(self) -> Message:
        if self._whole:
            return await self._receive()
        began = time.monotonic()
        try:
            async with asyncio.timeout(self._pace.patience_s):
                message = await self._receive()
        except TimeoutError:
            raise self._refusing(SlowRequestError("the body comes too slowly; send it again"))  # noqa: B904
        if message["type"] != "http.request":
            self._whole = True
            return message
        self._size += len(message.get("body", b""))
        self._pace.came(len(message.get("body", b"")), time.monotonic() - began)
        self._whole = not message.get("more_body", False)
        if self._size > self._most:
            raise self._refusing(_too_large(self._most))
        self._check_end(message.get("body", b""))
        return message

    def _check_end(self, portion: bytes) -> None:
        if self._last_boundary:
            self._tail = (self._tail[-_TAIL_BYTES:] + portion[-_TAIL_BYTES:])[-_TAIL_BYTES:]
            if self._whole and self._last_boundary not in self._tail:
                raise MultiPartException("the form ends before its last boundary; send all of it")

    async def send(self, message: Message) -> None:
        """What is made of a refused body is not sent: the refusal is."""
        if self.refused is None or self.answered:
            self.answered = True
            await self._send(message)

    def _refusing(self, error: MienError) -> _RefusedError:
        self.refused = error
        return _RefusedError(413, str(error))


class FewAtOnce:
    """Middleware: so many requests of one owner at the same time; beyond them 429. Streams, which
    last, are counted apart, to the same number."""

    def __init__(self, app: ASGIApp, most: int) -> None:
        self._app, self._most = app, most
        self._under_way: Counter[tuple[str, bool]] = Counter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        owner = scope.get("state", {}).get("owner") if scope["type"] == "http" else None
        if owner is None:
            await self._app(scope, receive, send)
            return
        place = owner, scope["path"].endswith(_LASTING)
        if self._under_way[place] >= self._most:
            words = f"more than {self._most} requests at the same time; wait for some to end"
            await answer_to(Request(scope), TooManyError(words, 1))(scope, receive, send)
            return
        self._under_way[place] += 1
        try:
            await self._app(scope, receive, send)
        finally:
            self._under_way[place] -= 1
            if not self._under_way[place]:
                del self._under_way[place]


def _last_boundary(headers: Headers) -> bytes:
    """Of a form; empty for other bodies, and for forms that do not say it."""
    kind, options = parse_options_header(headers.get("content-type", ""))
    boundary = options.get(b"boundary", b"")
    return b"--" + boundary + b"--" if kind == b"multipart/form-data" and boundary else b""


def _too_large(most: int) -> TooLargeError:
    return TooLargeError(f"the request is larger than {most / 1e6:g} MB, the most taken here")


async def _refuse(scope: Scope, receive: Receive, send: Send, error: MienError) -> None:
    """Answer and close. The rest of the body is read and dropped for a moment: a connection that is
    closed while bytes come is reset, and the answer lost."""
    answer = answer_to(Request(scope), error)
    answer.headers["Connection"] = "close"
    await send({"type": "http.response.start", "status": answer.status_code,
                "headers": answer.raw_headers})  # fmt: skip
    await send({"type": "http.response.body", "body": bytes(answer.body), "more_body": True})
    try:
        async with asyncio.timeout(_LINGER_S):
            while (await receive()).get("more_body", False):
                pass
    except TimeoutError:
        pass
    await send({"type": "http.response.body", "body": b"", "more_body": False})
