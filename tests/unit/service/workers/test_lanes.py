from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.service.workers.lanes import Assignment, Desk, Turns, Waiting, next_assignment

pytestmark = pytest.mark.unit

FREE, QUICK, LONG = Desk(), Desk("quick"), Desk("long")

LANES = st.sampled_from(["quick", "look", "long"])
KEYS = st.sampled_from(["a", "b", "c"])
DESKS = st.lists(
    st.builds(
        Desk, doing=st.none() | LANES, warm=st.booleans(), keys=st.frozensets(KEYS)
    ).map(lambda desk: desk if desk.warm else Desk(None, False)),
    max_size=5,
)  # fmt: skip
QUEUES = st.lists(st.tuples(LANES, st.none() | KEYS), max_size=6).map(
    lambda kinds: [Waiting(number, lane, key) for number, (lane, key) in enumerate(kinds)]
)


def test_the_oldest_quick_task_begins_first() -> None:
    waiting = [Waiting(3, "quick"), Waiting(1, "long"), Waiting(2, "quick")]
    assert next_assignment(waiting, [FREE, FREE]) == Assignment(2, 0)


def test_a_long_task_leaves_one_worker_for_quick_ones() -> None:
    assert next_assignment([Waiting(1, "long")], [LONG, FREE]) is None
    assert next_assignment([Waiting(1, "long")], [LONG, FREE, QUICK]) == Assignment(1, 1)


def test_the_only_worker_takes_long_tasks() -> None:
    assert next_assignment([Waiting(1, "long")], [FREE]) == Assignment(1, 0)


def test_a_long_task_waits_for_the_second_worker_to_come() -> None:
    assert next_assignment([Waiting(1, "long")], [FREE, Desk(warm=False)]) is None


def test_a_long_task_waits_for_many_quick_ones_but_not_for_all() -> None:
    ahead, behind = Waiting(400, "quick"), Waiting(600, "quick")
    assert next_assignment([Waiting(1, "long"), ahead], [FREE, FREE]) == Assignment(400, 0)
    assert next_assignment([Waiting(1, "long"), behind], [FREE, FREE]) == Assignment(1, 0)
    assert next_assignment([Waiting(1, "long"), behind], [FREE, LONG]) == Assignment(600, 0)


def test_a_quick_task_goes_to_who_has_its_portrait() -> None:
    desks = [FREE, Desk(keys=frozenset("a")), Desk(keys=frozenset("b"))]
    assert next_assignment([Waiting(1, "quick", "b")], desks) == Assignment(1, 2)


def test_a_quick_task_does_not_wait_for_who_has_its_portrait() -> None:
    desks = [Desk("quick", keys=frozenset("a")), FREE]
    assert next_assignment([Waiting(1, "quick", "a")], desks) == Assignment(1, 1)


def test_a_new_portrait_goes_to_who_has_fewest() -> None:
    desks = [Desk(keys=frozenset("ab")), Desk(keys=frozenset("c"))]
    assert next_assignment([Waiting(1, "quick", "d")], desks) == Assignment(1, 1)


def test_owners_take_turns() -> None:
    turns = Turns()
    asked = ["a"] * 4 + ["b"] * 2
    waiting = {n: Waiting(n, "quick", None, who, turns.next(who)) for n, who in enumerate(asked)}
    order = []
    while assignment := next_assignment(waiting.values(), [FREE]):
        begun = waiting.pop(assignment.task)
        turns.began(begun.turn)
        order.append(begun.owner)
        if len(order) == 2:  # who comes late is not before its time
            waiting[9] = Waiting(9, "quick", None, "c", turns.next("c"))
    assert "".join(order) == "ababcaa"


def test_looks_leave_half_of_the_workers() -> None:
    look = Waiting(1, "look")
    assert next_assignment([look], [Desk("look"), FREE]) is None
    assert next_assignment([look, Waiting(2, "quick")], [Desk("look"), FREE]) == Assignment(2, 1)
    assert next_assignment([look], [LONG, FREE]) == Assignment(1, 1)


@given(QUEUES, DESKS)
def test_only_free_warm_workers_begin_and_quick_tasks_first(
    waiting: list[Waiting], desks: list[Desk]
) -> None:
    assignment = next_assignment(waiting, desks)
    free = [desk for desk in desks if desk.warm and desk.doing is None]
    if any(each.lane == "quick" for each in waiting) and free:
        assert assignment is not None
    if assignment is None:
        return
    assert desks[assignment.desk] in free
    task = next(each for each in waiting if each.number == assignment.task)
    assert task.lane != "long" or all(each.lane != "quick" for each in waiting)
    peers = [each for each in waiting if (each.lane == "long") == (task.lane == "long")]
    assert all(each.number >= task.number for each in peers if each.lane == task.lane)


@given(st.lists(LANES, max_size=12), st.integers(1, 5), st.data())
def test_however_tasks_come_and_end_all_are_done_and_one_worker_is_kept_from_long_ones(
    lanes: list[str], num_workers: int, data: st.DataObject
) -> None:
    waiting = {n: Waiting(n, lane) for n, lane in enumerate(lanes)}  # type: ignore[arg-type]
    desks = [FREE] * num_workers
    while waiting or any(desk.doing for desk in desks):
        while assignment := next_assignment(waiting.values(), desks):
            desks[assignment.desk] = Desk(waiting.pop(assignment.task).lane)
        long = sum(desk.doing == "long" for desk in desks)
        assert long <= max(1, num_workers - 1)
        assert sum(desk.doing == "look" for desk in desks) <= max(1, num_workers // 2)
        busy = [place for place, desk in enumerate(desks) if desk.doing]
        assert busy, "somebody works as long as something waits"
        desks[data.draw(st.sampled_from(busy))] = FREE
