"""What web pages may do with a service through the browser of somebody who can reach it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mien.checks import shown
from mien.errors import OptionError
from mien.service.errors import ForbiddenError
from mien.service.problems import answer_to
from mien.service.security.keys import Keys

ALLOWED_METHODS = ("GET", "HEAD", "POST", "DELETE")
ALLOWED_HEADERS = (
    "Authorization", "X-API-Key", "Content-Type", "Idempotency-Key", "X-Request-ID",
    "Last-Event-ID", "Range", "If-None-Match", "If-Range", "If-Modified-Since",
)  # fmt: skip
EXPOSED_HEADERS = (
    "X-Request-ID", "Location", "ETag", "Content-Range", "Accept-Ranges", "Content-Disposition",
    "Retry-After", "Link", "Accept-Post",
)  # fmt: skip
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_SOCKET = "WEBSOCKET"
"""In the place of a method: any page may open one, and it is no safe one."""
_THIS_MACHINE = re.compile(r"(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d{1,5})?", re.IGNORECASE)
_ORIGIN = re.compile(r"\*|[a-z][a-z0-9+.-]*://[^/?#@\s]+")
_DOCS = "/docs"
_NOTHING = "default-src 'none'; frame-ancestors 'none'"


def check_origins(origins: Sequence[str]) -> None:
    """OptionError for what no browser would call an origin."""
    for origin in origins:
        if not _ORIGIN.fullmatch(origin):
            problem = (
                f"{shown(origin)} is no origin; give it as https://example.org, without a path"
            )
            raise OptionError("--cors-origins", problem)


class OwnPages:
    """Middleware for a service that asks for no key, where a browser's word is all there is.

    On loopback the request must be addressed to this machine: a foreign name that leads here is
    DNS rebinding. What changes something must not come from a foreign web page, which may send
    plain forms anywhere. A service with keys needs neither: pages do not have them.
    """

    def __init__(self, app: ASGIApp, keys: Keys, *, loopback: bool, origins: Sequence[str]) -> None:
        self._app, self._keys = app, keys
        self._loopback, self._origins = loopback, frozenset(origins)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] in ("http", "websocket") and not self._keys.required:
            method = scope.get("method", _SOCKET)
            fault = self._fault(method, Headers(scope=scope))
            if fault is not None:
                answer = answer_to(HTTPConnection(scope), ForbiddenError(fault))
                await answer(scope, receive, send)
                return
        await self._app(scope, receive, send)

    def _fault(self, method: str, headers: Headers) -> str | None:
        host, origin = headers.get("host", ""), headers.get("origin")
        if self._loopback and host and not _THIS_MACHINE.fullmatch(host):
            return f"{shown(host)} is not this machine; call localhost, or make a key"
        if method in _SAFE or origin is None or "*" in self._origins or origin in self._origins:
            return None
        if urlsplit(origin).netloc.lower() == host.lower() and host:
            return None
        return f"pages of {shown(origin)} may not call this service; see --cors-origins"


class QuietHeaders:
    """Middleware: browsers guess no types, send no addresses on, and run nothing of an answer."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_quietly(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["X-Content-Type-Options"] = "nosniff"
                headers["Referrer-Policy"] = "no-referrer"
                if scope["path"] != _DOCS:
                    headers.setdefault("Content-Security-Policy", _NOTHING)
            await send(message)

        await self._app(scope, receive, send_quietly)
