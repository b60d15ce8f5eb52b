"""Who works on what next: a pure function of what waits and of who does what."""

from __future__ import annotations

from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass

from mien.service.workers.base import Lane

_PATIENCE = 500
"""So many tasks may come after a long one and yet be done before it: a few seconds' worth. Without
an end of it no job would ever run where stills are asked for without a pause."""
_NOTHING: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Waiting:
    """A task that nobody does yet. number: grows from task to task. key: of the portrait it is
    about, if it is about one."""

    number: int
    lane: Lane
    key: str | None = None


@dataclass(frozen=True, slots=True)
class Desk:
    """A worker. doing: the lane of its task, None if it is free. warm: it can work. keys: of the
    portraits it has had lately."""

    doing: Lane | None = None
    warm: bool = True
    keys: Set[str] = _NOTHING


@dataclass(frozen=True, slots=True)
class Assignment:
    """Which task goes to which desk, by its place in the sequence of desks."""

    task: int
    desk: int


def next_assignment(waiting: Iterable[Waiting], desks: Sequence[Desk]) -> Assignment | None:
    """What begins now, None if nothing can.

    Quick tasks go before long ones, unless these have seen too many come, and older before newer.
    A long one leaves a warm worker that does nothing long, unless there is only one. desks: those
    that are warm or will soon be.
    """
    free = [place for place, desk in enumerate(desks) if desk.warm and desk.doing is None]
    if not free:
        return None
    for_long = _may_begin_long(desks)
    able = (each for each in waiting if for_long or each.lane == "quick")
    task = min(able, key=_turn, default=None)
    if task is None:
        return None
    return Assignment(task.number, min(free, key=lambda place: _strangeness(desks[place], task)))


def _turn(task: Waiting) -> int:
    return task.number + (_PATIENCE if task.lane == "long" else 0)


def _may_begin_long(desks: Sequence[Desk]) -> bool:
    for_quick = sum(desk.warm and desk.doing != "long" for desk in desks)
    return for_quick >= 2 or len(desks) == 1


def _strangeness(desk: Desk, task: Waiting) -> tuple[bool, int]:
    """Best first: who knows the portrait, then who knows fewest and so has most room for it."""
    return task.key not in desk.keys, len(desk.keys)
