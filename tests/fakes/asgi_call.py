"""One request to an ASGI app, without a server."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from typing import Any

from starlette.types import ASGIApp, Message


@dataclass(frozen=True)
class Answer:
    """What the app sent. ended: it said that this was all."""

    status: int
    headers: dict[str, str]
    body: bytes
    ended: bool

    @property
    def code(self) -> str:
        """Of a problem."""
        return str(json.loads(self.body)["code"])


async def ask(
    app: ASGIApp,
    path: str = "/",
    *,
    method: str = "GET",
    headers: dict[str, str] | None = None,
    chunks: Iterable[bytes] | AsyncIterator[bytes] = (),
    state: dict[str, Any] | None = None,
    query: bytes = b"",
) -> Answer:
    """``chunks``: of the body, one message each; when they end, the body does."""
    said: list[Message] = []
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "path": path,
        "raw_path": path.encode(),
        "root_path": "",
        "query_string": query,
        "scheme": "http",
        "server": ("127.0.0.1", 80),
        "client": ("127.0.0.1", 1),
        "headers": [(k.lower().encode(), v.encode()) for k, v in (headers or {}).items()],
        "state": {} if state is None else state,
    }
    messages = _messages(chunks)

    async def receive() -> Message:
        try:
            return await anext(messages)
        except StopAsyncIteration:
            return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        said.append(message)

    await app(scope, receive, send)
    start = said[0]
    return Answer(
        status=start["status"],
        headers={k.decode().lower(): v.decode() for k, v in start["headers"]},
        body=b"".join(each.get("body", b"") for each in said[1:]),
        ended=not said[-1].get("more_body", False),
    )


async def _messages(chunks: Iterable[bytes] | AsyncIterator[bytes]) -> AsyncIterator[Message]:
    if isinstance(chunks, AsyncIterator):
        async for chunk in chunks:
            yield {"type": "http.request", "body": chunk, "more_body": True}
    else:
        for chunk in chunks:
            yield {"type": "http.request", "body": chunk, "more_body": True}
    yield {"type": "http.request", "body": b"", "more_body": False}


async def never() -> AsyncIterator[bytes]:
    """A body that does not come."""
    await asyncio.get_running_loop().create_future()
    yield b""
