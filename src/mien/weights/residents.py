"""Models that take a device's memory, and the budget they share.

A model is opened when it is first used. Where several do not fit together they take turns: one
that is not at work is closed to make room for one that wants to work, and opened again at its next
use. What is made is the same.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Generic, Protocol, TypeVar

from mien.weights.memory import give_back

PATIENCE_S = 0.25
"""Who comes back to work sooner has not stopped, and is not closed for others in between: opening
a model takes seconds, and those who take turns work on many frames before they wait."""


class Closable(Protocol):
    """What gives its memory back for good."""

    def close(self) -> None: ...


M = TypeVar("M", bound=Closable)


class Rests(Protocol):
    """What a budget knows of a model. memory_mb: what it needs on its device."""

    memory_mb: int

    def rest(self) -> None:
        """Give the memory back until the next use. Not called while it works."""
        ...


class MemoryBudget:
    """Keeps the models that are open within ``memory_mb`` of their device, as far as they let it:
    one that needs more alone works alone. None: there is room for all. Safe to use from several
    threads; a thread that is at work with one model does not ask to work with another."""

    def __init__(
        self, memory_mb: int | None = None, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.memory_mb = memory_mb
        self._clock = clock
        self._changed = threading.Condition()
        self._open: dict[int, Rests] = {}
        """By identity, the longest unused first."""
        self._at_work: dict[int, int] = {}
        """How many threads work with it."""
        self._stopped: dict[int, float] = {}
        """When the last of them stopped."""

    @contextmanager
    def working(self, model: Rests) -> Generator[None]:
        """Wait until there is room for the model to work, and let those rest that are in its
        way."""
        place = id(model)
        with self._changed:
            while (wait_s := self._wait_s(model)) is not None:
                self._changed.wait(wait_s)
            self._make_room(model)
            self._open.pop(place, None)
            self._open[place] = model
            self._at_work[place] = self._at_work.get(place, 0) + 1
        try:
            yield
        finally:
            with self._changed:
                self._at_work[place] -= 1
                if not self._at_work[place]:
                    del self._at_work[place]
                    if place in self._open:
                        self._stopped[place] = self._clock()
                self._changed.notify_all()

    def forget(self, model: Rests) -> None:
        """It was closed, and takes no room any more."""
        with self._changed:
            self._open.pop(id(model), None)
            self._stopped.pop(id(model), None)
            self._changed.notify_all()

    def hold_both(self, *memory_mb: int) -> bool:
        """Whether models of these sizes can all stay open."""
        return self.memory_mb is None or sum(memory_mb) <= self.memory_mb

    def _wait_s(self, model: Rests) -> float | None:
        """How long to wait before asking again; None when it can work now."""
        if self.memory_mb is None or id(model) in self._at_work:
            return None
        others = [place for place in self._open if place != id(model)]
        busy = [place for place in others if place in self._at_work]
        if self._too_much(model, busy):
            return PATIENCE_S
        now = self._clock()
        pausing = {p: PATIENCE_S - (now - self._stopped.get(p, -PATIENCE_S)) for p in others}
        soon = [place for place in others if place in busy or pausing[place] > 0]
        if id(model) not in self._open and self._too_much(model, soon):
            return max(0.001, min(pausing[place] for place in soon if place not in busy))
        return None

    def _too_much(self, model: Rests, others: list[int]) -> bool:
        assert self.memory_mb is not None, "asked for with a budget only"
        together = sum(self._open[place].memory_mb for place in others)
        return bool(others) and model.memory_mb + together > self.memory_mb

    def _make_room(self, model: Rests) -> None:
        if self.memory_mb is None:
            return
        others = [place for place in self._open if place != id(model)]
        while self._too_much(model, others):
            place = next((place for place in others if place not in self._at_work), None)
            if place is None:
                return
            others.remove(place)
            self._stopped.pop(place, None)
            self._open.pop(place).rest()


class Resident(Generic[M]):
    """A model that is opened when it is needed, under a budget that others share.

    A thread gets it for the length of a context; the model itself says how many may have it at the
    same time.
    """

    def __init__(
        self, open_model: Callable[[], M], *, memory_mb: int, budget: MemoryBudget | None = None
    ) -> None:
        """open_model: makes it, again after each rest."""
        self.memory_mb = memory_mb
        self._open_model = open_model
        self._budget = budget or MemoryBudget()
        self._model: M | None = None
        self._opening = threading.Lock()

    @contextmanager
    def working(self) -> Generator[M]:
        """The model, open. Raises what opening it does."""
        with self._budget.working(self):
            yield self._opened()

    def _opened(self) -> M:
        with self._opening:
            if self._model is None:
                try:
                    self._model = self._open_model()
                except BaseException:
                    self._budget.forget(self)
                    raise
            return self._model

    @property
    def is_open(self) -> bool:
        """Whether it is in memory now."""
        return self._model is not None

    def rest(self) -> None:
        """Close it until the next use."""
        model, self._model = self._model, None
        if model is not None:
            model.close()
            del model
            give_back()

    def close(self) -> None:
        """Close it, and leave its room to others."""
        self.rest()
        self._budget.forget(self)
