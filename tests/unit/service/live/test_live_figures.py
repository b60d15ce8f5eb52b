from __future__ import annotations

import pytest

from mien.service.live.figures import Figures

pytestmark = pytest.mark.unit


def test_nothing_is_known_before_the_first_frame() -> None:
    stats = Figures().stats(5.0)
    assert (stats.fps, stats.latency_p50_ms, stats.frames, stats.dropped) == (0.0, None, 0, 0)


def test_frames_latencies_and_drops_are_told_as_they_were() -> None:
    figures = Figures()
    figures.begin(100.0)
    for number in range(100):
        figures.came(100.0 + number * 0.05, late_s=(number + 1) / 1000, skipped=number % 2)
    stats = figures.stats(105.0)
    assert stats.fps == 20.0
    assert stats.latency_p50_ms == pytest.approx(50.5, abs=0.1)
    assert stats.latency_p95_ms == pytest.approx(95, abs=0.2)
    assert (stats.frames, stats.dropped) == (100, 50)


def test_only_the_last_ten_seconds_count() -> None:
    figures = Figures()
    figures.begin(0.0)
    figures.came(1.0, 9.0, 0)
    for number in range(50):
        figures.came(20 + number * 0.1, 0.01, 0)
    stats = figures.stats(25.0)
    assert (stats.fps, stats.latency_p99_ms, stats.frames) == (5.0, 10.0, 51)


def test_while_nobody_watches_there_is_no_rate() -> None:
    figures = Figures()
    figures.begin(0.0)
    figures.came(0.1, 0.01, 0)
    figures.pause()
    assert figures.stats(1.0).fps == 0.0


def test_how_late_the_engine_is_now_is_told() -> None:
    figures = Figures(0.8)
    assert figures.stats(1.0).delay_ms == 800.0
    figures.came(1.0, 0.01, 0, 1.24)
    assert figures.stats(1.1).delay_ms == 1240.0
