"""A stream on its way to a receiver: FLV in, RTMP out."""

from __future__ import annotations

import os
import socket
import ssl
import struct
import time
from collections.abc import Mapping
from contextlib import suppress

from mien.errors import OutputError
from mien.media.rtmp import chunks
from mien.media.rtmp.address import RtmpAddress
from mien.media.rtmp.amf import AmfError, Value, decoded, encoded
from mien.media.rtmp.chunks import Joiner, Message, ProtocolError, cut
from mien.media.rtmp.flv import FlvTags

_OPENS_WITHIN_S = 10.0
_TAKES_WITHIN_S = 5.0
"""Who takes nothing for so long is given up."""
_MOST_ADDRESSES = 4
_VERSION = b"\x03"
_HANDSHAKE_BYTES = 1536
_CONTROL, _COMMANDS, _MEDIA = 2, 3, 6
"""Channels."""
_PING, _PONG = 6, 7
_READ_BYTES = 65_536


class RtmpPublisher:
    """``open``, ``write`` and ``close`` are used from one thread, ``abort`` from any. What they
    raise is OutputError, whose words leave out the key; none of them waits for ever. ``close``
    gives the connection back, whatever happened before."""

    def __init__(self, address: RtmpAddress, opens_within_s: float = _OPENS_WITHIN_S) -> None:
        self._address, self._opens_within_s = address, opens_within_s
        self._socket: socket.socket | None = None
        self._aborted = False
        self._joiner, self._tags = Joiner(), FlvTags()
        self._stream = 0
        self._num_read = self._num_told = 0
        self._window = 0

    @property
    def name(self) -> str:
        """The address without its key."""
        return self._address.shown

    def open(self) -> None:
        """Until the receiver says that it listens."""
        deadline = time.monotonic() + self._opens_within_s
        try:
            self._connect(deadline)
            self._shake_hands(deadline)
            self._publish(deadline)
        except (OSError, ProtocolError, AmfError, struct.error) as error:
            raise self._fault(_words(error)) from None

    def write(self, data: bytes) -> None:
        """More of the FLV."""
        try:
            for message in self._tags.take(data):
                self._hear()
                self._send(message, _MEDIA, self._stream)
        except (OSError, ProtocolError, AmfError, struct.error) as error:
            raise self._fault(_words(error)) from None

    def close(self) -> None:
        """That was all."""
        if self._socket is None:
            return
        if self._stream and not self._aborted:
            with suppress(OSError):
                self._command("FCUnpublish", 6, None, self._address.key)
                self._command("deleteStream", 7, None, self._stream)
        self._socket.close()

    def abort(self) -> None:
        """Hang up. Whoever waits meanwhile is told."""
        self._aborted = True
        if self._socket is not None:
            with suppress(OSError):
                self._socket.shutdown(socket.SHUT_RDWR)

    def _connect(self, deadline: float) -> None:
        host, port = self._address.host, self._address.port
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[:_MOST_ADDRESSES]
        except UnicodeError:  # no name of a host is like that
            raise socket.gaierror from None
        fault: OSError | None = None
        for family, kind, protocol, _, place in found:
            link = self._socket = socket.socket(family, kind, protocol)
            try:
                link.settimeout(_left_s(deadline))
                link.connect(place)
                link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                if self._address.scheme == "rtmps":
                    tls = ssl.create_default_context()
                    self._socket = tls.wrap_socket(link, server_hostname=host)
                if self._aborted:
                    raise ConnectionAbortedError
                return
            except OSError as error:
                link.close()
                fault = error
                if self._aborted:
                    break
        raise fault or TimeoutError

    def _shake_hands(self, deadline: float) -> None:
        """Each side repeats what the other one has sent."""
        assert self._socket is not None
        ours = bytes(8) + os.urandom(_HANDSHAKE_BYTES - 8)
        self._socket.sendall(_VERSION + ours)
        theirs = self._exactly(1 + 2 * _HANDSHAKE_BYTES, deadline)
        if theirs[:1] != _VERSION:
            raise ProtocolError
        self._socket.sendall(theirs[1 : 1 + _HANDSHAKE_BYTES])

    def _publish(self, deadline: float) -> None:
        address = self._address
        size = struct.pack(">I", chunks.SIZE_SENT)
        self._put(cut(Message(chunks.SET_CHUNK_SIZE, size), _CONTROL, 128))
        self._command("connect", 1, {
            "app": address.app, "type": "nonprivate", "flashVer": "FMLE/3.0 (compatible; Mien)",
            "tcUrl": address.tc_url,
        })  # fmt: skip
        self._answer(1, deadline)
        self._command("releaseStream", 2, None, address.key)
        self._command("FCPublish", 3, None, address.key)
        self._command("createStream", 4, None)
        number = self._answer(4, deadline)[-1]
        if not isinstance(number, float) or not 0 <= number < 2**31:
            raise ProtocolError
        self._stream = int(number)
        self._command("publish", 5, None, address.key, "live", stream=self._stream)
        while not any(said[0] == "onStatus" for said in self._read(deadline)):
            pass

    def _command(self, name: str, number: int, *values: Value, stream: int = 0) -> None:
        self._send(Message(chunks.COMMAND, encoded(name, number, *values)), _COMMANDS, stream)

    def _answer(self, number: int, deadline: float) -> list[Value]:
        """What the receiver says to a command of ours."""
        while True:
            for said in self._read(deadline):
                if len(said) < 2 or said[1] != number:
                    continue
                if said[0] == "_error":
                    raise self._refusal(said)
                if said[0] == "_result":
                    return said

    def _read(self, deadline: float) -> list[list[Value]]:
        """The commands in what comes next; there may be none."""
        assert self._socket is not None
        self._socket.settimeout(_left_s(deadline))
        return self._heard(self._socket.recv(_READ_BYTES))

    def _hear(self) -> None:
        """What has come meanwhile, without waiting."""
        assert self._socket is not None
        self._socket.settimeout(0)
        try:
            self._heard(self._socket.recv(_READ_BYTES))
        except (BlockingIOError, ssl.SSLWantReadError):
            return

    def _heard(self, data: bytes) -> list[list[Value]]:
        if not data:
            raise ConnectionResetError
        self._num_read += len(data)
        if self._window and self._num_read - self._num_told >= self._window // 2:
            self._num_told = self._num_read
            told = struct.pack(">I", self._num_read & 0xFFFF_FFFF)
            self._send(Message(chunks.ACKNOWLEDGEMENT, told), _CONTROL)
        return [said for each in self._joiner.take(data) if (said := self._obeyed(each))]

    def _obeyed(self, message: Message) -> list[Value]:
        """The command in it, if it is one."""
        if message.kind == chunks.WINDOW:
            self._window = int.from_bytes(message.payload[:4], "big")
        elif message.kind == chunks.USER_CONTROL:
            if int.from_bytes(message.payload[:2], "big") == _PING:
                pong = struct.pack(">H", _PONG) + message.payload[2:6]
                self._send(Message(chunks.USER_CONTROL, pong), _CONTROL)
        elif message.kind == chunks.COMMAND:
            said = decoded(message.payload)
            if said and said[0] == "onStatus" and _level(said) == "error":
                raise self._refusal(said)
            return said
        return []

    def _send(self, message: Message, channel: int, stream: int = 0) -> None:
        whole = Message(message.kind, message.payload, message.time_ms, stream)
        self._put(cut(whole, channel, chunks.SIZE_SENT))

    def _put(self, data: bytes) -> None:
        assert self._socket is not None
        self._socket.settimeout(_TAKES_WITHIN_S)
        self._socket.sendall(data)

    def _exactly(self, count: int, deadline: float) -> bytes:
        assert self._socket is not None
        came = b""
        while len(came) < count:
            self._socket.settimeout(_left_s(deadline))
            more = self._socket.recv(count - len(came))
            if not more:
                raise ConnectionResetError
            came += more
        return came

    def _refusal(self, said: list[Value]) -> OutputError:
        facts = said[3] if len(said) > 3 and isinstance(said[3], Mapping) else {}
        words = [str(facts[key]) for key in ("code", "description") if facts.get(key)]
        told = self._address.masked(": ".join(words))
        return self._fault(f"refuses the stream ({told or 'it says no reason'})")

    def _fault(self, problem: str) -> OutputError:
        return OutputError(self._address.shown, problem)


def _level(said: list[Value]) -> Value:
    facts = said[3] if len(said) > 3 else None
    return facts.get("level") if isinstance(facts, Mapping) else None


def _left_s(deadline: float) -> float:
    left_s = deadline - time.monotonic()
    if left_s <= 0:
        raise TimeoutError
    return left_s


def _words(error: Exception) -> str:
    if isinstance(error, ConnectionRefusedError):
        return "refuses the connection; is a receiver there?"
    if isinstance(error, socket.gaierror):
        return "there is no such host"
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate is not valid ({error.verify_message})"
    if isinstance(error, ssl.SSLError):
        return "does not speak TLS there"
    if isinstance(error, TimeoutError):
        return "does not answer in time"
    if isinstance(error, ConnectionError):
        return "has ended the connection"
    if isinstance(error, OSError):
        return (error.strerror or "cannot be reached").lower()
    return "does not speak RTMP"
