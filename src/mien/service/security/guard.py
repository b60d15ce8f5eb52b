"""Who calls: asked before anything of a request's body is read."""

from __future__ import annotations

import asyncio
import logging
import re
from typing import Annotated

from fastapi import Depends, Request, Security
from fastapi.security import APIKeyHeader, HTTPBearer
from starlette.datastructures import Headers
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Receive, Scope, Send

from mien.errors import MienError, OptionError, OutputError
from mien.service.documentation import ASSETS
from mien.service.errors import BusyError, UnauthorizedError
from mien.service.problems import answer_to
from mien.service.security.keys import LOCAL, Keys, Owner
from mien.service.settings import ServiceSettings

_log = logging.getLogger(__name__)
OPEN_PATHS = frozenset(
    {
        "/health",
        "/healthz",
        "/readyz",
        "/metrics",
        "/docs",
        "/docs/assets/favicon.png",
        "/docs/assets/swagger-ui-bundle.js",
        "/docs/assets/swagger-ui.css",
        "/openapi.json",
        "/studio",
    }
)
"""For operators and readers; these ask for no key."""
TICKET = "ticket."
"""What a ticket begins with where it is said as a WebSocket's subprotocol."""
_STREAM = re.compile("/v1/sessions/[0-9a-f]{32}/stream[.](mp4|ts)")
_WITHOUT = "needs a key; send Authorization: Bearer KEY or X-API-Key: KEY"


def check_exposure(settings: ServiceSettings, keys: Keys) -> None:
    """OptionError if other machines could call without a key and nobody has said that they may."""
    if not (settings.on_loopback or settings.insecure or keys.required):
        problem = (
            f"{settings.host} lets other machines in and there is no key; make one with `mien keys "
            "add NAME`, give --api-key, or say --insecure"
        )
        raise OptionError("--host", problem)


class Guard:
    """Middleware: notes whose each request is, and answers those that show no key or a wrong one.

    Where there are no keys all requests are LOCAL's; ``always``: not even then, which is for
    services that others can reach and whose last key was removed.
    """

    def __init__(self, app: ASGIApp, keys: Keys, *, always: bool) -> None:
        self._app, self._keys, self._always = app, keys, always

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] in ("http", "websocket") and not _is_open(scope["path"]):
            try:
                scope.setdefault("state", {})["owner"] = await self._owner(Headers(scope=scope))
            except MienError as error:
                if not _has_ticket(scope):
                    await answer_to(HTTPConnection(scope), error)(scope, receive, send)
                    return
        await self._app(scope, receive, send)

    async def _owner(self, headers: Headers) -> Owner:
        if self._keys.stale:
            try:
                await asyncio.to_thread(self._keys.refresh)
            except OutputError as error:
                _log.error("%s", error)
                raise BusyError("the keys cannot be read now; the server's log says why") from None
        if not (self._always or self._keys.required):
            return LOCAL
        key = _shown_key(headers)
        if key is None:
            raise UnauthorizedError(_WITHOUT)
        owner = self._keys.owner_of(key)
        if owner is None:
            raise UnauthorizedError("this key is not known")
        return owner


def _is_open(path: str) -> bool:
    return path in OPEN_PATHS or path.startswith((f"{ASSETS}/", "/studio/"))


def _has_ticket(scope: Scope) -> bool:
    """Whether a socket or a stream says that it comes with a ticket; its route looks at that."""
    if scope["type"] == "http":
        return bool(_STREAM.fullmatch(scope["path"])) and b"ticket=" in scope["query_string"]
    return any(each.startswith(TICKET) for each in scope.get("subprotocols", ()))


def _shown_key(headers: Headers) -> str | None:
    scheme, _, key = headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and key.strip():
        return key.strip()
    return headers.get("x-api-key") or None


async def caller(
    request: Request,
    bearer: Annotated[object, Security(HTTPBearer(auto_error=False, description="An API key."))],
    api_key: Annotated[object, Security(APIKeyHeader(name="X-API-Key", auto_error=False))],
) -> Owner:
    """The owner of the key that was shown, LOCAL where none is needed. Raises UnauthorizedError.

    What the guard noted; the schemes are here for the documentation.
    """
    owner = getattr(request.state, "owner", None)
    if owner is None:
        raise UnauthorizedError(_WITHOUT)
    return Owner(owner)


Caller = Annotated[Owner, Depends(caller)]
