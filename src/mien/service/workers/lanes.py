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
    about, if it is about one. owner: who asks. turn: of :class:`Turns`."""

    number: int
    lane: Lane
    key: str | None = None
    owner: str = ""
    turn: int = 0


class Turns:
    """So that owners take turns: each one's next task is one turn after its last, or after what is
    being done now if that is later."""

    def __init__(self) -> None:
        self._now = 0
        self._last: dict[str, int] = {}

    def next(self, owner: str) -> int:
        """The turn of a new task."""
        self._last[owner] = max(self._now, self._last.get(owner, 0)) + 1
        return self._last[owner]

    def began(self, turn: int) -> None:
        """A task of this turn is being done."""
        self._now = max(self._now, turn)


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

    Quick tasks and looks go before long ones, unless these have seen too many come; by turns, and
    older before newer. A long one leaves a warm worker that does nothing long, unless there is
    only one; looks leave half of the workers. desks: those that are warm or will soon be.
    """
    free = [place for place, desk in enumerate(desks) if desk.warm and desk.doing is None]
    if not free:
        return None
    task = _next_task(waiting, _open_lanes(desks))
    if task is None:
        return None
    return Assignment(task.number, min(free, key=lambda place: _strangeness(desks[place], task)))


def _next_task(waiting: Iterable[Waiting], lanes: Set[Lane]) -> Waiting | None:
    able = [each for each in waiting if each.lane in lanes]
    soon = (each for each in able if each.lane != "long")
    first = min(soon, key=lambda task: (task.turn, task.number), default=None)
    long = (each for each in able if each.lane == "long")
    patient = min(long, key=lambda task: task.number, default=None)
    if first is None or patient is None:
        return first or patient
    return patient if patient.number + _PATIENCE < first.number else first


def _open_lanes(desks: Sequence[Desk]) -> Set[Lane]:
    lanes: set[Lane] = {"quick"}
    if sum(desk.doing == "look" for desk in desks) < max(1, len(desks) // 2):
        lanes.add("look")
    if _may_begin_long(desks):
        lanes.add("long")
    return lanes


def _may_begin_long(desks: Sequence[Desk]) -> bool:
    for_quick = sum(desk.warm and desk.doing != "long" for desk in desks)
    return for_quick >= 2 or len(desks) == 1


def _strangeness(desk: Desk, task: Waiting) -> tuple[bool, int]:
    """Best first: who knows the portrait, then who knows fewest and so has most room for it."""
    return task.key not in desk.keys, len(desk.keys)
