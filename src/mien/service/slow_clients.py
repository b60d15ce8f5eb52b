"""Connections whose other end does not speak, speaks too slowly, too much, or does not listen.

uvicorn closes idle connections between requests only. This adds, to whichever of its protocols is
installed: a time within which a request's headers must be there, their most bytes, a time within
which an answer must be taken off our hands, and the most connections.
"""

from __future__ import annotations

import asyncio
import json
from asyncio.events import TimerHandle
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mien.service.problems import MEDIA_TYPE, title_of

if TYPE_CHECKING:
    from uvicorn.protocols.http.h11_impl import H11Protocol as Base
else:
    from uvicorn.protocols.http.auto import AutoHTTPProtocol as Base

_COUNTED = hasattr(Base, "on_headers_complete")
"""Whether it is uvicorn on httptools, which says what becomes of the bytes; h11 keeps headers small
by itself."""


@dataclass(frozen=True, slots=True)
class Patience:
    """headers_s: until a request's headers are whole. unread_s: that an answer may wait for its
    reader. header_bytes: of one request, or after its body. ahead: requests of one connection
    that may come before the first of them was answered. connections: in all."""

    headers_s: float = 10.0
    unread_s: float = 60.0
    header_bytes: int = 65_536
    ahead: int = 16
    connections: int = 512


class PatientProtocol(Base):
    """uvicorn's, with :class:`Patience`. Subclasses may have another ``patience``."""

    patience = Patience()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._hurry: TimerHandle | None = None
        self._unread: TimerHandle | None = None
        self._header_bytes = 0
        self._upgraded = False
        self._open: list[Any] = []
        """Requests that came one after the other and were not answered yet."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        if len(self.connections) > self.patience.connections:
            self._refuse(503, "busy", "too many connections; try again in a moment")
            return
        self._watch()

    def data_received(self, data: bytes) -> None:
        if self.transport.is_closing():
            return
        self._header_bytes += len(data)
        super().data_received(data)
        if self.transport.is_closing() or self._upgraded:
            return
        if not _COUNTED:
            self._header_bytes = 0
        if self._header_bytes > self.patience.header_bytes:
            self._refuse(431, "headers-too-large", "the headers of the request are too large")
        elif len(self._open) > self.patience.ahead:
            self.transport.abort()
        else:
            self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        for cycle in self._open:  # uvicorn tells the last one only
            cycle.disconnected = True
            cycle.message_event.set()
        self._forget()

    def pause_writing(self) -> None:
        super().pause_writing()
        if self._unread is None:
            self._unread = self.loop.call_later(self.patience.unread_s, self.transport.abort)

    def resume_writing(self) -> None:
        super().resume_writing()
        if self._unread is not None:
            self._unread.cancel()
            self._unread = None

    def send_400_response(self, msg: str) -> None:
        """Of uvicorn, for what is no HTTP."""
        self._refuse(400, "bad-request", "this is no HTTP request")

    def on_headers_complete(self) -> None:
        """Of uvicorn on httptools, as the next two: bytes that come to something are not counted.
        What is left are headers, also those after a body, and also while a request is under way."""
        self._header_bytes = 0
        if len(self._open) > self.patience.ahead:
            return  # the connection ends as soon as this piece of data is read
        super().on_headers_complete()  # type: ignore[misc]
        self._open = [each for each in self._open if not each.response_complete]
        if self.cycle is not None and self.cycle not in self._open:
            self._open.append(self.cycle)

    def on_body(self, body: bytes) -> None:
        """See on_headers_complete."""
        self._header_bytes = 0
        super().on_body(body)  # type: ignore[misc]

    def on_message_complete(self) -> None:
        """See on_headers_complete."""
        self._header_bytes = 0
        super().on_message_complete()  # type: ignore[misc]

    def handle_websocket_upgrade(self, *request: Any) -> None:
        """Of uvicorn: from now on the connection is a WebSocket, with a protocol of its own."""
        self._upgraded = True
        self._forget()
        super().handle_websocket_upgrade(*request)

    @property
    def _between(self) -> bool:
        """Whether no request is under way whose headers are whole."""
        return self.cycle is None or self.cycle.response_complete

    def _watch(self) -> None:
        if not self._between:
            self._calm()
        elif self._hurry is None:
            self._hurry = self.loop.call_later(self.patience.headers_s, self._give_up)

    def _give_up(self) -> None:
        self._hurry = None
        if self.transport.is_closing() or not self._between:
            return
        if self._header_bytes:
            self._refuse(408, "slow-request", "the headers of the request did not come in time")
        else:
            self.transport.close()

    def _refuse(self, status: int, code: str, detail: str) -> None:
        if self._between:  # else it would be taken for a part of the answer that is on its way
            self.transport.write(_answer(status, code, detail))
        self.transport.close()

    def _calm(self) -> None:
        if self._hurry is not None:
            self._hurry.cancel()
            self._hurry = None

    def _forget(self) -> None:
        self._calm()
        if self._unread is not None:
            self._unread.cancel()
            self._unread = None


def _answer(status: int, code: str, detail: str) -> bytes:
    """A problem in the place of a request that never was: it has no path and no id."""
    phrase = title_of(status)
    body = json.dumps(
        {
            "type": f"urn:mien:problem:{code}",
            "title": phrase,
            "status": status,
            "detail": detail,
            "code": code,
            "instance": "",
            "request_id": "",
        }
    ).encode()
    head = (
        f"HTTP/1.1 {status} {phrase}\r\ncontent-type: {MEDIA_TYPE}\r\n"
        f"content-length: {len(body)}\r\nretry-after: 1\r\nconnection: close\r\n\r\n"
    )
    return head.encode() + body
