"""Engines that are too large for everybody to have one: those who want the same share one, and take
turns."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Generator, Hashable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from types import TracebackType
from typing import Any, TypeVar, cast

from mien.engines import Engine
from mien.engines.base import DEFAULT_FRAMING
from mien.errors import MienError
from mien.pipeline.keeping.shelf import Model
from mien.types import Face, Framing, Motion, MotionOptions, Portrait, Rendered

T = TypeVar("T")
Lend = Callable[[Model[Engine[Any]]], AbstractContextManager[Engine[Any]]]


class Turns:
    """A lock that is had in the order in which it was asked for: nobody waits for ever."""

    def __init__(self) -> None:
        self._queue: deque[object] = deque()
        """Who has it, then those who wait."""
        self._changed = threading.Condition()

    @property
    def num_waiting(self) -> int:
        """How many have asked and do not have it yet."""
        return max(0, len(self._queue) - 1)

    def __enter__(self) -> None:
        ticket = object()
        with self._changed:
            self._queue.append(ticket)
            self._changed.wait_for(lambda: self._queue[0] is ticket)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with self._changed:
            self._queue.popleft()
            self._changed.notify_all()

    def waited_for(self, items: Iterator[T]) -> Iterator[T]:
        """The same for whoever has the turn, which is others' until the next one is there."""
        while True:
            self.__exit__(None, None, None)
            try:
                item = next(items, None)
            finally:
                self.__enter__()
            if item is None:
                return
            yield item


class SharedEngine:
    """An engine for several threads, each with animations of its own: one of them is at work at a
    time, and nobody is while frames are waited for."""

    def __init__(self, engine: Engine[Any]) -> None:
        self._engine, self._turns = engine, Turns()
        self.info = engine.info

    def prepare(
        self,
        portrait: Portrait,
        face: Face,
        *,
        framing: Framing = DEFAULT_FRAMING,
        previous: Any = None,
    ) -> Any:
        """As the engine does."""
        with self._turns:
            return self._engine.prepare(portrait, face, framing=framing, previous=previous)

    def warmup(self, source: Any) -> None:
        """As the engine does."""
        with self._turns:
            self._engine.warmup(source)

    def animate(self, source: Any, motion: Motion, options: MotionOptions) -> Iterator[Rendered]:
        """As the engine does."""
        motion = replace(motion, frames=self._turns.waited_for(motion.frames))
        return self._by_turns(self._engine.animate(source, motion, options))

    def animate_film(
        self, sources: Iterator[Any], motion: Motion, options: MotionOptions
    ) -> Iterator[Rendered]:
        """As the engine does."""
        motion = replace(motion, frames=self._turns.waited_for(motion.frames))
        sources = self._turns.waited_for(sources)
        return self._by_turns(self._engine.animate_film(sources, motion, options))

    def _by_turns(self, made: Iterator[Rendered]) -> Iterator[Rendered]:
        while True:
            with self._turns:
                rendered = next(made, None)
            if rendered is None:
                return
            yield rendered


@dataclass(slots=True, eq=False)
class _Shared:
    """loan: gives the engine back. fault: of a borrower that nobody meant."""

    engine: Engine[Any] | None = None
    num_borrowers: int = 0
    fault: Exception | None = None
    loan: ExitStack = field(default_factory=ExitStack)
    loading: threading.Lock = field(default_factory=threading.Lock)


class SharedEngines:
    """Each is borrowed with its first borrower and given back with its last one. Safe to use from
    several threads."""

    def __init__(self, lend: Lend) -> None:
        """lend: whose they are."""
        self._lend = lend
        self._shared: dict[Hashable, _Shared] = {}
        self._changing = threading.Lock()

    @contextmanager
    def lend(self, model: Model[Engine[Any]]) -> Generator[Engine[Any]]:
        """An engine of these settings, together with others who asked for it. After an error that
        nobody meant whoever comes next gets another one. Raises what loading it does."""
        shared = self._join(model.settings)
        try:
            with shared.loading:
                if shared.engine is None:
                    lent = shared.loan.enter_context(self._lend(model))
                    shared.engine = cast(Engine[Any], SharedEngine(lent))
            yield shared.engine
        except Exception as error:
            if not isinstance(error, MienError):
                shared.fault = error
            raise
        finally:
            self._leave(model.settings, shared)

    def _join(self, settings: Hashable) -> _Shared:
        with self._changing:
            shared = self._shared.get(settings)
            if shared is None or shared.fault is not None:
                shared = self._shared[settings] = _Shared()
            shared.num_borrowers += 1
            return shared

    def _leave(self, settings: Hashable, shared: _Shared) -> None:
        with self._changing:
            shared.num_borrowers -= 1
            if shared.num_borrowers:
                return
            if self._shared.get(settings) is shared:
                del self._shared[settings]
            fault = shared.fault
            if fault is None:
                shared.loan.close()
            else:
                shared.loan.__exit__(type(fault), fault, fault.__traceback__)
