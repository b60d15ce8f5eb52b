"""Something of the store over HTTP: whole, in part, or not again."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest
from fastapi import FastAPI, Request, Response
from fastapi.testclient import TestClient
from obstore.store import MemoryStore

from mien.service.problems import MEDIA_TYPE, add_problems
from mien.service.routes.serving import content_disposition, serve_stored
from mien.service.store.results import ResultStore

pytestmark = pytest.mark.unit

CONTENT = bytes(range(256)) * 20_000
"""More than one chunk."""
SIZE = len(CONTENT)


@pytest.fixture(scope="module")
def client() -> Iterator[TestClient]:
    store = ResultStore(MemoryStore())
    asyncio.run(store.put("outputs/a/film.mp4", CONTENT))
    asyncio.run(store.put("outputs/a/empty", b""))
    app = FastAPI()
    add_problems(app)

    @app.api_route("/{name}", methods=["GET", "HEAD"])
    async def serve(request: Request, name: str) -> Response:
        return await serve_stored(
            request, store, f"outputs/a/{name}", media_type="video/mp4", filename="my film.mp4"
        )

    with TestClient(app) as client:
        yield client


def test_the_whole_is_told_all_about(client: TestClient) -> None:
    answer = client.get("/film.mp4")
    assert answer.status_code == 200
    assert answer.content == CONTENT
    headers = answer.headers
    assert headers["content-length"] == str(SIZE)
    assert headers["content-type"] == "video/mp4"
    assert headers["accept-ranges"] == "bytes"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["content-disposition"] == 'inline; filename="my film.mp4"'
    assert headers["etag"].startswith('"')


def test_a_head_is_the_same_without_the_body(client: TestClient) -> None:
    whole, head = client.get("/film.mp4"), client.head("/film.mp4")
    assert head.content == b""
    assert dict(head.headers) == dict(whole.headers)


@pytest.mark.parametrize(
    ("asked", "start", "end"),
    [
        ("bytes=0-0", 0, 1),
        ("bytes=10-19", 10, 20),
        ("bytes=100-", 100, SIZE),
        ("bytes=-5", SIZE - 5, SIZE),
        (f"bytes=-{SIZE * 2}", 0, SIZE),
        (f"bytes=5-{SIZE * 2}", 5, SIZE),
        (f"bytes={SIZE - 1}-", SIZE - 1, SIZE),
        ("bytes=5-3000000", 5, 3_000_001),
    ],
)
def test_a_range_is_answered_with_it(client: TestClient, asked: str, start: int, end: int) -> None:
    answer = client.get("/film.mp4", headers={"Range": asked})
    assert answer.status_code == 206
    assert answer.content == CONTENT[start:end]
    assert answer.headers["content-range"] == f"bytes {start}-{end - 1}/{SIZE}"
    assert answer.headers["content-length"] == str(end - start)


@pytest.mark.parametrize("asked", [f"bytes={SIZE}-", f"bytes={SIZE}-{SIZE + 5}", "bytes=-0"])
def test_a_range_behind_the_end_is_a_problem(client: TestClient, asked: str) -> None:
    answer = client.get("/film.mp4", headers={"Range": asked})
    assert answer.status_code == 416
    assert answer.headers["content-range"] == f"bytes */{SIZE}"
    assert answer.headers["content-type"] == MEDIA_TYPE


@pytest.mark.parametrize(
    "asked", ["bytes=5-2", "bytes=-", "bytes=a-b", "lines=1-2", "bytes=0-1,4-5", "bytes=0-1x", "-"]
)
def test_a_range_without_sense_gives_the_whole(client: TestClient, asked: str) -> None:
    answer = client.get("/film.mp4", headers={"Range": asked})
    assert answer.status_code == 200
    assert answer.content == CONTENT


def test_what_the_caller_has_is_not_sent_again(client: TestClient) -> None:
    headers = client.head("/film.mp4").headers
    tag, date = headers["etag"], headers["last-modified"]
    for known in (
        {"If-None-Match": tag},
        {"If-None-Match": f'"x", W/{tag}'},
        {"If-None-Match": "*"},
        {"If-Modified-Since": date},
    ):
        answer = client.get("/film.mp4", headers=known)
        assert answer.status_code == 304
        assert answer.content == b""
        assert answer.headers["etag"] == tag
    for other in (
        {"If-None-Match": '"x"'},
        {"If-None-Match": '"x"', "If-Modified-Since": date},
        {"If-Modified-Since": "Mon, 01 Jan 2001 00:00:00 GMT"},
        {"If-Modified-Since": "soon"},
    ):
        assert client.get("/film.mp4", headers=other).status_code == 200


def test_a_range_of_another_version_gives_the_whole(client: TestClient) -> None:
    headers = client.head("/film.mp4").headers
    for same in (headers["etag"], headers["last-modified"]):
        answer = client.get("/film.mp4", headers={"Range": "bytes=0-3", "If-Range": same})
        assert answer.status_code == 206
    for other in ('"x"', f"W/{headers['etag']}", "Mon, 01 Jan 2001 00:00:00 GMT", "soon"):
        answer = client.get("/film.mp4", headers={"Range": "bytes=0-3", "If-Range": other})
        assert answer.status_code == 200


def test_nothing_at_all_is_sent_as_such(client: TestClient) -> None:
    answer = client.get("/empty")
    assert (answer.status_code, answer.content) == (200, b"")
    assert client.get("/empty", headers={"Range": "bytes=0-"}).status_code == 416


def test_what_is_not_there_is_a_problem(client: TestClient) -> None:
    for name in ("nothing", "..%2Fkeys", "a%00b"):
        answer = client.get(f"/{name}")
        assert answer.status_code == 404
        assert answer.headers["content-type"] == MEDIA_TYPE


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("a.mp4", 'inline; filename="a.mp4"'),
        ("../../etc/passwd", 'inline; filename="passwd"'),
        ("", 'inline; filename="result"'),
        ('a"\r\nX: y.mp4', "inline; filename=\"a___X_ y.mp4\"; filename*=UTF-8''"
         "a%22%0D%0AX%3A%20y.mp4"),
        ("grün.png", "inline; filename=\"gr_n.png\"; filename*=UTF-8''gr%C3%BCn.png"),
        ("\ud800", "inline; filename=\"_\"; filename*=UTF-8''%3F"),
    ],
)  # fmt: skip
def test_names_are_safe_in_a_header(name: str, told: str) -> None:
    assert content_disposition(name) == told
