"""Tests of what web pages may do."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from starlette.types import Receive, Scope, Send

from fakes.asgi_call import ask
from mien.errors import OptionError
from mien.service.security.keys import Keys
from mien.service.security.pages import OwnPages, QuietHeaders, check_origins

pytestmark = pytest.mark.unit

GIVEN = "a-key-of-sixteen-or-more"
PAGES = "https://pages.example"


async def fine(scope: Scope, receive: Receive, send: Send) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b""})


def status(
    folder: Path, method: str = "GET", *, key: bool = False, loopback: bool = True, **said: str
) -> int:
    keys = Keys(folder, [GIVEN] if key else [])
    app = OwnPages(fine, keys, loopback=loopback, origins=[PAGES])
    return asyncio.run(ask(app, method=method, headers=said)).status


@pytest.mark.parametrize(
    "host",
    ["localhost", "LOCALHOST:8001", "127.0.0.1", "127.0.0.1:1", "127.8.9.1:80", "[::1]:8001"],
)
def test_this_machine_has_these_names(tmp_path: Path, host: str) -> None:
    assert status(tmp_path, host=host) == 200


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "localhost.evil.example",
        "127.0.0.1.evil.example",
        "localhost@evil.example",
        "localhost:80:80",
        "1127.0.0.1",
        "::1",
    ],
)
def test_no_other_name_leads_here(tmp_path: Path, host: str) -> None:
    assert status(tmp_path, host=host) == 403


def test_names_do_not_matter_with_keys_or_beyond_this_machine(tmp_path: Path) -> None:
    assert status(tmp_path, host="mien.example", key=True) == 200
    assert status(tmp_path, host="mien.example", loopback=False) == 200


@pytest.mark.parametrize(
    "origin", ["http://evil.example", "null", "http://localhost:3000", "https://localhost:9999"]
)
def test_foreign_pages_change_nothing(tmp_path: Path, origin: str) -> None:
    for method in ("POST", "DELETE"):
        assert status(tmp_path, method, host="localhost:8001", origin=origin) == 403
    assert status(tmp_path, host="localhost:8001", origin=origin) == 200


def test_own_and_named_pages_may(tmp_path: Path) -> None:
    for origin in ("http://localhost:8001", PAGES):
        assert status(tmp_path, "POST", host="localhost:8001", origin=origin) == 200
    assert status(tmp_path, "POST", host="localhost:8001") == 200


def test_foreign_pages_are_stopped_beyond_this_machine_too(tmp_path: Path) -> None:
    evil = "http://evil.example"
    assert status(tmp_path, "POST", host="h:1", origin=evil, loopback=False) == 403
    assert status(tmp_path, "POST", host="h:1", origin=evil, key=True) == 200


@pytest.mark.parametrize("origin", ["pages.example", "https://a/b", "https://a/", "https://", ""])
def test_what_is_no_origin_is_told(origin: str) -> None:
    with pytest.raises(OptionError, match="is no origin"):
        check_origins([PAGES, origin])


def test_answers_carry_headers_that_keep_browsers_quiet() -> None:
    headers = asyncio.run(ask(QuietHeaders(fine))).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["content-security-policy"].startswith("default-src 'none'")
    docs = asyncio.run(ask(QuietHeaders(fine), "/docs")).headers
    assert "content-security-policy" not in docs
