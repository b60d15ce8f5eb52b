"""Tests of what stands before the routes, together."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from fastapi import FastAPI

from fakes.asgi_call import Answer, ask
from mien.service.problems import add_problems
from mien.service.security.keys import Keys
from mien.service.security.layers import add_layers
from mien.service.settings import ServiceSettings

pytestmark = pytest.mark.unit

KEY, PAGES = "a-key-of-sixteen-or-more", "https://pages.example"


def asked(folder: Path, method: str, *, origins: tuple[str, ...] = (PAGES,), **said: str) -> Answer:
    app = FastAPI()
    add_problems(app)

    @app.post("/v1/things")
    async def things() -> dict[str, bool]:
        return {"fine": True}

    settings = ServiceSettings(api_key=(KEY,), cors_origins=origins)
    add_layers(app, settings, Keys(folder, [KEY]))
    headers = {name.replace("_", "-"): value for name, value in said.items()}
    return asyncio.run(ask(app, "/v1/things", method=method, headers=headers))


def test_a_named_page_may_ask_with_a_key(tmp_path: Path) -> None:
    allowed = asked(
        tmp_path, "OPTIONS", origin=PAGES, access_control_request_method="POST",
        access_control_request_headers="authorization,idempotency-key",
    )  # fmt: skip
    assert allowed.status == 200
    assert allowed.headers["access-control-allow-origin"] == PAGES
    answer = asked(tmp_path, "POST", origin=PAGES, x_api_key=KEY)
    assert answer.status == 200
    assert answer.headers["access-control-allow-origin"] == PAGES
    assert "Location" in answer.headers["access-control-expose-headers"]
    assert "access-control-allow-credentials" not in answer.headers


def test_a_named_page_can_read_that_its_key_is_wrong(tmp_path: Path) -> None:
    answer = asked(tmp_path, "POST", origin=PAGES)
    assert (answer.status, answer.code) == (401, "unauthorized")
    assert answer.headers["access-control-allow-origin"] == PAGES


@pytest.mark.parametrize("origins", [(), (PAGES,)])
def test_other_pages_may_read_nothing(tmp_path: Path, origins: tuple[str, ...]) -> None:
    evil = "https://evil.example"
    refused = asked(
        tmp_path, "OPTIONS", origins=origins, origin=evil, access_control_request_method="POST"
    )
    answer = asked(tmp_path, "POST", origins=origins, origin=evil, x_api_key=KEY)
    for each in (refused, answer):
        assert "access-control-allow-origin" not in each.headers
    assert refused.status in (400, 401)


def test_every_answer_keeps_browsers_quiet(tmp_path: Path) -> None:
    for answer in (asked(tmp_path, "POST"), asked(tmp_path, "POST", x_api_key=KEY)):
        assert answer.headers["x-content-type-options"] == "nosniff"
