"""Tests of models that share a memory."""

from __future__ import annotations

import threading
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mien.weights.residents import PATIENCE_S, MemoryBudget, Resident

pytestmark = pytest.mark.unit


class Memory:
    """A device: what is open on it now, the most that ever was, and how often each was opened."""

    def __init__(self) -> None:
        self.now = self.most = 0
        self.opened: list[str] = []
        self._lock = threading.Lock()

    def take(self, name: str, size: int) -> None:
        with self._lock:
            self.opened.append(name)
            self.now += size
            self.most = max(self.most, self.now)

    def give(self, size: int) -> None:
        with self._lock:
            self.now -= size


class Model:
    def __init__(self, memory: Memory, name: str, size: int) -> None:
        self._memory, self._size = memory, size
        self.is_closed = False
        memory.take(name, size)

    def work(self) -> None:
        assert not self.is_closed, "closed while it works"

    def close(self) -> None:
        self.is_closed = True
        self._memory.give(self._size)


class Clock:
    """Time that passes only when it is said."""

    def __init__(self) -> None:
        self._now = 0.0
        self._lock = threading.Lock()

    def __call__(self) -> float:
        return self._now

    def advance(self, seconds: float) -> None:
        with self._lock:
            self._now += seconds


def resident(memory: Memory, budget: MemoryBudget, name: str, size: int) -> Resident[Model]:
    return Resident(lambda: Model(memory, name, size), memory_mb=size, budget=budget)


def work(model: Resident[Model]) -> None:
    with model.working() as opened:
        opened.work()


def test_a_model_is_opened_at_its_first_use_and_stays() -> None:
    memory = Memory()
    model = resident(memory, MemoryBudget(10), "a", 6)
    assert not model.is_open
    work(model)
    work(model)
    assert (memory.opened, memory.now) == (["a"], 6)
    model.close()
    assert memory.now == 0


def test_those_that_fit_together_stay_open() -> None:
    memory, budget = Memory(), MemoryBudget(10)
    models = [resident(memory, budget, name, 5) for name in "ab"]
    for _ in range(3):
        for model in models:
            work(model)
    assert (memory.opened, memory.most) == (["a", "b"], 10)


def test_the_longest_unused_makes_room() -> None:
    memory, clock = Memory(), Clock()
    budget = MemoryBudget(10, clock=clock)
    a, b, c = (resident(memory, budget, name, 5) for name in "abc")
    for model in (a, b, a, c):
        work(model)
        clock.advance(2 * PATIENCE_S)
    assert (a.is_open, b.is_open, c.is_open) == (True, False, True)
    assert memory.most == 10


def test_one_that_needs_more_than_there_is_works_alone() -> None:
    memory, clock = Memory(), Clock()
    budget = MemoryBudget(10, clock=clock)
    small, large = resident(memory, budget, "small", 4), resident(memory, budget, "large", 25)
    work(small)
    clock.advance(2 * PATIENCE_S)
    work(large)
    assert (small.is_open, large.is_open, memory.most) == (False, True, 25)


def test_without_a_budget_all_stay() -> None:
    memory, budget = Memory(), MemoryBudget()
    for name in "abc":
        work(resident(memory, budget, name, 1000))
    assert memory.now == 3000
    assert budget.hold_both(10**6, 10**6)


def test_one_closed_leaves_its_room() -> None:
    memory, budget = Memory(), MemoryBudget(10)
    a, b = resident(memory, budget, "a", 8), resident(memory, budget, "b", 8)
    work(a)
    a.close()
    work(b)  # at once: nobody is in its way
    assert (memory.now, memory.most) == (8, 8)


def test_one_that_cannot_be_opened_leaves_the_others_as_they_are() -> None:
    memory, budget = Memory(), MemoryBudget(10)
    good = resident(memory, budget, "good", 4)

    def fail() -> Model:
        raise ValueError("no such file")

    bad: Resident[Model] = Resident(fail, memory_mb=4, budget=budget)
    work(good)
    for _ in range(2):
        with pytest.raises(ValueError, match="no such file"), bad.working():
            pass
    work(resident(memory, budget, "other", 6))
    work(good)
    assert (memory.opened, bad.is_open) == (["good", "other"], False)


def test_who_works_on_many_frames_is_not_interrupted_between_them() -> None:
    memory, clock = Memory(), Clock()
    budget = MemoryBudget(10, clock=clock)
    engine, lips = resident(memory, budget, "engine", 7), resident(memory, budget, "lips", 7)
    begun = threading.Event()

    def render() -> None:
        for _ in range(50):
            work(engine)
            begun.set()
        clock.advance(PATIENCE_S)

    thread = threading.Thread(target=render)
    thread.start()
    assert begun.wait(60)
    work(lips)
    thread.join(60)
    assert not thread.is_alive()
    assert (memory.opened, memory.most) == (["engine", "lips"], 7)


@settings(max_examples=15, deadline=None)
@given(
    sizes=st.lists(st.integers(1, 12), min_size=2, max_size=4),
    budget_mb=st.integers(5, 20),
    rounds=st.integers(1, 4),
)
def test_threads_never_have_more_open_than_the_budget_and_none_waits_for_ever(
    sizes: Sequence[int], budget_mb: int, rounds: int
) -> None:
    memory, clock = Memory(), Clock()
    budget = MemoryBudget(budget_mb, clock=clock)

    def run(model: Resident[Model]) -> None:
        for _ in range(rounds):
            work(model)
            clock.advance(PATIENCE_S)

    models = [resident(memory, budget, str(number), size) for number, size in enumerate(sizes)]
    threads = [threading.Thread(target=run, args=(model,)) for model in models]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
        assert not thread.is_alive()
    assert memory.most <= max(budget_mb, *sizes)
