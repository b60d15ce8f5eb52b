from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from fastapi import FastAPI
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from starlette.testclient import TestClient

from mien.service.tracing import add_tracing

pytestmark = pytest.mark.unit


@pytest.fixture
def collector() -> Iterator[tuple[str, list[bytes]]]:
    """A collector of traces on a real port: its address, and what was sent to it."""
    sent: list[bytes] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            sent.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *words: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}", sent
        server.shutdown()
        thread.join()


def test_requests_become_spans_and_health_does_not(
    collector: tuple[str, list[bytes]], monkeypatch: pytest.MonkeyPatch
) -> None:
    address, sent = collector
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", address)
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_COMPRESSION", "none")
    app = FastAPI()
    app.add_api_route("/v1/things", lambda: 1)
    app.add_api_route("/healthz", lambda: 1)
    add_tracing(app)
    with TestClient(app) as client:
        client.get("/healthz")
        client.get("/v1/things")
    (middleware,) = app.user_middleware
    middleware.kwargs["tracer_provider"].shutdown()
    request = ExportTraceServiceRequest.FromString(sent[0])
    (spans,) = request.resource_spans
    names = {each.key: each.value.string_value for each in spans.resource.attributes}
    assert names["service.name"] == "mien"
    assert [each.name for each in spans.scope_spans[0].spans] == ["GET /v1/things"]
