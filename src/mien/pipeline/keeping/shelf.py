"""Models that stay loaded between two uses."""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator, Hashable
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar, cast

from mien.errors import MienError
from mien.weights.residents import MemoryBudget


class Lendable(Protocol):
    """An engine, or whatever else has networks."""

    def reset(self) -> None:
        """Forget what was done before."""
        ...

    def close(self) -> None:
        """Give memory back for good."""
        ...


M = TypeVar("M", bound=Lendable)


@dataclass(frozen=True, slots=True)
class Model(Generic[M]):
    """What can be lent. settings: those of equal settings are alike. memory_mb: what it needs.
    load: makes one, under a budget that it shares."""

    settings: Hashable
    memory_mb: int
    load: Callable[[MemoryBudget], M]


@dataclass(frozen=True, slots=True)
class KeptModel:
    """One model in memory. memory_mb: what it says that it needs. lent: whether it is in use."""

    settings: Any
    memory_mb: int
    lent: bool


@dataclass(slots=True, eq=False)
class _Loaded:
    settings: Hashable
    memory_mb: int
    model: Lendable | None = None


class ModelShelf:
    """Models by their settings, each lent to one borrower at a time.

    Whoever asks for one that is lent gets another one of the same settings: nobody waits for
    anybody, so one thread may borrow several. Those in use may therefore need more than
    ``memory_mb``: then those with networks take turns at work (:class:`MemoryBudget`). Those not
    in use are closed, the longest unused first, as long as all together need more. Safe to use
    from several threads.
    """

    def __init__(self, memory_mb: int) -> None:
        self.budget = MemoryBudget(memory_mb)
        self._memory_mb = memory_mb
        self._idle: list[_Loaded] = []
        """The longest unused first."""
        self._lent: list[_Loaded] = []
        self._lock = threading.Lock()

    @contextmanager
    def lend(self, model: Model[M]) -> Generator[M]:
        """A model of these settings, with nothing left in it of what it did before. It is not to
        be closed, nor used after the context.

        Raises what loading it does. After an error that nobody meant the model is closed: who
        knows what is left in it, as of a GPU.
        """
        loaded, broken = self._take(model), False
        try:
            if loaded.model is None:
                loaded.model = model.load(self.budget)
            else:
                loaded.model.reset()
            yield cast(M, loaded.model)
        except Exception as error:
            broken = not isinstance(error, MienError)
            raise
        finally:
            self._take_back(loaded, broken=broken)

    @property
    def status(self) -> tuple[KeptModel, ...]:
        """Those in use, then those not in use, the longest unused first."""
        with self._lock:
            return tuple(
                KeptModel(each.settings, each.memory_mb, lent)
                for shelf, lent in ((self._lent, True), (self._idle, False))
                for each in shelf
            )

    def close(self) -> None:
        """Close what is not in use now, and the rest when it comes back."""
        with self._lock:
            self._memory_mb = 0
            superfluous = self._superfluous()
        _close(superfluous)

    def _take(self, model: Model[Any]) -> _Loaded:
        """An idle one, or the place of one that is to be loaded, for which room was made."""
        with self._lock:
            found = next((e for e in reversed(self._idle) if e.settings == model.settings), None)
            if found is not None:
                self._idle.remove(found)
            else:
                found = _Loaded(model.settings, model.memory_mb)
            self._lent.append(found)
            superfluous = self._superfluous()
        _close(superfluous)
        return found

    def _take_back(self, loaded: _Loaded, *, broken: bool) -> None:
        with self._lock:
            self._lent.remove(loaded)
            if loaded.model is not None and not broken:  # else it could not be loaded
                self._idle.append(loaded)
            superfluous = self._superfluous()
        if loaded.model is not None and broken:
            superfluous.append(loaded)
        _close(superfluous)

    def _superfluous(self) -> list[_Loaded]:
        """Those to be closed, taken off the shelf."""
        needed = sum(each.memory_mb for each in (*self._lent, *self._idle))
        superfluous = []
        while self._idle and needed > self._memory_mb:
            superfluous.append(self._idle.pop(0))
            needed -= superfluous[-1].memory_mb
        return superfluous


def _close(superfluous: list[_Loaded]) -> None:
    for each in superfluous:
        assert each.model is not None, "idle ones are loaded"
        each.model.close()
