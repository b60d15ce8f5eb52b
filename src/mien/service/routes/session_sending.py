"""What goes out over the WebSocket of a live face, in order, and never more than the client can
take: frames that it does not get to are skipped, sound is not."""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from fastapi import WebSocket

from mien.pipeline.live.types import AUDIO_RATE, LiveEvent, SpeechFinished, SpeechStarted
from mien.service.live.packets import Form, LivePacket
from mien.service.live.session import LiveSession
from mien.service.live.subscription import Subscription
from mien.service.live.wire import LAST_SEQ, Kind, WireMessage
from mien.service.problems import problem_of

WINDOW = 2
"""Pictures that may be under way without an ack."""
_KINDS: Mapping[Form, Kind] = {
    "jpeg": Kind.JPEG,
    "webp": Kind.WEBP,
    "png": Kind.PNG,
    "rgba": Kind.RGBA,
}
_MOST_WORDS = 64
"""Answers that may wait; who asks for more than it reads loses the oldest."""


class Outbox:
    """What is to be sent next, without any socket: a pure machine of packets, acks and clears."""

    def __init__(self) -> None:
        self._seq = 0
        self._flying: deque[int] = deque()
        self._words: deque[dict[str, Any]] = deque(maxlen=_MOST_WORDS)
        self._urgent: deque[dict[str, Any]] = deque(maxlen=_MOST_WORDS)
        self._picture: LivePacket | None = None
        self._kind = Kind.JPEG
        self._out: deque[WireMessage | dict[str, Any]] = deque()
        self.skipped = 0

    def say(self, words: dict[str, Any]) -> None:
        """A text message."""
        self._words.append(words)

    def clear(self) -> None:
        """Sound that was not sent will not be; the client is told to drop what it has."""
        self._out = deque(each for each in self._out if not _is_sound(each))
        self._urgent.append({"type": "cleared"})

    def reset(self) -> None:
        """Another form of pictures from now on."""
        self._picture = None
        self._out.clear()

    def take(self, packet: LivePacket, kind: Kind, *, sound: bool) -> None:
        """The next packet."""
        if sound and packet.sound:
            message = WireMessage(Kind.PCM, self._next_seq(), packet.sound_us, packet.sound)
            self._out.append(message)
        self._out.extend(event_told(event, packet.fps) for event in packet.events)
        self.skipped += self._picture is not None
        self._picture, self._kind = packet, kind

    def acked(self, seq: int) -> None:
        """The client is done with everything up to it. Numbers begin again after the last one."""
        while self._flying and (seq - self._flying[0]) & LAST_SEQ < LAST_SEQ // 2:
            self._flying.popleft()

    def next(self) -> WireMessage | dict[str, Any] | None:
        """What to send now, if anything."""
        if self._urgent:
            return self._urgent.popleft()
        if self._words:
            return self._words.popleft()
        if self._out:
            return self._out.popleft()
        if self._picture is None or len(self._flying) >= WINDOW:
            return None
        packet, self._picture = self._picture, None
        seq = self._next_seq()
        self._flying.append(seq)
        return WireMessage(self._kind, seq, packet.pts_us, packet.picture)

    def _next_seq(self) -> int:
        seq = self._seq
        self._seq = (seq + 1) & LAST_SEQ
        return seq


class Sender:
    """The one who writes to a socket. Everything but :meth:`run` only says what is to be sent."""

    def __init__(self, websocket: WebSocket, session: LiveSession) -> None:
        self._websocket, self._session = websocket, session
        self._outbox = Outbox()
        self._news = asyncio.Event()
        self._subscription: Subscription | None = None
        self._sound, self._clears = True, 0

    def start(self, form: Form, *, sound: bool) -> None:
        """Send pictures from now on. Raises ConflictError."""
        self.stop()
        self._sound, self._clears = sound, 0
        self._subscription = self._session.subscribe(form, self._news.set)
        self.say_hello()

    def stop(self) -> None:
        """Send no more of them."""
        if self._subscription is not None:
            self._subscription.close()
            self._subscription = None
            self._outbox.reset()

    def say(self, words: dict[str, Any]) -> None:
        """A text message."""
        self._outbox.say(words)
        self._news.set()

    def say_hello(self) -> None:
        """What is going to come."""
        options = self._session.options
        self.say({
            "type": "session", "id": self._session.id, "state": self._session.state,
            "fps": options.fps, "rate": AUDIO_RATE, "window": WINDOW,
            "latency_ms": round(1000 * self._session.latency_s, 1),
        })  # fmt: skip

    def say_stats(self) -> None:
        """How well it goes."""
        stats = asdict(self._session.stats)
        waited = 0 if self._subscription is None else self._subscription.dropped
        self.say({"type": "stats", **stats, "skipped": self._outbox.skipped + waited})

    def cleared(self) -> None:
        """Tell a client that watches nothing, too."""
        if self._subscription is None:
            self.say({"type": "cleared"})

    def acked(self, seq: int) -> None:
        """The client is done with everything up to it."""
        self._outbox.acked(seq)
        self._news.set()

    def wake(self) -> None:
        """Look again whether there is something to do."""
        self._news.set()

    async def run(self) -> None:
        """Until the session has ended and what there was is sent."""
        while True:
            while (message := self._next()) is not None:
                if isinstance(message, WireMessage):
                    await self._websocket.send_bytes(message.serialise())
                else:
                    await self._websocket.send_text(json.dumps(message))
            if self._session.over:
                return
            await self._news.wait()
            self._news.clear()

    def _next(self) -> WireMessage | dict[str, Any] | None:
        subscription = self._subscription
        if subscription is None:
            return self._outbox.next()
        if subscription.clears != self._clears:
            self._clears = subscription.clears
            self._outbox.clear()
        while (error := subscription.complaint()) is not None:
            _, code, detail = problem_of(error)
            self._outbox.say({"type": "error", "code": code, "detail": detail})
        while (message := self._outbox.next()) is None:
            packet = subscription.take()
            if packet is None:
                return None
            self._outbox.take(packet, _KINDS[subscription.form], sound=self._sound)
        return message


def event_told(event: LiveEvent, fps: int) -> dict[str, Any]:
    """As JSON."""
    told: dict[str, Any] = {
        "type": "started" if isinstance(event, SpeechStarted) else "finished",
        "segment": event.segment,
        "pts_us": event.pts * 1_000_000 // fps,
    }
    if isinstance(event, SpeechFinished):
        told |= {"position_s": round(event.position_s, 4), "interrupted": event.interrupted}
    return told


def _is_sound(message: WireMessage | dict[str, Any]) -> bool:
    return isinstance(message, WireMessage) and message.kind is Kind.PCM
