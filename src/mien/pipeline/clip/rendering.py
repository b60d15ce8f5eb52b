"""Frames of a clip, made by several threads where the engine allows it."""

from __future__ import annotations

import os
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from mien.engines import Engine
from mien.face import paste
from mien.media import prefetch
from mien.types import Image, Motion, MotionOptions, Portrait, Rendered

T = TypeVar("T")
_MOST_STRANDS = 4
"""More threads than that wait for each other rather than work."""
_AHEAD = 2
"""Frames each of them may be ahead."""


@dataclass(frozen=True, slots=True)
class Stage:
    """A portrait, prepared by the first of some engines, which all take it."""

    engines: Sequence[Engine[Any]]
    source: Any
    portrait: Portrait
    options: MotionOptions

    def frames(
        self, motion_of: Callable[[int, int], Motion], finish: Callable[[int, Image], T]
    ) -> Generator[T]:
        """What ``finish`` makes of each frame's number and picture (h, w, 3), in order.

        motion_of: every ``step``-th frame from ``first`` on, as a motion of its own. ``finish``
        is called in the thread that rendered the frame. Closing it stops them all.
        """
        step = len(self.engines)
        strands = [
            self._strand(engine, motion_of(first, step), range(first, 2**62, step), finish)
            for first, engine in enumerate(self.engines)
        ]
        with ExitStack() as stack:
            if step > 1:
                strands = [stack.enter_context(closing(prefetch(s, _AHEAD))) for s in strands]
            yield from _in_turn(strands)

    def _strand(
        self,
        engine: Engine[Any],
        motion: Motion,
        numbers: range,
        finish: Callable[[int, Image], T],
    ) -> Generator[T]:
        rendered = engine.animate(self.source, motion, self.options)
        for number, frame in zip(numbers, rendered, strict=False):
            yield finish(number, self._whole(frame))

    def _whole(self, frame: Rendered) -> Image:
        return paste(self.portrait.pixels, replace(frame, coverage=None))


def num_strands(*, parallel: bool) -> int:
    """How many threads render: one for each core at hand, where frames do not depend on each
    other."""
    if not parallel:
        return 1
    affinity = getattr(os, "sched_getaffinity", None)
    cores = len(affinity(0)) if affinity is not None else os.cpu_count() or 1
    return max(1, min(_MOST_STRANDS, cores))


def _in_turn(strands: Sequence[Iterator[T]]) -> Iterator[T]:
    """One of each, over and over, until the next one has no more."""
    while True:
        for strand in strands:
            try:
                yield next(strand)
            except StopIteration:
                return
