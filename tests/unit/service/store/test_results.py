"""What is kept in a folder: whole, found again, and refused in words."""

from __future__ import annotations

import asyncio
import resource
import signal
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest
from obstore.store import MemoryStore

from mien.errors import OptionError, OutputError
from mien.service.errors import NotFoundError
from mien.service.store.results import ResultStore

pytestmark = pytest.mark.unit

LARGE = 9 * 2**20
"""Bytes: more than one part, more than one chunk."""


@contextmanager
def no_file_larger_than(num_bytes: int) -> Generator[None]:
    """As on a disk that is full."""
    was = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (num_bytes, was[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, was)
        signal.signal(signal.SIGXFSZ, handler)


async def read(store: ResultStore, key: str, start: int = 0, end: int | None = None) -> bytes:
    return b"".join([chunk async for chunk in store.read(key, start, end)])


@pytest.fixture(params=["folder", "memory"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> ResultStore:
    if request.param == "memory":
        return ResultStore(MemoryStore())
    return ResultStore.open(str(tmp_path / "store"))


def test_what_is_put_is_found_whole_and_in_part(store: ResultStore, tmp_path: Path) -> None:
    content = bytes(range(256)) * (LARGE // 256)
    film = tmp_path / "film"
    film.write_bytes(content)

    async def check() -> None:
        stored = await store.put("results/a/b.mp4", film)
        assert stored.size == len(content)
        assert stored.etag.startswith('"')
        assert await store.head("results/a/b.mp4") == stored
        assert await read(store, "results/a/b.mp4") == content
        part = await read(store, "results/a/b.mp4", 1_000_000, 4_000_001)
        assert part == content[1_000_000:4_000_001]

    asyncio.run(check())


def test_the_same_key_again_replaces_it_under_another_tag(store: ResultStore) -> None:
    async def check() -> None:
        first = await store.put("results/a/b", b"one")
        second = await store.put("results/a/b", b"other")
        assert first.etag != second.etag
        assert await read(store, "results/a/b") == b"other"
        with pytest.raises(NotFoundError):
            await anext(store.read("results/a/b", 0, 3, etag=first.etag))

    asyncio.run(check())


def test_what_lies_below_a_prefix_is_listed(store: ResultStore) -> None:
    async def check() -> None:
        for key in ("results/a/1", "results/b/2", "outputs/a/3"):
            await store.put(key, b"x")
        found = {each.key async for each in store.list("results")}
        assert found == {"results/a/1", "results/b/2"}
        assert [each async for each in store.list("nothing")] == []

    asyncio.run(check())


def test_what_is_deleted_is_gone_and_may_be_deleted_again(store: ResultStore) -> None:
    async def check() -> None:
        await store.put("results/a/b", b"x")
        await store.delete("results/a/b")
        await store.delete("results/a/b")
        with pytest.raises(NotFoundError):
            await store.head("results/a/b")
        with pytest.raises(NotFoundError):
            await anext(store.read("results/a/b"))

    asyncio.run(check())


@pytest.mark.parametrize(
    "key", ["../keys.json", "/etc/passwd", "a//b", "a/../b", "", "a/.b", "a/b#1", "a/b\n", "ä", "."]
)
def test_names_that_are_not_ours_are_not_there(store: ResultStore, key: str) -> None:
    async def check() -> None:
        with pytest.raises(NotFoundError):
            await store.head(key)
        with pytest.raises(NotFoundError):
            await store.delete(key)

    asyncio.run(check())


def test_no_room_is_told_and_leaves_what_was_there(tmp_path: Path) -> None:
    store = ResultStore.open(str(tmp_path / "store"))
    film = tmp_path / "film"
    film.write_bytes(bytes(LARGE))

    async def check() -> None:
        await store.put("results/a/b", b"old")
        with no_file_larger_than(2**20):
            for content in (film, bytes(2**21)):
                with pytest.raises(OutputError, match="File too large") as refused:
                    await store.put("results/a/b", content)
                assert str(tmp_path) not in str(refused.value)
        assert await read(store, "results/a/b") == b"old"

    asyncio.run(check())
    assert [path.name for path in (tmp_path / "store/results/a").iterdir()] == ["b"]


def test_a_place_that_takes_nothing_is_told(tmp_path: Path) -> None:
    store = ResultStore.open(str(tmp_path))
    (tmp_path / "results").write_text("a file, where a folder should be")
    with pytest.raises(OutputError, match="Not a directory"):
        asyncio.run(store.put("results/a/b", b"x"))


def test_a_store_that_cannot_be_is_refused_at_the_start(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for url in (str(tmp_path / "file"), "ftp://somewhere/else", "s3://"):
        with pytest.raises(OptionError, match="--store"):
            ResultStore.open(url)


def test_a_file_that_a_killed_process_left_goes_and_others_stay(tmp_path: Path) -> None:
    store = ResultStore.open(str(tmp_path))
    asyncio.run(store.put("results/a/b.mp4", b"x"))
    left = tmp_path / f"results/a/{'c' * 32}.mp4#1"
    foreign = [tmp_path / "notes#1", tmp_path / "results/a/notes#1", tmp_path / f"a/b/{left.name}"]
    foreign[-1].parent.mkdir(parents=True)
    for path in (left, *foreign):
        path.write_bytes(b"half")
    asyncio.run(store.remove_leftovers(time.time() - 3600))
    assert left.exists()
    asyncio.run(store.remove_leftovers(time.time() + 1))
    assert not left.exists()
    assert all(path.exists() for path in foreign)
    assert (tmp_path / "results/a/b.mp4").exists()
