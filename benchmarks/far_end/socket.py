"""A far end of the WebSocket."""

from __future__ import annotations

import json
import struct
import threading
import time
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

import numpy as np
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Subprotocol

from benchmarks.far_end.tape import RATE, Heard, Samples, Seen, Tape

_HEADER = struct.Struct("<BBHIQ")
_JPEG, _PCM = 1, 16
_OPENS_WITHIN_S = 60


class Socket:
    """Says what it is told to, acks and records all that comes."""

    def __init__(self, connection: ClientConnection, most: int | None) -> None:
        self._connection = connection
        self.tape = Tape(most)

    def say(self, type: str, **fields: Any) -> None:
        """A message of this type."""
        self._connection.send(json.dumps({"type": type, **fields}))

    def push(self, sound: Samples) -> None:
        """Sound to say, 48000 samples a second, in pieces of 100 ms."""
        for begin in range(0, len(sound), RATE // 10):
            piece = sound[begin : begin + RATE // 10].tobytes()
            self._connection.send(_HEADER.pack(1, _PCM, 0, 0, 0) + piece)

    def show(self, jpeg: bytes) -> None:
        """A camera's picture."""
        self._connection.send(_HEADER.pack(1, _JPEG, 0, 0, 0) + jpeg)

    def record(self) -> None:
        """Until the connection is closed."""
        try:
            for message in self._connection:
                self._take(message, time.time())
        except ConnectionClosed:
            pass

    def _take(self, message: str | bytes, now_s: float) -> None:
        if isinstance(message, str):
            self.tape.add((now_s, json.loads(message)))
            return
        _, kind, _, seq, pts_us = _HEADER.unpack_from(message)
        if kind == _PCM:
            samples = np.frombuffer(message, np.int16, offset=_HEADER.size)
            self.tape.add(Heard(now_s, pts_us / 1e6, samples))
            return
        self.tape.add(Seen(now_s, pts_us / 1e6, message[_HEADER.size :]))
        self.say("ack", seq=seq)


@contextmanager
def watching_socket(url: str, path: str, *, most: int | None = None) -> Generator[Socket]:
    """Of a session, from its first picture on. most: of the tape."""
    address = f"ws{url.removeprefix('http')}{path}"
    with connect(
        address, subprotocols=[Subprotocol("mien.v1")], max_size=None, open_timeout=_OPENS_WITHIN_S
    ) as connection:
        socket = Socket(connection, most)
        recorder = threading.Thread(target=socket.record)
        recorder.start()
        try:
            socket.say("start")
            socket.tape.wait(lambda: bool(socket.tape.pictures))
            yield socket
        finally:
            connection.close()
            recorder.join()


@contextmanager
def stalled_socket(url: str, path: str) -> Generator[None]:
    """A client that asks for the largest pictures and reads nothing, not even pings: the server
    lets it go after a while."""
    address = f"ws{url.removeprefix('http')}{path}"
    with connect(
        address,
        subprotocols=[Subprotocol("mien.v1")],
        max_size=None,
        open_timeout=_OPENS_WITHIN_S,
        close_timeout=0.1,
        ping_interval=None,
    ) as connection:
        connection.send(json.dumps({"type": "start", "form": "rgba"}))
        yield
