"""What is kept in a bucket, over HTTP."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from fakes.s3_server import Bucket, s3_server
from mien.errors import OutputError
from mien.service.errors import NotFoundError
from mien.service.store.results import ResultStore

pytestmark = pytest.mark.unit


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[Bucket]:
    with s3_server() as bucket:
        for name, value in bucket.environment.items():
            monkeypatch.setenv(name, value)
        yield bucket


@pytest.fixture
def store(bucket: Bucket) -> ResultStore:
    return ResultStore.open("s3://films/made/by/mien/")


async def read(store: ResultStore, key: str, start: int = 0, end: int | None = None) -> bytes:
    return b"".join([chunk async for chunk in store.read(key, start, end)])


def test_what_is_put_lies_below_the_prefix_and_is_found(bucket: Bucket, store: ResultStore) -> None:
    async def check() -> None:
        stored = await store.put("results/a/1.mp4", b"a film")
        assert bucket.objects == {"made/by/mien/results/a/1.mp4": b"a film"}
        assert (stored.key, stored.size) == ("results/a/1.mp4", 6)
        assert stored.etag.startswith('"')
        assert await store.head("results/a/1.mp4") == stored
        assert await read(store, "results/a/1.mp4") == b"a film"
        assert await read(store, "results/a/1.mp4", 2, 4) == b"fi"
        assert [each.key async for each in store.list("results")] == ["results/a/1.mp4"]
        await store.delete("results/a/1.mp4")
        await store.delete("results/a/1.mp4")
        assert bucket.objects == {}
        with pytest.raises(NotFoundError):
            await store.head("results/a/1.mp4")

    asyncio.run(check())


def test_a_large_file_goes_in_parts_and_comes_in_pieces(
    bucket: Bucket, store: ResultStore, tmp_path: Path
) -> None:
    content = bytes(range(256)) * 80_000
    film = tmp_path / "film"
    film.write_bytes(content)

    async def check() -> None:
        await store.put("results/a/1.mp4", film)
        assert bucket.objects == {"made/by/mien/results/a/1.mp4": content}
        parts = [each for each in bucket.requests if "partNumber" in each]
        assert len(parts) == 3
        assert bucket.parts == {}
        assert await read(store, "results/a/1.mp4") == content

    asyncio.run(check())


def test_what_is_replaced_while_it_is_read_is_not_mixed(bucket: Bucket, store: ResultStore) -> None:
    async def check() -> None:
        await store.put("results/a/1.mp4", bytes(5 * 2**20))
        chunks = store.read("results/a/1.mp4")
        await anext(chunks)
        await store.put("results/a/1.mp4", bytes(6 * 2**20))
        with pytest.raises(NotFoundError):
            await anext(chunks)

    asyncio.run(check())


@pytest.mark.parametrize(("status", "words"), [(403, "credentials"), (400, "400")])
def test_a_bucket_that_refuses_is_told_without_its_address(
    bucket: Bucket, store: ResultStore, status: int, words: str
) -> None:
    bucket.refuses = status
    with pytest.raises(OutputError, match=words) as refused:
        asyncio.run(store.put("results/a/1.mp4", b"x"))
    assert "127.0.0.1" not in str(refused.value)
    assert "films" not in str(refused.value)


def test_a_bucket_that_cannot_be_reached_is_told(
    bucket: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT", "http://127.0.0.1:9")
    store = ResultStore.open("s3://films")
    with pytest.raises(OutputError, match="cannot be reached"):
        asyncio.run(store.put("results/a/1.mp4", b"x"))
