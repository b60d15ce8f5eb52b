from __future__ import annotations

import pytest

from mien.pipeline.measuring.laps import TOTAL, Lapped, in_milliseconds
from mien.pipeline.stopwatch import Stopwatch

pytestmark = pytest.mark.unit


def test_a_lap_holds_its_own_stages_only() -> None:
    watch = Stopwatch()
    lapped = Lapped(watch)
    with watch.stage("render"):
        sum(range(1000))
    first = lapped.lap()
    with watch.stage("paste"):
        sum(range(1000))
    second = lapped.lap()
    assert set(first) == {"render", TOTAL}
    assert set(second) == {"paste", TOTAL}
    assert first["render"] <= first[TOTAL]


def test_what_lies_between_laps_belongs_to_none() -> None:
    watch = Stopwatch()
    lapped = Lapped(watch)
    with watch.stage("report"):
        sum(range(1000))
    lapped.restart()
    assert set(lapped.lap()) == {TOTAL}


def test_laps_of_several_frames_are_told_per_frame() -> None:
    laps = [{"render": 0.2, TOTAL: 0.4}, {"render": 0.4, "paste": 0.2, TOTAL: 0.6}]
    figures = in_milliseconds(laps, frames=2)
    assert figures.frame_ms["mean"] == pytest.approx(250)
    assert figures.stages_ms["render"]["max"] == pytest.approx(200)
    assert figures.stages_ms["paste"]["min"] == 0
    assert TOTAL not in figures.stages_ms
