"""Errors that nobody meant: in full in the log, and in few words in the answer."""

from __future__ import annotations

import logging

from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mien.service.problems import answer_to_fault

_log = logging.getLogger(__name__)


class Faults:
    """Middleware: answers 500 where nothing was answered yet. It stands inside those that give
    answers their id and their headers, which Starlette's own handler of such errors does not."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        answered = False

        async def noting(message: Message) -> None:
            nonlocal answered
            answered = True
            await send(message)

        try:
            await self._app(scope, receive, noting)
        except Exception:
            _log.exception("a request failed")
            if not answered:  # else the server closes the connection of an answer without its end
                await answer_to_fault(HTTPConnection(scope))(scope, receive, send)
