"""Whose job is next."""

from __future__ import annotations

from collections import defaultdict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.service.errors import BusyError, TooManyError
from mien.service.jobs.fair_queue import FairQueue
from mien.service.security.keys import Owner

pytestmark = pytest.mark.unit

A, B, C = Owner("a"), Owner("b"), Owner("c")


def taken(queue: FairQueue) -> list[str]:
    return list(iter(queue.take, None))


def test_owners_take_turns_and_each_ones_jobs_keep_their_order() -> None:
    queue = FairQueue(10, 10)
    for owner, id in ((A, "a1"), (A, "a2"), (A, "a3"), (B, "b1"), (B, "b2"), (C, "c1")):
        queue.put(owner, id)
    assert taken(queue) == ["a1", "b1", "c1", "a2", "b2", "a3"]


def test_who_comes_late_does_not_wait_for_all_of_who_came_first() -> None:
    queue = FairQueue(10, 10)
    for id in ("a1", "a2", "a3"):
        queue.put(A, id)
    assert queue.take() == "a1"
    queue.put(B, "b1")
    assert taken(queue) == ["b1", "a2", "a3"]


def test_who_has_nothing_running_goes_before_who_has() -> None:
    queue = FairQueue(10, 10)
    for id in ("a1", "a2"):
        queue.put(A, id)
    queue.take()
    queue.put(B, "b1")
    queue.put(B, "b2")
    assert queue.take() == "b1"
    queue.ended(B)
    assert queue.take() == "b2"
    queue.ended(A)
    assert queue.take() == "a2"


def test_all_together_have_so_many_places() -> None:
    queue = FairQueue(2, 10)
    for owner in (A, B):
        queue.check_room(owner)
        queue.put(owner, owner)
    with pytest.raises(BusyError) as refused:
        queue.check_room(C)
    assert not isinstance(refused.value, TooManyError)
    queue.take()
    queue.check_room(C)


def test_one_owner_has_so_many_places_waiting_and_running_together() -> None:
    queue = FairQueue(10, 2)
    queue.put(A, "a1")
    queue.put(A, "a2")
    queue.take()
    with pytest.raises(TooManyError):
        queue.check_room(A)
    queue.check_room(B)
    queue.ended(A)
    queue.check_room(A)


def test_what_was_removed_is_not_taken() -> None:
    queue = FairQueue(10, 10)
    for owner, id in ((A, "a1"), (A, "a2"), (B, "b1")):
        queue.put(owner, id)
    queue.remove(A, "a1")
    queue.remove(B, "b1")
    assert len(queue) == 1
    assert taken(queue) == ["a2"]


@given(st.lists(st.one_of(st.sampled_from([A, B, C]), st.none()), max_size=80))
def test_nobody_starves_and_nothing_is_lost_or_overtaken(steps: list[Owner | None]) -> None:
    """An owner: puts one. None: one is taken."""
    queue = FairQueue(1000, 1000)
    put: dict[Owner, list[str]] = defaultdict(list)
    got: dict[Owner, list[str]] = defaultdict(list)
    passed: dict[Owner, int] = defaultdict(int)
    for number, step in enumerate([*steps, *[None] * len(steps)]):
        if step is not None:
            id = f"{step}{number}"
            put[step].append(id)
            queue.put(step, id)
            continue
        id = queue.take() or ""
        if not id:
            assert put == got
            continue
        owner = Owner(id[0])
        got[owner].append(id)
        assert got[owner] == put[owner][: len(got[owner])]
        for other in put:
            waits = len(put[other]) > len(got[other])
            passed[other] = passed[other] + 1 if waits and other != owner else 0
            assert passed[other] <= 2, "two others have had more than one turn each"
        queue.ended(owner)
    assert len(queue) == 0
