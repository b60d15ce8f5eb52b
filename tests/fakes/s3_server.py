"""A bucket on loopback that speaks as much S3 as obstore does: PUT, GET with Range and If-Match,
HEAD, DELETE, the list, and uploads in parts. Signatures are there but not checked."""

from __future__ import annotations

import hashlib
import re
import threading
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from urllib.parse import parse_qs, unquote, urlsplit
from xml.sax.saxutils import escape


@dataclass
class Bucket:
    """objects: content by key. parts: of uploads that are not finished. refuses: a status that
    every request is answered with instead."""

    url: str = ""
    objects: dict[str, bytes] = field(default_factory=dict)
    parts: dict[str, dict[int, bytes]] = field(default_factory=dict)
    refuses: int | None = None
    requests: list[str] = field(default_factory=list)
    uploads: count[int] = field(default_factory=lambda: count(1))

    @property
    def environment(self) -> dict[str, str]:
        """Variables that lead obstore here."""
        return {
            "AWS_ENDPOINT": self.url,
            "AWS_ALLOW_HTTP": "true",
            "AWS_ACCESS_KEY_ID": "somebody",
            "AWS_SECRET_ACCESS_KEY": "secret",
            "AWS_REGION": "here",
        }


@contextmanager
def s3_server() -> Generator[Bucket]:
    """Any bucket name is the one bucket."""
    bucket = Bucket()
    handler = type("Handler", (_Handler,), {"bucket": bucket})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    bucket.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield bucket
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _etag(content: bytes) -> str:
    return f'"{hashlib.md5(content, usedforsecurity=False).hexdigest()}"'


class _Handler(BaseHTTPRequestHandler):
    bucket: Bucket
    protocol_version = "HTTP/1.1"

    def do_PUT(self) -> None:
        key, query, body = self._asked()
        if "partNumber" in query:
            self.bucket.parts[query["uploadId"]][int(query["partNumber"])] = body
        else:
            self.bucket.objects[key] = body
        self._answer(200, headers={"ETag": _etag(body)})

    def do_POST(self) -> None:
        key, query, body = self._asked()
        if "uploads" in query:
            upload = str(next(self.bucket.uploads))
            self.bucket.parts[upload] = {}
            told = f"<UploadId>{upload}</UploadId>"
            self._answer(200, _xml("InitiateMultipartUploadResult", told))
        elif "uploadId" in query:
            parts = self.bucket.parts.pop(query["uploadId"])
            content = self.bucket.objects[key] = b"".join(parts[n] for n in sorted(parts))
            told = f"<ETag>{escape(_etag(content))}</ETag>"
            self._answer(200, _xml("CompleteMultipartUploadResult", told))
        elif "delete" in query:
            names = re.findall(r"<Key>(.*?)</Key>", body.decode())
            for name in names:
                self.bucket.objects.pop(name, None)
            told = "".join(f"<Deleted><Key>{name}</Key></Deleted>" for name in names)
            self._answer(200, _xml("DeleteResult", told))
        else:
            self._answer(400)

    def do_DELETE(self) -> None:
        key, query, _ = self._asked()
        if "uploadId" in query:
            self.bucket.parts.pop(query["uploadId"], None)
        self.bucket.objects.pop(key, None)
        self._answer(204)

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_GET(self) -> None:
        key, query, _ = self._asked()
        if "list-type" in query:
            self._list(query.get("prefix", ""))
            return
        content = self.bucket.objects.get(key)
        if content is None:
            self._answer(404, _xml("Error", "<Code>NoSuchKey</Code>"))
            return
        if self.headers.get("If-Match") not in (None, _etag(content)):
            self._answer(412, _xml("Error", "<Code>PreconditionFailed</Code>"))
            return
        facts = {"ETag": _etag(content), "Last-Modified": formatdate(0, usegmt=True)}
        asked = re.fullmatch(r"bytes=(\d+)-(\d+)", self.headers.get("Range") or "")
        if asked is None:
            self._answer(200, content, facts)
            return
        start, end = int(asked[1]), min(int(asked[2]) + 1, len(content))
        facts["Content-Range"] = f"bytes {start}-{end - 1}/{len(content)}"
        self._answer(206, content[start:end], facts)

    def _list(self, prefix: str) -> None:
        found = "".join(
            f"<Contents><Key>{escape(key)}</Key><Size>{len(content)}</Size>"
            f"<ETag>{escape(_etag(content))}</ETag>"
            "<LastModified>2026-01-02T03:04:05.000Z</LastModified></Contents>"
            for key, content in sorted(self.bucket.objects.items())
            if key.startswith(prefix)
        )
        self._answer(200, _xml("ListBucketResult", f"<IsTruncated>false</IsTruncated>{found}"))

    def _asked(self) -> tuple[str, dict[str, str], bytes]:
        url = urlsplit(self.path)
        key = unquote(url.path).removeprefix("/").partition("/")[2]
        query = {k: v[0] for k, v in parse_qs(url.query, keep_blank_values=True).items()}
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.bucket.requests.append(f"{self.command} {self.path}")
        return key, query, body

    def _answer(
        self, status: int, body: bytes = b"", headers: dict[str, str] | None = None
    ) -> None:
        if self.bucket.refuses is not None:
            status, body, headers = self.bucket.refuses, _xml("Error", "<Code>No</Code>"), None
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        if status != 204:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        return


def _xml(name: str, inside: str) -> bytes:
    return f'<?xml version="1.0" encoding="UTF-8"?><{name}>{inside}</{name}>'.encode()
