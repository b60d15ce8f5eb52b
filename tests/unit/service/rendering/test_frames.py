from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from mien.engines.settings import DEFAULT_SETTINGS
from mien.service.errors import WorkerLostError
from mien.service.observing import Metrics
from mien.service.rendering.frames import FrameKey, Frames
from mien.service.security.keys import LOCAL, Owner
from mien.service.tasks.stills import Look, Still

pytestmark = pytest.mark.unit


def key(expression: str, owner: Owner = LOCAL) -> FrameKey:
    return FrameKey(owner, "a" * 64, f"{expression} {DEFAULT_SETTINGS!r}", Look(expression))


class Maker:
    """Renders when it is let."""

    def __init__(self) -> None:
        self.calls: list[list[str]] = []
        self.cancelled = 0
        self.begun, self.let = asyncio.Event(), asyncio.Event()
        self.fault: Exception | None = None

    async def __call__(self, keys: Sequence[FrameKey]) -> Sequence[Still]:
        names = [str(each.look.expression) for each in keys]
        self.calls.append(names)
        self.begun.set()
        try:
            await self.let.wait()
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        if self.fault is not None:
            raise self.fault
        return [Still(name.encode() * 100, 8, 8, 1.0) for name in names]


def counted(metrics: Metrics, name: str) -> float:
    return metrics.registry.get_sample_value(f"mien_cache_{name}_total", {"cache": "frames"}) or 0.0


def test_a_finished_frame_is_not_made_again() -> None:
    async def scene() -> None:
        metrics, make = Metrics(), Maker()
        make.let.set()
        frames = Frames(10_000_000, metrics)
        (first,) = await frames.get([key("sad")], make)
        (again,) = await frames.get([key("sad")], make)
        assert (first.cached, again.cached) == (False, True)
        assert first.still is again.still
        assert make.calls == [["sad"]]
        assert (counted(metrics, "hits"), counted(metrics, "misses")) == (1, 1)

    asyncio.run(scene())


def test_what_is_there_and_what_is_not_come_in_the_order_asked_for() -> None:
    async def scene() -> None:
        make = Maker()
        make.let.set()
        frames = Frames(10_000_000, Metrics())
        await frames.get([key("sad")], make)
        pictures = await frames.get([key("calm"), key("sad"), key("angry"), key("calm")], make)
        assert [each.still.data[:4] for each in pictures] == [b"calm", b"sads", b"angr", b"calm"]
        assert [each.cached for each in pictures] == [False, True, False, False]
        assert make.calls == [["sad"], ["calm", "angry"]]

    asyncio.run(scene())


def test_several_who_ask_at_once_wait_for_one_rendering() -> None:
    async def scene() -> None:
        make = Maker()
        frames = Frames(10_000_000, Metrics())
        asking = [asyncio.ensure_future(frames.get([key("sad")], make)) for _ in range(5)]
        more = asyncio.ensure_future(frames.get([key("calm"), key("sad")], make))
        await make.begun.wait()
        await asyncio.sleep(0)
        make.let.set()
        answers = await asyncio.gather(*asking)
        assert len({id(answer[0].still) for answer in answers}) == 1
        assert (await more)[1].still is answers[0][0].still
        assert make.calls == [["sad"], ["calm"]]

    asyncio.run(scene())


def test_other_owners_and_other_looks_are_other_frames() -> None:
    async def scene() -> None:
        make = Maker()
        make.let.set()
        frames = Frames(10_000_000, Metrics())
        for each in (key("sad"), key("sad", Owner("somebody")), key("calm")):
            (picture,) = await frames.get([each], make)
            assert not picture.cached
        assert make.calls == [["sad"], ["sad"], ["calm"]]

    asyncio.run(scene())


def test_a_rendering_goes_on_for_those_who_stay_and_ends_with_the_last() -> None:
    async def scene() -> None:
        make = Maker()
        frames = Frames(10_000_000, Metrics())
        leaver, stayer = (asyncio.ensure_future(frames.get([key("sad")], make)) for _ in "ab")
        await make.begun.wait()
        leaver.cancel()
        await asyncio.gather(leaver, return_exceptions=True)
        assert make.cancelled == 0
        stayer.cancel()
        await asyncio.gather(stayer, return_exceptions=True)
        assert make.cancelled == 1

    asyncio.run(scene())


def test_whoever_comes_after_the_last_has_left_gets_a_rendering_of_its_own() -> None:
    async def scene() -> None:
        make = Maker()
        frames = Frames(10_000_000, Metrics())
        leaver = asyncio.ensure_future(frames.get([key("sad")], make))
        await make.begun.wait()
        leaver.cancel()
        await asyncio.gather(leaver, return_exceptions=True)
        make.let.set()
        (picture,) = await frames.get([key("sad")], make)
        assert picture.still.data
        assert make.calls == [["sad"], ["sad"]]

    asyncio.run(scene())


def test_a_fault_reaches_all_who_wait_and_is_not_kept() -> None:
    async def scene() -> None:
        make = Maker()
        make.fault = WorkerLostError("gone")
        frames = Frames(10_000_000, Metrics())
        asking = [asyncio.ensure_future(frames.get([key("sad")], make)) for _ in range(2)]
        make.let.set()
        for outcome in await asyncio.gather(*asking, return_exceptions=True):
            assert isinstance(outcome, WorkerLostError)
        make.fault = None
        (picture,) = await frames.get([key("sad")], make)
        assert not picture.cached

    asyncio.run(scene())


def test_without_memory_nothing_is_kept() -> None:
    async def scene() -> None:
        make = Maker()
        make.let.set()
        frames = Frames(0, Metrics())
        for _ in range(2):
            (picture,) = await frames.get([key("sad")], make)
            assert not picture.cached

    asyncio.run(scene())
