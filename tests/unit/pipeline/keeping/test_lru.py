from __future__ import annotations

from collections import OrderedDict
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.pipeline.keeping import ByteLru

pytestmark = pytest.mark.unit

KEYS = st.integers(0, 5)
STEPS = st.one_of(
    st.tuples(st.just("put"), KEYS, st.integers(0, 12)),
    st.tuples(st.just("get"), KEYS, st.none()),
    st.tuples(st.just("discard"), KEYS, st.none()),
    st.tuples(st.just("clear"), st.none(), st.none()),
)


@given(st.integers(0, 20), st.lists(STEPS, max_size=40))
def test_it_remembers_what_a_slow_and_plain_model_remembers(max_bytes: int, steps: list) -> None:
    lru: ByteLru[int, int] = ByteLru(max_bytes)
    model: OrderedDict[int, tuple[int, int]] = OrderedDict()
    hits = misses = 0
    for number, (verb, key, size) in enumerate(steps):
        if verb == "put":
            lru.put(key, number, size)
            model.pop(key, None)
            if size <= max_bytes:
                model[key] = number, size
            while sum(each for _, each in model.values()) > max_bytes:
                model.popitem(last=False)
        elif verb == "get":
            known = model.get(key)
            hits, misses = hits + (known is not None), misses + (known is None)
            assert lru.get(key) == (known and known[0])
            if known is not None:
                model.move_to_end(key)
        elif verb == "discard":
            lru.discard(key)
            model.pop(key, None)
        else:
            lru.clear()
            model.clear()
        status = lru.status
        assert status.num_bytes == sum(each for _, each in model.values()) <= max_bytes
        assert status.entries == len(model)
        assert all((each in lru) == (each in model) for each in range(6))
    assert (lru.status.hits, lru.status.misses) == (hits, misses)


def test_what_is_too_large_is_not_kept_and_drives_nothing_out() -> None:
    lru: ByteLru[str, str] = ByteLru(10)
    lru.put("a", "small", 6)
    lru.put("b", "large", 11)
    assert lru.get("b") is None
    assert lru.get("a") == "small"


def test_what_is_too_large_still_replaces_what_its_key_had() -> None:
    lru: ByteLru[str, str] = ByteLru(10)
    lru.put("a", "old", 6)
    lru.put("a", "new", 11)
    assert "a" not in lru
    assert lru.status.num_bytes == 0


def test_those_that_had_to_go_are_counted() -> None:
    lru: ByteLru[int, int] = ByteLru(2)
    for number in range(5):
        lru.put(number, number, 1)
    assert lru.status.evicted == 3
    assert lru.status.entries == 2


def test_sizes_below_nothing_are_refused() -> None:
    with pytest.raises(ValueError, match="-1 bytes"):
        ByteLru(-1)
    with pytest.raises(ValueError, match="-1 bytes"):
        ByteLru[int, int](1).put(1, 1, -1)


def test_threads_at_the_same_time_leave_the_count_of_bytes_right() -> None:
    lru: ByteLru[int, bytes] = ByteLru(500)

    def work(thread: int) -> None:
        for number in range(500):
            key = (number * 7 + thread) % 40
            if lru.get(key) is None:
                lru.put(key, b"", key)
            if number % 50 == 0:
                lru.discard(key)

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(work, range(4)))
    status = lru.status
    assert status.num_bytes == sum(key for key in range(40) if key in lru) <= 500
    assert status.hits + status.misses == 2000
