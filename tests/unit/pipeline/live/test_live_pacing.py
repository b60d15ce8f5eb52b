from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mien.pipeline.live.pacing import SLEPT_S, SLOWEST, Beat, Pacer

pytestmark = pytest.mark.unit


@dataclass(frozen=True)
class Step:
    beat: Beat
    started_s: float
    asked_s: float


def played(
    pacer: Pacer, cost_s: Callable[[float], float], until_s: float, now_s: float = 100.0
) -> list[Step]:
    """Somebody who steps when told to, on a machine whose steps take ``cost_s`` at a time."""
    steps, took_s, end_s = [], 0.0, now_s + until_s
    while now_s < end_s:
        beat = pacer.next(now_s, took_s)
        started_s = max(now_s, beat.due_s)
        steps.append(Step(beat, started_s, now_s))
        took_s = cost_s(started_s)
        now_s = started_s + took_s
    return steps


@pytest.mark.parametrize("fps", [1, 24, 25, 30, 60])
def test_a_fast_machine_shows_every_frame_when_it_is_due(fps: int) -> None:
    pacer = Pacer(fps)
    steps = played(pacer, lambda _: 0.2 / fps, 20.0)
    assert {step.beat.frames for step in steps} == {1}
    due = [100.0 + number / fps for number in range(len(steps))]
    assert [step.beat.due_s for step in steps] == pytest.approx(due, abs=1e-9)
    assert pacer.num_skipped == 0


def test_frames_do_not_drift_in_eight_hours() -> None:
    pacer = Pacer(3)
    steps = played(pacer, lambda _: 0.2, 8 * 3600.0)
    assert steps[-1].beat.due_s == pytest.approx(100.0 + (len(steps) - 1) / 3, abs=1e-6)


@settings(deadline=None, max_examples=150)
@given(
    fps=st.sampled_from([10, 24, 25, 30, 60]),
    costs=st.lists(st.floats(0.0, 1.5), min_size=5, max_size=80),
)
def test_nobody_is_late_by_more_than_a_frame_whatever_steps_cost(
    fps: int, costs: list[float]
) -> None:
    pacer, at = Pacer(fps), iter(range(10**9))
    steps = played(pacer, lambda _: costs[next(at) % len(costs)], 30.0)
    for step in steps:
        assert step.beat.due_s >= step.asked_s - 1.0 / fps - 1e-9
        assert step.beat.frames >= 1
    shown = sum(step.beat.frames for step in steps)
    assert steps[-1].beat.due_s == pytest.approx(steps[0].beat.due_s + (shown - 1) / fps, abs=1e-6)
    assert pacer.num_skipped == shown - len(steps)


def test_a_machine_that_is_too_slow_steps_at_half_the_rate_evenly() -> None:
    pacer = Pacer(25)
    steps = played(pacer, lambda _: 0.055, 20.0)
    assert pacer.stride == 2
    assert {step.beat.frames for step in steps[-100:]} == {2}


def test_no_rate_below_a_third_is_planned() -> None:
    pacer = Pacer(25)
    steps = played(pacer, lambda _: 0.5, 60.0)
    assert pacer.stride == SLOWEST
    assert steps[-1].beat.due_s >= steps[-1].asked_s - 0.04


def test_the_rate_recovers_when_there_is_time_again() -> None:
    pacer = Pacer(25)
    played(pacer, lambda now_s: 0.1 if now_s < 110.0 else 0.01, 30.0)
    assert pacer.stride == 1


def test_a_short_hiccup_skips_frames_and_keeps_the_rate() -> None:
    pacer = Pacer(25)
    steps = played(pacer, lambda now_s: 0.3 if 105.0 <= now_s < 105.03 else 0.01, 10.0)
    assert [step.beat.frames for step in steps if step.beat.frames > 1] == [7]
    assert pacer.stride == 1


def test_long_hiccups_now_and_then_do_not_lower_the_rate() -> None:
    pacer = Pacer(25)
    steps = played(pacer, lambda now_s: 0.5 if now_s % 3.0 < 0.04 else 0.02, 30.0)
    assert sum(step.beat.frames > 1 for step in steps) == pytest.approx(10, abs=1)
    assert pacer.stride == 1


def test_after_a_long_sleep_it_starts_anew_without_a_burst() -> None:
    pacer = Pacer(25)
    before = played(pacer, lambda _: 0.01, 5.0)
    woken_s = before[-1].started_s + 3600.0
    after = played(pacer, lambda _: 0.01, 5.0, now_s=woken_s)
    assert after[0].beat == Beat(woken_s, 1)
    assert {step.beat.frames for step in after} == {1}
    assert after[1].beat.due_s == pytest.approx(woken_s + 0.04)
    assert SLEPT_S < 3600.0
