"""The WebSocket of a live face; docs/live.md tells what goes over it."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from fastapi import APIRouter, WebSocket, WebSocketDisconnect

from mien.errors import MienError
from mien.service.errors import UnauthorizedError
from mien.service.live.session import LiveSession
from mien.service.live.wire import SUBPROTOCOL, Kind, MalformedError, parse
from mien.service.parts import Service
from mien.service.problems import answer_to, problem_of
from mien.service.routes.session_messages import (
    Ack,
    Attention,
    AudioFormat,
    BeginSegment,
    CalibrationAsked,
    ClearAsked,
    Emotion,
    EndOfSegment,
    Look,
    OtherPortrait,
    Said,
    Start,
    StatsAsked,
    Stop,
    said,
)
from mien.service.routes.session_sending import Sender
from mien.service.security.guard import TICKET

router = APIRouter()

_DEFAULT_RATE = 48_000
_NORMAL, _INVALID, _FAULT = 1000, 1007, 1011
_LONGEST_REASON = 120
"""Bytes of a close frame's reason: 123 in all."""


@router.websocket("/v1/sessions/{id}/ws")
async def socket(websocket: WebSocket, id: str) -> None:
    """A client of one session, until either of them ends."""
    service = websocket.app.state.service
    assert isinstance(service, Service)
    try:
        session = _session(websocket, service, id)
        with session.client():
            spoken = SUBPROTOCOL if SUBPROTOCOL in websocket.scope["subprotocols"] else None
            await websocket.accept(spoken)
            await _Client(websocket, service, session).serve()
    except MienError as error:
        await websocket.send_denial_response(answer_to(websocket, error))


def _session(websocket: WebSocket, service: Service, id: str) -> LiveSession:
    """By key, or by a ticket among the subprotocols. Raises UnauthorizedError, NotFoundError."""
    tickets = [each for each in websocket.scope["subprotocols"] if each.startswith(TICKET)]
    if tickets:
        session = service.live.by_ticket(id, tickets[0].removeprefix(TICKET))
        if session is None:
            raise UnauthorizedError("this ticket is not valid; take a new one")
        return session
    owner = getattr(websocket.state, "owner", None)
    if owner is None:
        raise UnauthorizedError(
            "needs a key, or a ticket of POST /v1/sessions/{id}/ticket as a subprotocol"
        )
    return service.live.find(owner, id)


class _Client:
    """One connection: a task listens, another one sends."""

    def __init__(self, websocket: WebSocket, service: Service, session: LiveSession) -> None:
        self._websocket, self._service, self._session = websocket, service, session
        self._sender = Sender(websocket, session)
        self._rate = _DEFAULT_RATE
        self._segment: str | None = None
        self._num_unnamed = 0

    async def serve(self) -> None:
        """Until the client has gone, the session has ended, or a message is none."""
        tasks = [asyncio.create_task(each) for each in (self._listen(), self._sender.run())]
        ending = asyncio.create_task(self._note_end())
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._sender.stop()
            for task in (*tasks, ending):
                task.cancel()
            results = await asyncio.gather(*tasks, ending, return_exceptions=True)
        for result in results:
            if isinstance(result, MalformedError):
                await self._close(_INVALID, str(result))
            elif isinstance(result, Exception) and not isinstance(result, WebSocketDisconnect):
                await self._close(_FAULT, "a fault of Mien; the server's log says more")
                raise result
        if self._session.fate is not None:
            fate = self._session.fate
            await self._close(_NORMAL if fate.error is None else _FAULT, fate.reason)

    async def _note_end(self) -> None:
        await self._session.ended.wait()
        self._sender.wake()

    async def _listen(self) -> None:
        while True:
            message = await self._websocket.receive()
            if message["type"] == "websocket.disconnect":
                return
            try:
                if (text := message.get("text")) is not None:
                    await self._obey(said(text))
                else:
                    self._take(message["bytes"])
            except MalformedError:
                raise
            except MienError as error:
                _, code, detail = problem_of(error)
                self._sender.say({"type": "error", "code": code, "detail": detail})
            await self._session.drain()

    def _take(self, data: bytes) -> None:
        message = parse(data)
        if message.kind is Kind.PCM:
            if self._segment is None:
                self._num_unnamed += 1
                self._segment = f"segment-{self._num_unnamed}"
            self._session.push_audio(message.payload, self._rate, self._segment)
        elif message.kind is Kind.JPEG:
            self._session.push_frame(message.payload)
        else:
            raise MalformedError(f"{message.kind.name} is not taken here; send JPEG or PCM")

    async def _obey(self, said: Said) -> None:
        session = self._session
        match said:
            case Ack():
                self._sender.acked(said.seq)
            case Start():
                self._sender.start(said.form, sound=said.sound)
            case Stop():
                self._sender.stop()
            case AudioFormat():
                self._rate = said.rate
            case BeginSegment():
                self._segment = said.segment
            case EndOfSegment():
                self._segment = None
                session.end_segment()
            case ClearAsked():
                self._segment = None
                session.clear()
                self._sender.cleared()
            case Emotion():
                session.set_emotion(said.name, said.intensity, said.transition_s)
            case OtherPortrait():
                upload = await self._service.uploads.find(session.owner, said.id)
                session.set_portrait(upload, said.transition_s)
            case CalibrationAsked():
                session.recalibrate()
            case Look():
                session.look_at(said.right, said.up)
            case Attention():
                session.listening(said.on)
            case StatsAsked():
                self._sender.say_stats()

    async def _close(self, code: int, reason: str) -> None:
        short = reason.encode()[:_LONGEST_REASON].decode(errors="ignore")
        with suppress(WebSocketDisconnect, RuntimeError):
            await self._websocket.close(code, short)
