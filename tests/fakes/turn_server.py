"""A TURN server (RFC 8656) for one test: UDP over IPv4, one user, channels only."""

from __future__ import annotations

import asyncio
import secrets
import struct
import threading
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from hashlib import md5
from typing import Any, TypeAlias

from aioice.ice import get_host_addresses
from aioice.stun import Class, Message, Method, parse_message

Address: TypeAlias = tuple[str, int]
_REALM = "tests"
_LIFETIME_S = 600


class TurnServer(asyncio.DatagramProtocol):
    """refused: how many came with wrong credentials. relayed: datagrams either way."""

    def __init__(self, name: str, word: str) -> None:
        self.name, self.word = name, word
        self.refused = self.relayed = 0
        self._nonce = secrets.token_hex(8).encode()
        self.allocations: dict[Address, Allocation] = {}

    def connection_made(self, transport: Any) -> None:
        self.transport = transport

    def datagram_received(self, data: bytes, addr: Any) -> None:
        client = (addr[0], addr[1])
        if 0x40 <= data[0] < 0x80:
            if client in self.allocations:
                self.allocations[client].send(data)
            return
        request = parse_message(data)
        if request.message_class == Class.REQUEST:
            asyncio.get_running_loop().create_task(self._answer(request, client))

    async def _answer(self, request: Message, client: Address) -> None:
        key = md5(f"{self.name}:{_REALM}:{self.word}".encode()).digest()
        answer = Message(request.message_method, Class.RESPONSE, request.transaction_id)
        if not self._is_known(request, key):
            answer.message_class = Class.ERROR
            answer.attributes["ERROR-CODE"] = (401, "Unauthorized")
            answer.attributes["REALM"], answer.attributes["NONCE"] = _REALM, self._nonce
        else:
            await self._serve(request, answer, client)
            answer.add_message_integrity(key)
        self.transport.sendto(bytes(answer), client)

    def _is_known(self, request: Message, key: bytes) -> bool:
        if "MESSAGE-INTEGRITY" not in request.attributes:
            return False
        known = request.attributes["USERNAME"] == self.name
        if known and request.check_message_integrity(key):
            return True
        self.refused += 1
        return False

    async def _serve(self, request: Message, answer: Message, client: Address) -> None:
        if request.message_method == Method.ALLOCATE:
            allocation = self.allocations[client] = Allocation(self, client)
            place = await allocation.open()
            answer.attributes["XOR-RELAYED-ADDRESS"] = place
            answer.attributes["XOR-MAPPED-ADDRESS"] = client
            answer.attributes["LIFETIME"] = _LIFETIME_S
        elif request.message_method == Method.CHANNEL_BIND:
            peer = request.attributes["XOR-PEER-ADDRESS"]
            self.allocations[client].bind(request.attributes["CHANNEL-NUMBER"], peer)
        elif request.message_method == Method.REFRESH:
            answer.attributes["LIFETIME"] = request.attributes["LIFETIME"]
            if not request.attributes["LIFETIME"] and client in self.allocations:
                self.allocations.pop(client).transport.close()


class Allocation(asyncio.DatagramProtocol):
    """One relayed address."""

    transport: asyncio.DatagramTransport

    def __init__(self, server: TurnServer, client: Address) -> None:
        self._server, self._client = server, client
        self._channels: dict[int, Address] = {}

    async def open(self) -> Address:
        loop = asyncio.get_running_loop()
        host = self._server.transport.get_extra_info("sockname")[0]
        self.transport, _ = await loop.create_datagram_endpoint(lambda: self, (host, 0))
        place: Address = self.transport.get_extra_info("sockname")
        return place

    def bind(self, channel: int, peer: Address) -> None:
        self._channels[channel] = peer

    def send(self, data: bytes) -> None:
        channel, length = struct.unpack_from("!HH", data)
        if channel in self._channels:
            self._server.relayed += 1
            self.transport.sendto(data[4 : 4 + length], self._channels[channel])

    def datagram_received(self, data: bytes, addr: Any) -> None:
        for channel, peer in self._channels.items():
            if peer == (addr[0], addr[1]):
                self._server.relayed += 1
                padded = struct.pack("!HH", channel, len(data)) + data + bytes(-len(data) % 4)
                self._server.transport.sendto(padded, self._client)


@contextmanager
def turn_server(name: str, word: str) -> Iterator[tuple[TurnServer, str]]:
    """The server, in a thread of its own, and its host and port."""
    host = get_host_addresses(use_ipv4=True, use_ipv6=False)[0]
    ready: Future[tuple[TurnServer, str]] = Future()
    loop, over = asyncio.new_event_loop(), asyncio.Event()

    async def serve() -> None:
        transport, server = await loop.create_datagram_endpoint(
            lambda: TurnServer(name, word), (host, 0)
        )
        ready.set_result((server, f"{host}:{transport.get_extra_info('sockname')[1]}"))
        await over.wait()
        for allocation in server.allocations.values():
            allocation.transport.close()
        transport.close()

    thread = threading.Thread(target=loop.run_until_complete, args=[serve()])
    thread.start()
    try:
        yield ready.result(60)
    finally:
        loop.call_soon_threadsafe(over.set)
        thread.join(60)
        loop.run_until_complete(asyncio.sleep(0))  # what was closed is told
        loop.close()
