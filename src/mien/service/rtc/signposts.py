"""What OPTIONS answers at the endpoints of WHIP and WHEP, to anybody: preflights show no key."""

from __future__ import annotations

import re

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

SDP = "application/sdp"
_ENDPOINT = re.compile(r"/v1/sessions/[^/]+/(whep|whip)")
_CONNECTION = re.compile(r"/v1/sessions/[^/]+/(whep|whip)/[^/]+")


class Signposts:
    """Middleware around that for CORS, whose answers to preflights it completes; where no origins
    are allowed it answers itself."""

    def __init__(self, app: ASGIApp, *, preflights: bool) -> None:
        """preflights: whether they are answered within."""
        self._app, self._preflights = app, preflights

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        told = _told(scope)
        if told is None:
            await self._app(scope, receive, send)
        elif self._preflights and "access-control-request-method" in Headers(scope=scope):
            await self._app(scope, receive, _completed(send, told))
        else:
            await Response(status_code=204, headers=told)(scope, receive, send)


def _told(scope: Scope) -> dict[str, str] | None:
    """What is said of a place, None of others."""
    if scope["type"] != "http" or scope["method"] != "OPTIONS":
        return None
    if _ENDPOINT.fullmatch(scope["path"]):
        return {"Allow": "OPTIONS, POST", "Accept-Post": SDP}
    return {"Allow": "OPTIONS, DELETE"} if _CONNECTION.fullmatch(scope["path"]) else None


def _completed(send: Send, told: dict[str, str]) -> Send:
    async def send_on(message: Message) -> None:
        if message["type"] == "http.response.start":
            MutableHeaders(scope=message).update(told)
        await send(message)

    return send_on
