from __future__ import annotations

import threading
import traceback
from collections.abc import Iterator
from contextlib import closing

import pytest

from mien.media import prefetch

pytestmark = pytest.mark.unit


def counting(limit: int, log: list[int], closed: list[bool]) -> Iterator[int]:
    try:
        for number in range(limit):
            log.append(number)
            yield number
    finally:
        closed.append(True)


def workers() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "mien-prefetch"]


def test_everything_arrives_in_order() -> None:
    assert list(prefetch(iter(range(100)), depth=3)) == list(range(100))
    assert workers() == []


def test_it_runs_ahead_by_its_depth_and_no_further() -> None:
    log: list[int] = []
    items = prefetch(counting(100, log, []), depth=2)
    assert next(items) == 0
    ahead = 4  # the one taken, two waiting, one in hand
    while len(log) < ahead:
        threading.Event().wait(0.001)
    threading.Event().wait(0.1)
    assert len(log) == ahead
    items.close()


def test_closing_early_ends_the_thread_and_the_iterator() -> None:
    closed: list[bool] = []
    items = prefetch(counting(10**9, [], closed))
    assert [next(items) for _ in range(5)] == [0, 1, 2, 3, 4]
    items.close()
    assert closed == [True]
    assert workers() == []


def test_an_exception_arrives_after_the_items_before_it_and_with_its_traceback() -> None:
    def failing() -> Iterator[int]:
        yield 1
        raise LookupError("broken in here")

    items = prefetch(failing())
    assert next(items) == 1
    with pytest.raises(LookupError, match="broken in here") as caught:
        next(items)
    assert "failing" in "".join(traceback.format_tb(caught.value.__traceback__))
    assert workers() == []


def test_a_consumer_that_fails_leaves_no_thread() -> None:
    closed: list[bool] = []
    items = prefetch(counting(10**9, [], closed))

    def consume() -> None:
        with closing(items):
            next(items)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        consume()
    assert closed == [True]
    assert workers() == []


def test_a_stream_that_was_never_asked_for_starts_no_thread() -> None:
    prefetch(iter(range(3))).close()
    assert workers() == []


def test_a_depth_below_one_is_refused() -> None:
    with pytest.raises(ValueError, match="depth"):
        prefetch(iter(range(3)), depth=0)
