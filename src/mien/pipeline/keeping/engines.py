"""Engines that stay loaded between two uses."""

from __future__ import annotations

import threading
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from mien.engines import Engine, load_engine
from mien.engines.base import engine_info
from mien.engines.settings import EngineSettings
from mien.errors import MienError


@dataclass(frozen=True, slots=True)
class KeptEngine:
    """One engine in memory. memory_mb: what it says that it needs. lent: whether it is in use."""

    settings: EngineSettings
    memory_mb: int
    lent: bool


@dataclass(slots=True, eq=False)
class _Loaded:
    settings: EngineSettings
    memory_mb: int
    engine: Engine[Any] | None = None


class EngineShelf:
    """Engines by their settings, each lent to one borrower at a time.

    Whoever asks for one that is lent gets another one of the same settings: nobody waits for
    anybody, so one thread may borrow several. Those in use may therefore need more than
    ``memory_mb``; those not in use are closed, the longest unused first, as long as all together
    do. Safe to use from several threads.
    """

    def __init__(self, memory_mb: int) -> None:
        self._memory_mb = memory_mb
        self._idle: list[_Loaded] = []
        """The longest unused first."""
        self._lent: list[_Loaded] = []
        self._lock = threading.Lock()

    @contextmanager
    def lend(self, settings: EngineSettings) -> Generator[Engine[Any]]:
        """An engine of these settings, with nothing left in it of what it did before. It is not to
        be closed, nor used after the context.

        Raises as :func:`mien.engines.load_engine`. After an error that nobody meant the engine is
        closed: who knows what is left in it, as of a GPU.
        """
        loaded, broken = self._take(settings), False
        try:
            if loaded.engine is None:
                loaded.engine = load_engine(settings)
            else:
                loaded.engine.reset()
            yield loaded.engine
        except Exception as error:
            broken = not isinstance(error, MienError)
            raise
        finally:
            self._take_back(loaded, broken=broken)

    @property
    def status(self) -> tuple[KeptEngine, ...]:
        """Those in use, then those not in use, the longest unused first."""
        with self._lock:
            return tuple(
                KeptEngine(each.settings, each.memory_mb, lent)
                for shelf, lent in ((self._lent, True), (self._idle, False))
                for each in shelf
            )

    def close(self) -> None:
        """Close what is not in use now, and the rest when it comes back."""
        with self._lock:
            self._memory_mb = 0
            superfluous = self._superfluous()
        _close(superfluous)

    def _take(self, settings: EngineSettings) -> _Loaded:
        """An idle one, or the place of one that is to be loaded, for which room was made."""
        with self._lock:
            found = next((e for e in reversed(self._idle) if e.settings == settings), None)
            if found is not None:
                self._idle.remove(found)
            else:
                found = _Loaded(settings, engine_info(settings.name).memory_mb)
            self._lent.append(found)
            superfluous = self._superfluous()
        _close(superfluous)
        return found

    def _take_back(self, loaded: _Loaded, *, broken: bool) -> None:
        with self._lock:
            self._lent.remove(loaded)
            if loaded.engine is not None and not broken:  # else it could not be loaded
                self._idle.append(loaded)
            superfluous = self._superfluous()
        if loaded.engine is not None and broken:
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
        assert each.engine is not None, "idle ones are loaded"
        each.engine.close()
