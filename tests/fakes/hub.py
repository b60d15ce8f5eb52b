"""A Hugging Face hub on this machine: real HTTP, as far as downloads go."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from huggingface_hub import constants

COMMIT = "0123456789abcdef0123456789abcdef01234567"


@dataclass
class FakeHub:
    """files: ``owner/name/path`` -> content. break_after: bytes after which a connection is cut,
    for each of the next answers. asked: ``(file, first byte)`` of every GET. tokens: what clients
    showed. status: of every answer that refuses, 200 for none. corrupt: sends nothing but zeros."""

    address: str = ""
    files: dict[str, bytes] = field(default_factory=dict)
    break_after: list[int] = field(default_factory=list)
    asked: list[tuple[str, int]] = field(default_factory=list)
    tokens: set[str] = field(default_factory=set)
    status: int = 200
    corrupt: bool = False

    @property
    def commit(self) -> str:
        """Another one for other files."""
        digest = hashlib.sha1(usedforsecurity=False)
        for name, content in self.files.items():
            digest.update(name.encode() + content)
        return digest.hexdigest()


@contextmanager
def running_hub() -> Generator[FakeHub]:
    """The hub, while the block runs."""
    hub = FakeHub()

    class Handler(_Handler):
        def log_message(self, *_: Any) -> None:
            pass

    Handler.hub = hub
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    hub.address = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield hub
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def use_hub(monkeypatch: pytest.MonkeyPatch, cache: Path, address: str | None = None) -> None:
    """Let the library use this cache and this hub, as the environment would at its import; without
    an address there is none: offline."""
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(cache))
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", address is None)
    if address is not None:
        template = f"{address}/{{repo_id}}/resolve/{{revision}}/{{filename}}"
        monkeypatch.setattr(constants, "ENDPOINT", address)
        monkeypatch.setattr(constants, "HUGGINGFACE_CO_URL_TEMPLATE", template)


def put_in_cache(cache: Path, repository: str, path: str, content: bytes) -> Path:
    """A file as the library lays it out: a blob, a link in a snapshot, and the branch's name."""
    folder = cache / f"models--{repository.replace('/', '--')}"
    blob = folder / "blobs" / hashlib.sha256(content).hexdigest()
    link = folder / "snapshots" / COMMIT / path
    for place in (blob, link, folder / "refs" / "main"):
        place.parent.mkdir(parents=True, exist_ok=True)
    blob.write_bytes(content)
    link.symlink_to(blob)
    (folder / "refs" / "main").write_text(COMMIT)
    return link


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    hub: FakeHub

    def do_HEAD(self) -> None:
        self._answer(body=False)

    def do_GET(self) -> None:
        self._answer(body=True)

    def _answer(self, *, body: bool) -> None:
        name = self.path.lstrip("/").replace("/resolve/main/", "/")
        content = self.hub.files.get(name)
        if self.hub.status != 200 or content is None:
            self._refuse()
            return
        self.hub.tokens.add(self.headers.get("Authorization", ""))
        first = int(self.headers.get("Range", "bytes=0-")[6:-1])
        self.send_response(206 if first else 200)
        digest = hashlib.sha256(content).hexdigest()
        for header, value in (
            ("X-Repo-Commit", self.hub.commit),
            ("ETag", f'"{digest}"'), ("X-Linked-ETag", f'"{digest}"'),
            ("X-Linked-Size", str(len(content))), ("Content-Length", str(len(content) - first)),
        ):  # fmt: skip
            self.send_header(header, value)
        self.end_headers()
        if body:
            self.hub.asked.append((name, first))
            self._send(content[first:])

    def _send(self, content: bytes) -> None:
        if self.hub.corrupt:
            content = bytes(len(content))
        if self.hub.break_after:
            content = content[: self.hub.break_after.pop(0)]
            self.close_connection = True
        self.wfile.write(content)

    def _refuse(self) -> None:
        self.send_response(404 if self.hub.status == 200 else self.hub.status)
        self.send_header("X-Error-Code", "EntryNotFound" if self.hub.status == 200 else "Other")
        self.send_header("Content-Length", "0")
        self.end_headers()
