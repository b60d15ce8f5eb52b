"""Messages on their way to a socket: whoever has one need not wait until it was read."""

from __future__ import annotations

import socket
import threading
from collections import deque
from collections.abc import Callable

_MOST_WAITING = 4
"""Messages: as many pictures. A reader who is slower than that makes writers wait, so that pictures
are not shown late."""


class Outbox:
    """Sends in a thread of its own, in order. Safe to use from several threads."""

    def __init__(self, connection: socket.socket, deserted: Callable[[], None]) -> None:
        """deserted: called when there is nobody left to read."""
        self._connection, self._deserted = connection, deserted
        self._waiting: deque[bytes] = deque()
        self._closed = False
        self._changed = threading.Condition()
        threading.Thread(target=self._send_all, name="outbox", daemon=True).start()

    def put(self, message: bytes) -> None:
        """Send it soon; waits while too many wait already. Forgotten when closed."""
        with self._changed:
            self._changed.wait_for(lambda: self._closed or len(self._waiting) < _MOST_WAITING)
            if not self._closed:
                self._waiting.append(message)
                self._changed.notify_all()

    def close(self) -> None:
        """Nobody waits any longer, and nothing more is sent."""
        with self._changed:
            self._closed = True
            self._waiting.clear()
            self._changed.notify_all()

    def _send_all(self) -> None:
        while (message := self._next()) is not None:
            try:
                self._connection.sendall(message)
            except OSError:
                self.close()
                self._deserted()

    def _next(self) -> bytes | None:
        with self._changed:
            self._changed.wait_for(lambda: self._closed or bool(self._waiting))
            if self._closed:
                return None
            message = self._waiting.popleft()
            self._changed.notify_all()
            return message
