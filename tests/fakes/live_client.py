"""A client of a live session's WebSocket, written from docs/live.md alone."""

from __future__ import annotations

import io
import json
import struct
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from websockets.sync.client import ClientConnection, connect

HEADER = struct.Struct("<BBHIQ")
JPEG, WEBP, PNG, RGBA, PCM = 1, 2, 3, 5, 16


@dataclass
class Came:
    """What came: a picture or sound if kind is not 0, else words."""

    kind: int = 0
    seq: int = 0
    pts_us: int = 0
    payload: bytes = b""
    words: dict[str, Any] = field(default_factory=dict)

    @property
    def picture(self) -> NDArray[np.uint8]:
        with Image.open(io.BytesIO(self.payload)) as opened:
            return np.asarray(opened)

    @property
    def sound(self) -> NDArray[np.int16]:
        return np.frombuffer(self.payload, np.int16)


class LiveClient:
    """``acks``: whether pictures are acknowledged."""

    def __init__(self, connection: ClientConnection, *, acks: bool = True) -> None:
        self.connection, self.acks = connection, acks

    def say(self, type: str, **fields: Any) -> None:
        self.connection.send(json.dumps({"type": type, **fields}))

    def push(self, samples: NDArray[np.int16]) -> None:
        self.connection.send(HEADER.pack(1, PCM, 0, 0, 0) + samples.tobytes())

    def next(self) -> Came:
        message = self.connection.recv(timeout=90)
        if isinstance(message, str):
            return Came(words=json.loads(message))
        version, kind, flags, seq, pts_us = HEADER.unpack_from(message)
        assert (version, flags) == (1, 0)
        if self.acks and kind != PCM:
            self.say("ack", seq=seq)
        return Came(kind, seq, pts_us, message[HEADER.size :])

    def until(self, wanted: Callable[[Came], bool], most: int = 1000) -> list[Came]:
        """All that comes, to the first that is wanted."""
        seen = []
        for _ in range(most):
            seen.append(self.next())
            if wanted(seen[-1]):
                return seen
        raise AssertionError([each.words or each.kind for each in seen])

    def until_told(self, type: str, **fields: Any) -> list[Came]:
        def told(came: Came) -> bool:
            return came.words.get("type") == type and fields.items() <= came.words.items()

        return self.until(told)

    def pictures(self, count: int) -> list[Came]:
        found: list[Came] = []
        while len(found) < count:
            found += [self.until(lambda came: came.kind not in (0, PCM))[-1]]
        return found


@contextmanager
def live_client(
    url: str, path: str, *, key: str | None = None, acks: bool = True, **options: Any
) -> Iterator[LiveClient]:
    """Connected to ``path`` of a service, in the subprotocol."""
    headers = {} if key is None else {"Authorization": f"Bearer {key}"}
    settings = {
        "subprotocols": ["mien.v1"], "additional_headers": headers, "open_timeout": 90,
    } | options  # fmt: skip
    with connect(f"ws{url.removeprefix('http')}{path}", max_size=None, **settings) as connection:
        yield LiveClient(connection, acks=acks)
