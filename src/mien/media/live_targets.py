"""Where live streams go: receivers by their addresses, and whatever has a ``write``."""

from __future__ import annotations

import socket
from contextlib import suppress
from typing import Protocol
from urllib.parse import urlsplit

from mien.errors import OptionError, OutputError
from mien.media.live_encoding import ByteSink, LiveForm
from mien.media.rtmp import RtmpAddress, RtmpPublisher

_SOCKETS = {"udp": socket.SOCK_DGRAM, "tcp": socket.SOCK_STREAM}
_SCHEMES = "rtmp://, rtmps://, udp:// or tcp://"
_DATAGRAM = 7 * 188
"""Whole packets of MPEG-TS, in one piece on every network."""
_WAITS_S = 5.0
_MOST_ADDRESSES = 2


class LiveTarget(Protocol):
    """What takes the bytes of a stream. ``abort`` may be called from any thread, the others are
    called from one, ``close`` always and last."""

    @property
    def name(self) -> str:
        """As errors tell it, without secrets."""

    def open(self) -> None:
        """Be ready. May wait for a while, not for ever. Raises OutputError."""

    def write(self, data: bytes, /) -> object:
        """Take more. May wait until ``abort``. Raises OutputError, OSError."""

    def close(self) -> None:
        """That was all, also after ``abort``. Does not raise."""

    def abort(self) -> None:
        """Whoever waits in ``write`` gets an error soon; ``close`` need not end it properly."""


def live_target(target: str | ByteSink) -> tuple[LiveTarget, LiveForm]:
    """What stands for it, not open yet, and what is sent there; a file gets MPEG-TS unless it is
    asked for something else. Raises OptionError."""
    if not isinstance(target, str):
        return FileTarget(target), "mpegts"
    scheme = target.partition("://")[0].lower()
    if scheme in ("rtmp", "rtmps"):
        return RtmpPublisher(RtmpAddress.parse(target)), "flv"
    if scheme in _SOCKETS:
        return SocketTarget(target), "mpegts"
    raise OptionError("url", f"streams go to {_SCHEMES} only")


class FileTarget:
    """Somebody's file, which stays open."""

    name = "the stream"

    def __init__(self, file: ByteSink) -> None:
        self._file = file

    def open(self) -> None:
        """It is."""

    def write(self, data: bytes, /) -> None:
        """All of it."""
        self._file.write(data)

    def close(self) -> None:
        """Whose it is will close it."""

    def abort(self) -> None:
        """Nothing can be done."""


class SocketTarget:
    """``udp://host:port`` or ``tcp://host:port``, for MPEG-TS."""

    def __init__(self, url: str) -> None:
        """Raises OptionError."""
        try:
            parts = urlsplit(url)
            host, port = parts.hostname, parts.port
        except ValueError:
            host, port = None, None
        if not (host and port) or "@" in url or parts.path.strip("/") or parts.query:
            raise OptionError("url", "give it as udp://host:port or tcp://host:port")
        self._host, self._port, self._kind = host, port, _SOCKETS[parts.scheme.lower()]
        self._socket: socket.socket | None = None
        self.name = f"{parts.scheme.lower()}://{parts.netloc}"

    def open(self) -> None:
        """Raises OutputError."""
        try:
            found = socket.getaddrinfo(self._host, self._port, type=self._kind)
        except (OSError, UnicodeError):  # no name of a host is like that
            raise OutputError(self.name, "there is no such host") from None
        # datagrams to nobody are no errors, and most receivers of them listen by IPv4
        found.sort(key=lambda each: each[0] != socket.AF_INET)
        fault: OSError | None = None
        for family, kind, protocol, _, place in found[:_MOST_ADDRESSES]:
            self._socket = socket.socket(family, kind, protocol)
            self._socket.settimeout(_WAITS_S)
            try:
                self._socket.connect(place)
                return
            except OSError as error:
                self._socket.close()
                fault = error
        raise OutputError(self.name, _reason(fault or TimeoutError()))

    def write(self, data: bytes, /) -> None:
        """Raises OutputError."""
        assert self._socket is not None
        try:
            if self._kind is socket.SOCK_STREAM:
                self._socket.sendall(data)
                return
            for start in range(0, len(data), _DATAGRAM):
                with suppress(ConnectionRefusedError):  # nobody listens yet
                    self._socket.send(data[start : start + _DATAGRAM])
        except OSError as error:
            raise OutputError(self.name, _reason(error)) from None

    def close(self) -> None:
        """Hang up."""
        if self._socket is not None:
            self._socket.close()

    def abort(self) -> None:
        """Who writes meanwhile is told."""
        if self._socket is not None:
            with suppress(OSError):
                self._socket.shutdown(socket.SHUT_RDWR)


def _reason(error: OSError) -> str:
    if isinstance(error, TimeoutError):
        return "does not answer in time"
    return (error.strerror or "cannot be reached").lower()
