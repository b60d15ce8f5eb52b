"""Tests of HEAD where there is GET."""

from __future__ import annotations

import pytest
from fastapi import APIRouter, FastAPI
from fastapi.testclient import TestClient

from mien.service.heads import heads_of

pytestmark = pytest.mark.unit


def test_head_is_answered_as_get_but_for_streams_and_is_not_documented() -> None:
    router = APIRouter(prefix="/v1")

    @router.get("/things/{id}")
    async def thing(id: str) -> dict[str, str]:
        return {"id": id}

    @router.get("/things/{id}/events")
    async def events(id: str) -> None: ...

    app = FastAPI()
    app.include_router(router)
    app.include_router(heads_of(router))
    client = TestClient(app)
    assert client.head("/v1/things/a").status_code == 200
    assert client.head("/v1/things/a").headers["content-length"] == "10"
    assert client.head("/v1/things/a/events").status_code == 405
    assert client.get("/v1/things/a").json() == {"id": "a"}
    assert set(app.openapi()["paths"]["/v1/things/{id}"]) == {"get"}
