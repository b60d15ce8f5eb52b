"""A receiver of RTMP that keeps what it is sent, for one publisher after the other."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from mien.media.rtmp.amf import Value, decoded, encoded
from mien.media.rtmp.chunks import (
    AUDIO,
    COMMAND,
    DATA,
    SET_CHUNK_SIZE,
    USER_CONTROL,
    VIDEO,
    WINDOW,
    Joiner,
    Message,
    cut,
)

_PATIENCE_S = 60


class Receiver:
    """commands: what publishers said, in order. media: what they sent."""

    def __init__(self, refusal: str | None = None) -> None:
        """refusal: said to whoever wants to publish."""
        self.commands: list[list[Value]] = []
        self.media: list[Message] = []
        self.pongs = self.num_publishers = 0
        self.changed = threading.Condition()
        self._refusal = refusal
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._connection: socket.socket | None = None
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        return f"rtmp://127.0.0.1:{self.port}/live/a-secret-key"

    @property
    def port(self) -> int:
        return int(self._listener.getsockname()[1])

    def wait(self, done: Callable[[], bool]) -> None:
        with self.changed:
            assert self.changed.wait_for(done, _PATIENCE_S), self.commands

    def wait_media(self, kind: int, count: int = 1) -> None:
        self.wait(lambda: sum(each.kind == kind for each in self.media) >= count)

    def hang_up(self) -> None:
        """On whoever publishes now."""
        connection = self._connection
        assert connection is not None
        with suppress(OSError):
            connection.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        if self._connection is not None:
            self.hang_up()
        self._thread.join(_PATIENCE_S)
        self._listener.close()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            with connection, suppress(OSError):
                self._connection = connection
                self._receive(connection)

    def _receive(self, connection: socket.socket) -> None:
        incoming = connection.makefile("rb")
        theirs = incoming.read(1537)
        connection.sendall(b"\x03" + bytes(1536) + theirs[1:])
        incoming.read(1536)
        joiner, talk = Joiner(), _Talk(connection)
        while data := incoming.read1(65536):
            for message in joiner.take(data):
                self._hear(message, talk)

    def _hear(self, message: Message, talk: _Talk) -> None:
        with self.changed:
            if message.kind == COMMAND:
                said = decoded(message.payload)
                self.commands.append(said)
                self._answer(said, talk)
            elif message.kind in (AUDIO, VIDEO, DATA):
                self.media.append(message)
            elif message.kind == USER_CONTROL and message.payload[:2] == b"\x00\x07":
                self.pongs += 1
            self.changed.notify_all()

    def _answer(self, said: list[Value], talk: _Talk) -> None:
        if said[0] == "connect":
            talk.say(Message(WINDOW, struct.pack(">I", 5_000_000)))
            talk.say(Message(SET_CHUNK_SIZE, struct.pack(">I", 4000)))
            talk.size = 4000
            talk.command("_result", said[1], None, {"code": "NetConnection.Connect.Success"})
        elif said[0] == "createStream":
            talk.command("_result", said[1], None, 1)
        elif said[0] == "publish":
            self.num_publishers += 1
            talk.say(Message(USER_CONTROL, b"\x00\x06" + bytes(4)))
            level = "status" if self._refusal is None else "error"
            code = (
                "NetStream.Publish.Start" if self._refusal is None else "NetStream.Publish.Denied"
            )
            facts = {"level": level, "code": code, "description": self._refusal or "begin"}
            talk.command("onStatus", 0, None, facts)


class _Talk:
    def __init__(self, connection: socket.socket) -> None:
        self._connection, self.size = connection, 128

    def say(self, message: Message) -> None:
        self._connection.sendall(cut(message, 3, self.size))

    def command(self, *values: Value) -> None:
        self.say(Message(COMMAND, encoded(*values)))


@contextmanager
def receiver(refusal: str | None = None) -> Iterator[Receiver]:
    """One that listens while the block runs."""
    found = Receiver(refusal)
    try:
        yield found
    finally:
        found.close()
