"""Frames that are made once: kept when they are finished, waited for while they are being made."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

from mien.engines.settings import EngineSettings
from mien.pipeline.keeping.lru import ByteLru
from mien.pipeline.options import FaceChoice, Size
from mien.service.observing import Metrics
from mien.service.security.keys import Owner
from mien.service.tasks.stills import Look, Still, StillFormat

MEDIA_TYPES: dict[StillFormat, str] = {
    "png": "image/png",
    "jpg": "image/jpeg",
    "webp": "image/webp",
}
_OVERHEAD = 1024
"""Bytes that an entry takes beside its picture, about."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """How stills are made, whatever they show. size, face: as in ``mien express``. quality: of jpg
    and webp, 1 to 100."""

    engine: EngineSettings
    size: Size | None = None
    face: FaceChoice = 1
    format: StillFormat = "png"
    quality: int = 90


@dataclass(frozen=True, slots=True)
class Picture:
    """A still. cached: it was there already, and nothing was rendered for it."""

    still: Still
    cached: bool


@dataclass(frozen=True, slots=True)
class FrameKey:
    """What a frame is the same by. portrait: the id of the upload. told: the look and the recipe
    in full; the look itself cannot be hashed."""

    owner: Owner
    portrait: str
    told: str
    look: Look = field(compare=False)


Make = Callable[[Sequence[FrameKey]], Awaitable[Sequence[Still]]]
"""Renders frames of one portrait, in order."""


class Frames:
    """Finished frames, at most ``max_bytes`` of them, and those that are being made. Used from one
    event loop."""

    def __init__(self, max_bytes: int, metrics: Metrics) -> None:
        self._kept: ByteLru[FrameKey, Still] = ByteLru(max_bytes)
        self._flights: dict[FrameKey, _Flight] = {}
        self._hits = metrics.cache_hits.labels("frames")
        self._misses = metrics.cache_misses.labels("frames")

    async def get(self, keys: Sequence[FrameKey], make: Make) -> tuple[Picture, ...]:
        """A picture for each key. ``make`` is called at most once, for what nobody has asked for
        yet; it is cancelled when all who wait for it are. Raises what ``make`` raises."""
        there = {key: still for key in keys if (still := self._kept.get(key)) is not None}
        awaited = [key for key in dict.fromkeys(keys) if key not in there]
        self._hits.inc(len(keys) - len(awaited))
        self._misses.inc(len(awaited))
        made = await self._await(awaited, make) if awaited else {}
        return tuple(
            Picture(there[key], cached=True) if key in there else Picture(made[key], cached=False)
            for key in keys
        )

    async def _await(self, keys: Sequence[FrameKey], make: Make) -> dict[FrameKey, Still]:
        """The frames, from as few renderings as possible."""
        if new := [key for key in keys if key not in self._flights]:
            flight = _Flight(asyncio.ensure_future(self._make(new, make)))
            self._flights.update(dict.fromkeys(new, flight))
            flight.task.add_done_callback(lambda _: self._landed(new, flight))
        flights = list(dict.fromkeys(self._flights[key] for key in keys))
        made: dict[FrameKey, Still] = {}
        for flight in flights:
            flight.waiting += 1
        try:
            for flight in flights:
                made |= await asyncio.shield(flight.task)
        finally:
            await self._leave(flights)
        return made

    async def _make(self, keys: Sequence[FrameKey], make: Make) -> dict[FrameKey, Still]:
        made = dict(zip(keys, await make(keys), strict=True))
        for key, still in made.items():
            self._kept.put(key, still, len(still.data) + _OVERHEAD)
        return made

    def _landed(self, keys: Sequence[FrameKey], flight: _Flight) -> None:
        """Nobody joins it any more. Those who left do not ask how it ended."""
        if flight.task.done() and not flight.task.cancelled():
            flight.task.exception()
        for key in keys:
            if self._flights.get(key) is flight:
                del self._flights[key]

    async def _leave(self, flights: Sequence[_Flight]) -> None:
        """End what nobody waits for any longer, before the caller goes on."""
        deserted = []
        for flight in flights:
            flight.waiting -= 1
            if not flight.waiting and not flight.task.done():
                self._landed([key for key, each in self._flights.items() if each is flight], flight)
                flight.task.cancel()
                deserted.append(flight.task)
        if deserted:
            await asyncio.gather(*deserted, return_exceptions=True)


@dataclass(slots=True, eq=False)
class _Flight:
    """Frames that are being made, and how many wait for them."""

    task: asyncio.Task[dict[FrameKey, Still]]
    waiting: int = 0
