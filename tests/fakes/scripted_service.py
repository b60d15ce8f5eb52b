"""A service that gives the answers it was told to give, one after the other."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True)
class Scripted:
    """An answer. cut: the connection breaks after so many bytes of the body."""

    status: int = 200
    body: Any = b""
    headers: dict[str, str] = field(default_factory=dict)
    cut: int | None = None

    @property
    def content(self) -> bytes:
        return self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()


@dataclass(frozen=True)
class Asked:
    """A request as it came; names of headers in lower case."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


def problem(status: int, code: str, retry_after: int | None = None) -> Scripted:
    body = {"status": status, "code": code, "detail": f"it is {code}", "request_id": "r1"}
    headers = {"Content-Type": "application/problem+json"}
    if retry_after is not None:
        headers["Retry-After"] = str(retry_after)
    return Scripted(status, body, headers)


def events(*jobs: dict[str, Any], first: int = 1, cut: int | None = None) -> Scripted:
    lines = [
        f"id: {number}\nevent: progress\ndata: {json.dumps(job)}\n\n"
        for number, job in enumerate(jobs, first)
    ]
    body = "".join(lines).encode()
    return Scripted(200, body, {"Content-Type": "text/event-stream"}, cut)


@dataclass
class ScriptedService:
    """url: without a slash at its end. asked: what came so far."""

    url: str = ""
    script: list[Scripted] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)

    def will(self, *answers: Scripted) -> None:
        self.script.extend(answers)


@contextmanager
def scripted_service() -> Iterator[ScriptedService]:
    service = ScriptedService()

    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            length = int(self.headers.get("Content-Length", 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            body = self.rfile.read(length)
            service.asked.append(Asked(self.command, self.path, headers, body))
            told = service.script.pop(0) if service.script else problem(500, "no-more-script")
            self.send_response(told.status)
            for name, value in told.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(told.content)))
            self.send_header("Connection", "close")
            self.end_headers()
            self.wfile.write(told.content[: told.cut])

        do_GET = do_POST = do_DELETE = _answer  # noqa: N815

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    service.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield service
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
