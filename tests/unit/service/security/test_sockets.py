"""WebSockets before they reach their route: whose page opens them, and whose key they show."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mien.service.security.guard import Guard
from mien.service.security.keys import LOCAL, Keys
from mien.service.security.pages import OwnPages

pytestmark = pytest.mark.unit

GIVEN = "a-key-of-sixteen-or-more"
PAGES = "https://pages.example"


async def let_in(scope: Scope, receive: Receive, send: Send) -> None:
    owner = scope["state"].get("owner", "")
    await send({"type": "websocket.accept", "subprotocol": owner})


def knock(app: ASGIApp, *subprotocols: str, **headers: str) -> Message:
    """The first thing that is answered to a handshake."""
    said: list[Message] = []
    scope = {
        "type": "websocket",
        "path": "/v1/sessions/1/ws",
        "root_path": "",
        "query_string": b"",
        "scheme": "ws",
        "server": ("127.0.0.1", 80),
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
        "subprotocols": list(subprotocols),
        "state": {},
        "extensions": {"websocket.http.response": {}},
    }

    async def receive() -> Message:
        return {"type": "websocket.connect"}

    async def send(message: Message) -> None:
        said.append(message)

    asyncio.run(app(scope, receive, send))
    return said[0]


@pytest.mark.parametrize(
    ("headers", "fits"),
    [
        ({"host": "localhost:8001"}, True),
        ({"host": "localhost:8001", "origin": "http://localhost:8001"}, True),
        ({"host": "localhost:8001", "origin": PAGES}, True),
        ({"host": "localhost:8001", "origin": "http://evil.example"}, False),
        ({"host": "localhost:8001", "origin": "null"}, False),
        ({"host": "evil.example", "origin": "http://evil.example"}, False),
    ],
)
def test_only_own_pages_open_sockets(tmp_path: Path, headers: dict[str, str], fits: bool) -> None:
    app = OwnPages(let_in, Keys(tmp_path), loopback=True, origins=[PAGES])
    answer = knock(app, **headers)
    assert (answer["type"] == "websocket.accept") == fits
    assert fits or answer["status"] == 403


def test_without_keys_sockets_are_local(tmp_path: Path) -> None:
    assert knock(Guard(let_in, Keys(tmp_path), always=False))["subprotocol"] == LOCAL


def test_with_keys_sockets_show_one_or_say_a_ticket_for_the_route_to_look_at(
    tmp_path: Path,
) -> None:
    app = Guard(let_in, Keys(tmp_path, [GIVEN]), always=False)
    assert knock(app)["status"] == 401
    assert knock(app, "mien.v1")["status"] == 401
    assert knock(app, authorization="Bearer wrong")["status"] == 401
    assert knock(app, authorization=f"Bearer {GIVEN}")["subprotocol"].startswith("key-")
    assert knock(app, "mien.v1", "ticket.x")["subprotocol"] == ""
