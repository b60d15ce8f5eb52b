from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

import pytest

from mien.engines.base import ENGINES
from mien.engines.settings import EngineSettings
from mien.pipeline.live.latency import Latency, latency_frames

pytestmark = pytest.mark.unit

FPS = 25


def followed(latency: Latency, ages: Iterable[int | None], *, can_change: bool = True) -> list[int]:
    """What it is after each frame."""
    told = []
    for age in ages:
        before = latency.frames
        changed = latency.step(age, can_change=can_change)
        assert changed == (latency.frames != before)
        told.append(latency.frames)
    return told


def test_an_engine_that_holds_nothing_back_has_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(ENGINES, "chunked", "fakes.chunked_engine:ChunkedEngine")
    assert latency_frames(EngineSettings("mesh")) == 0
    assert latency_frames(EngineSettings("chunked")) == 20
    assert set(followed(Latency(0, FPS), [None] * 500)) == {0}


def test_it_stays_what_it_is_while_the_engine_keeps_up() -> None:
    assert set(followed(Latency(20, FPS), [None] * 16 + [17, 18, 19, 20] * 100)) == {20}


def test_it_becomes_what_a_slow_engine_needs_within_three_seconds() -> None:
    told = followed(Latency(20, FPS), [None] * 16 + list(range(30, 38)) * 20)
    assert set(told) == {20, 37}
    assert told.index(37) < 3 * FPS


def test_it_is_no_more_than_three_times_what_it_should_be() -> None:
    assert followed(Latency(20, FPS), [500] * 100)[-1] == 60


def test_an_engine_that_is_slow_once_changes_nothing() -> None:
    ages = [500] * 10 + [40] * 14 + [18] * 200
    assert set(followed(Latency(20, FPS), ages)) == {20}


def test_it_becomes_less_again_slowly() -> None:
    latency = Latency(20, FPS)
    followed(latency, [35] * 100)
    told = followed(latency, [20] * 300)
    assert (told[0], told[-1]) == (35, 20)
    assert told[4 * FPS] == 35
    falls = [frame for frame in range(1, 300) if told[frame] < told[frame - 1]]
    assert len(falls) == 15
    assert min(after - before for before, after in pairwise(falls)) >= 5


def test_it_waits_for_silence() -> None:
    latency = Latency(20, FPS)
    assert set(followed(latency, [35] * 100, can_change=False)) == {20}
    assert followed(latency, [35]) == [35]
