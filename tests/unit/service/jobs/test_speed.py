"""How fast a job goes."""

from __future__ import annotations

import pytest

from mien.service.jobs.record import JobProgress
from mien.service.jobs.speed import Speed
from mien.types import Progress

pytestmark = pytest.mark.unit


def test_the_first_step_says_how_far_but_not_how_fast() -> None:
    assert Speed().at(10.0, Progress(1, 50)) == JobProgress(1, 50, None, None)


def test_an_even_pace_is_told_with_the_time_that_is_left() -> None:
    pace = Speed()
    for frame in range(101):
        told = pace.at(frame / 20, Progress(frame, 200))
    assert told.frames_per_second == pytest.approx(20, rel=0.01)
    assert told.eta_s == pytest.approx(5, abs=0.1)


def test_only_the_last_seconds_count() -> None:
    pace = Speed()
    for frame in range(100):
        pace.at(frame * 1.0, Progress(frame, None))
    for frame in range(100, 301):
        told = pace.at(99 + (frame - 99) / 25, Progress(frame, None))
    assert told.frames_per_second == pytest.approx(25, rel=0.02)
    assert told.eta_s is None


def test_beginning_anew_is_not_going_backwards() -> None:
    pace = Speed()
    pace.at(0.0, Progress(50, 60))
    pace.at(1.0, Progress(0, 60))
    assert pace.at(2.0, Progress(10, 60)).frames_per_second == 10


def test_what_is_said_many_times_needs_little_memory() -> None:
    pace = Speed()
    for frame in range(100_000):
        pace.at(frame / 100_000, Progress(frame, None))
    assert len(pace._marks) < 100
