from __future__ import annotations

import logging

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from mien.service.faults import Faults
from mien.service.logs import add_request_id
from mien.service.observing import Metrics, Observed

pytestmark = pytest.mark.unit


def test_a_fault_is_answered_and_logged_with_the_id_of_its_request(
    caplog: pytest.LogCaptureFixture,
) -> None:
    app = FastAPI()

    @app.get("/")
    async def fail() -> None:
        raise KeyError("secret")

    app.add_middleware(Faults)
    app.add_middleware(Observed, metrics=Metrics())
    caplog.handler.addFilter(add_request_id)
    with caplog.at_level(logging.INFO):
        answer = TestClient(app).get("/", headers={"X-Request-ID": "mine"})
    caplog.handler.removeFilter(add_request_id)
    assert (answer.status_code, answer.headers["x-request-id"]) == (500, "mine")
    assert (answer.json()["code"], answer.json()["request_id"]) == ("internal", "mine")
    (fault,) = (record for record in caplog.records if record.exc_info)
    assert fault.__dict__["request_id"] == "mine"
