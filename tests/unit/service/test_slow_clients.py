"""Tests of connections whose other end misbehaves, on a real socket."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import pytest
import uvicorn
from starlette.types import Receive, Scope, Send
from uvicorn.server import ServerState

from mien.service.slow_clients import Patience, PatientProtocol

pytestmark = pytest.mark.unit

ASKED = b"GET /%d HTTP/1.1\r\nhost: here\r\n\r\n"
HUGE = 50_000_000


async def app(scope: Scope, receive: Receive, send: Send) -> None:
    """Answers with the path, or with more than any socket holds, or waits until nobody is there."""
    body = scope["path"].encode()
    if body == b"/never":
        while (await receive())["type"] != "http.disconnect":
            pass
        return
    size = HUGE if body == b"/huge" else len(body)
    headers = [(b"content-length", str(size).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    for start in range(0, size, 1_000_000):
        piece = bytes(min(1_000_000, size - start)) if size == HUGE else body
        more = start + 1_000_000 < size
        await send({"type": "http.response.body", "body": piece, "more_body": more})


@asynccontextmanager
async def served(patience: Patience) -> AsyncIterator[tuple[int, ServerState]]:
    """The port, and what the server knows."""

    class Small(PatientProtocol):
        pass

    Small.patience = patience
    config = uvicorn.Config(app, log_config=None, ws="none", lifespan="off")
    config.load()
    state = ServerState()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: Small(config=config, server_state=state, app_state={}), "127.0.0.1", 0
    )
    try:
        yield server.sockets[0].getsockname()[1], state
    finally:
        server.close()
        for connection in [*state.connections]:
            connection.transport.abort()
        await server.wait_closed()


async def answer_of(reader: asyncio.StreamReader) -> tuple[int, dict[str, str], bytes]:
    head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
    headers = dict(line.lower().split(": ", 1) for line in head[1:] if line)
    body = await reader.readexactly(int(headers.get("content-length", 0)))
    return int(head[0].split()[1]), headers, body


async def problem_of(reader: asyncio.StreamReader) -> dict[str, Any]:
    """The connection must end with it."""
    status, headers, body = await answer_of(reader)
    assert headers["content-type"] == "application/problem+json"
    assert headers["connection"] == "close"
    assert await reader.read() == b""
    problem: dict[str, Any] = json.loads(body)
    assert problem["status"] == status
    return problem


def test_one_that_says_nothing_is_closed() -> None:
    async def go() -> None:
        async with served(Patience(headers_s=0.02)) as (port, state):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            assert await reader.read() == b""
            writer.close()
            assert not state.connections

    asyncio.run(go())


def test_headers_that_trickle_are_told_and_closed() -> None:
    async def go() -> None:
        async with served(Patience(headers_s=0.05)) as (port, _):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(b"GET / HTTP/1.1\r\nhost: here\r\nx-slow: ")
            await writer.drain()
            assert (await problem_of(reader))["code"] == "slow-request"
            writer.close()

    asyncio.run(go())


def test_one_that_was_answered_and_then_trickles_is_closed() -> None:
    async def go() -> None:
        async with served(Patience(headers_s=0.05)) as (port, _):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(ASKED % 1)
            assert (await answer_of(reader))[2] == b"/1"
            writer.write(b"GET")
            assert (await problem_of(reader))["status"] == 408
            writer.close()

    asyncio.run(go())


def test_those_that_speak_are_served_one_after_the_other() -> None:
    async def go() -> None:
        async with served(Patience(headers_s=0.05)) as (port, _):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            for number in range(5):
                writer.write(ASKED % number)
                assert (await answer_of(reader))[2] == b"/%d" % number
                await asyncio.sleep(0.02)
            writer.write(ASKED % 8 + ASKED % 9)
            assert [(await answer_of(reader))[2] for _ in range(2)] == [b"/8", b"/9"]
            writer.close()

    asyncio.run(go())


def test_a_body_that_comes_after_its_answer_is_not_taken_for_headers() -> None:
    async def go() -> None:
        async with served(Patience(header_bytes=10_000)) as (port, _):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(b"POST /1 HTTP/1.1\r\nhost: here\r\ncontent-length: 300000\r\n\r\n")
            assert (await answer_of(reader))[2] == b"/1"
            for _ in range(3):
                writer.write(bytes(100_000))
                await writer.drain()
            writer.write(ASKED % 2)
            assert (await answer_of(reader))[2] == b"/2"
            writer.close()

    asyncio.run(go())


def test_headers_without_end_are_refused() -> None:
    async def go() -> None:
        async with served(Patience(header_bytes=10_000)) as (port, _):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(b"GET / HTTP/1.1\r\nhost: here\r\nx-long: ")
            writer.write(b"x" * 10_000)
            assert (await problem_of(reader))["code"] == "headers-too-large"
            writer.close()

    asyncio.run(go())


@pytest.mark.parametrize(
    "begun",
    [
        b"POST /1 HTTP/1.1\r\nhost: here\r\ntransfer-encoding: chunked\r\n\r\n",
        b"POST /never HTTP/1.1\r\nhost: here\r\ntransfer-encoding: chunked\r\n\r\n",
        ASKED.replace(b"%d", b"never") + b"GET / HTTP/1.1\r\nx-long: ",
    ],
    ids=["after an answer", "before an answer", "of the next request"],
)
def test_headers_without_end_that_come_later_end_the_connection(begun: bytes) -> None:
    async def go() -> None:
        async with served(Patience(header_bytes=10_000)) as (port, state):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(begun)
            if b"/1 " in begun:
                assert (await answer_of(reader))[2] == b"/1"
            writer.write(b"1\r\na\r\n0\r\nx-long: " if b"chunked" in begun else b"")
            for _ in range(5):
                await asyncio.sleep(0)  # the server sees it by and by
            writer.write(b"x" * 10_001)
            rest = await reader.read()
            assert (b"headers-too-large" in rest) == (b"/1 " in begun)
            while state.connections or state.tasks:
                await asyncio.sleep(0)
            writer.close()

    asyncio.run(go())


def test_requests_far_ahead_of_the_answers_end_the_connection() -> None:
    async def go() -> None:
        async with served(Patience(ahead=2)) as (port, state):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(ASKED.replace(b"%d", b"never") + ASKED % 1 * 3)
            with suppress(ConnectionError):
                assert await reader.read() == b""
            while state.connections or state.tasks:
                await asyncio.sleep(0)
            writer.close()

    asyncio.run(go())


@pytest.mark.parametrize("words", [b"GARBAGE\r\n\r\n", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03"])
def test_what_is_no_http_is_told(words: bytes) -> None:
    async def go() -> None:
        async with served(Patience()) as (port, _):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(words)
            assert (await problem_of(reader))["code"] == "bad-request"
            writer.close()

    asyncio.run(go())


def test_more_connections_than_there_may_be_are_told_to_come_back() -> None:
    async def go() -> None:
        async with served(Patience(connections=2)) as (port, _):
            few = [await asyncio.open_connection("127.0.0.1", port) for _ in range(2)]
            for reader, writer in few:
                writer.write(ASKED % 1)
                await answer_of(reader)
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            assert (await problem_of(reader))["code"] == "busy"
            for _, each in (*few, (reader, writer)):
                each.close()

    asyncio.run(go())


def test_an_answer_that_nobody_takes_is_dropped() -> None:
    async def go() -> None:
        async with served(Patience(unread_s=0.05)) as (port, state):
            reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1024)
            writer.write(b"GET /huge HTTP/1.1\r\nhost: here\r\n\r\n")
            await reader.readuntil(b"\r\n\r\n")
            while state.connections or state.tasks:
                await asyncio.sleep(0.01)
            writer.close()

    asyncio.run(go())
