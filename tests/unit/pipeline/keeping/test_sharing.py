from __future__ import annotations

import threading
from collections.abc import Iterator
from fractions import Fraction
from itertools import repeat
from typing import Any

import numpy as np
import pytest

from fakes.still_engine import StillEngine, StillSource
from mien.drivers.moments import canonical_reference, moment_frame
from mien.engines.base import ENGINES
from mien.engines.settings import EngineSettings
from mien.errors import EngineUnavailableError
from mien.motion.moment import REST
from mien.pipeline.keeping import Keeper
from mien.pipeline.keeping.sharing import SharedEngine, Turns
from mien.types import Motion, MotionFrame, MotionOptions, Rendered

pytestmark = pytest.mark.unit

CHUNKED = EngineSettings("chunked")
SOURCE = StillSource(np.zeros((4, 4, 3), np.uint8), None, (0, 0))


@pytest.fixture(autouse=True)
def engines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(ENGINES, "chunked", "fakes.chunked_engine:ChunkedEngine")


def lent(keeper: Keeper) -> list[bool]:
    return [engine.lent for engine in keeper.status.engines]


def motion(frames: Iterator[MotionFrame]) -> Motion:
    return Motion(canonical_reference(), frames, Fraction(25))


def moments(count: int) -> Iterator[MotionFrame]:
    return (moment_frame(REST, pts=n, time_base=Fraction(1, 25)) for n in range(count))


def test_who_wants_the_same_large_engine_has_the_same_one() -> None:
    with Keeper() as keeper:
        with keeper.engine(CHUNKED) as one:
            with keeper.engine(CHUNKED) as other:
                assert one is other
            assert lent(keeper) == [True]
        assert lent(keeper) == [False]
        with keeper.engine(CHUNKED), keeper.engine("mesh"):
            assert lent(keeper) == [True, True]


def test_after_a_fault_the_next_one_gets_another_engine() -> None:
    with Keeper() as keeper:
        with keeper.engine(CHUNKED) as one:
            with pytest.raises(ZeroDivisionError), keeper.engine(CHUNKED):
                raise ZeroDivisionError
            with keeper.engine(CHUNKED) as other:
                assert other is not one
        assert lent(keeper) == [False]
        with pytest.raises(EngineUnavailableError), keeper.engine(CHUNKED):
            raise EngineUnavailableError("chunked", "has no room")
        assert lent(keeper) == [False]  # it is as good as before


def test_an_engine_that_cannot_be_loaded_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise EngineUnavailableError("chunked", "has no room")

    with Keeper() as keeper:
        with monkeypatch.context() as patch:
            patch.setattr("fakes.chunked_engine.ChunkedEngine.__init__", refuse)
            with pytest.raises(EngineUnavailableError), keeper.engine(CHUNKED):
                pass
        assert lent(keeper) == []
        with keeper.engine(CHUNKED):
            assert lent(keeper) == [True]


def test_one_is_at_work_at_a_time_and_nobody_while_frames_are_waited_for() -> None:
    class Watched(StillEngine):
        """Fails when two are at work."""

        num_at_work = 0

        def animate(
            self, source: StillSource, motion: Motion, options: MotionOptions
        ) -> Iterator[Rendered]:
            for rendered in super().animate(source, motion, options):
                self.num_at_work += 1
                assert self.num_at_work == 1
                self.num_at_work -= 1
                yield rendered

    shared, first, second = SharedEngine(Watched()), threading.Event(), threading.Event()
    made: dict[str, list[int]] = {"a": [], "b": []}

    def frames(mine: threading.Event, others: threading.Event) -> Iterator[MotionFrame]:
        """Each comes when the other's has been asked for."""
        for moment in moments(20):
            others.set()
            assert mine.wait(60)
            yield moment

    def play(name: str, mine: threading.Event, others: threading.Event) -> None:
        played = shared.animate(SOURCE, motion(frames(mine, others)), MotionOptions())
        made[name] = [rendered.pts for rendered in played]

    threads = [
        threading.Thread(target=play, args=("a", first, second)),
        threading.Thread(target=play, args=("b", second, first)),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert made == {"a": [*range(20)], "b": [*range(20)]}


def test_a_film_may_prepare_its_frames_with_the_engine_that_plays_it() -> None:
    shared = SharedEngine(StillEngine())

    def sources() -> Iterator[StillSource]:
        for source in repeat(SOURCE, 3):
            shared.warmup(source)
            yield source

    played = shared.animate_film(sources(), motion(moments(3)), MotionOptions())
    assert [rendered.pts for rendered in played] == [0, 1, 2]


def test_turns_are_had_in_the_order_in_which_they_were_asked_for() -> None:
    turns = Turns()
    order: list[int] = []
    threads: list[threading.Thread] = []

    def note(number: int) -> None:
        with turns:
            order.append(number)

    with turns:
        for number in range(5):
            thread = threading.Thread(target=note, args=(number,))
            thread.start()
            threads.append(thread)
            while turns.num_waiting < number + 1:
                threading.Event().wait(0.001)
    for thread in threads:
        thread.join(60)
    assert order == [0, 1, 2, 3, 4]
