from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.service.rtc.pacing import PIECE, RATE, Pace

pytestmark = pytest.mark.unit

PIECE_S = PIECE / RATE


def sent(fps: int, lateness: list[float]) -> list[float]:
    """When pieces leave, in virtual time, whose sound comes with frames that are so late."""
    arrivals = [(frame / fps + late, frame) for frame, late in enumerate(lateness)]
    now, position, known, times = 0.0, 0, 0, list[float]()
    pace = Pace(clock=lambda: now)
    while True:
        while arrivals and (known - position < PIECE or arrivals[0][0] <= now):
            come, frame = arrivals.pop(0)
            now = max(now, come)
            pace.came(frame * RATE // fps)
            known = (frame + 1) * RATE // fps
        if known - position < PIECE:
            return times
        now += pace.wait_s(position)
        times.append(now)
        position += PIECE


@given(fps=st.integers(15, 60), lateness=st.lists(st.floats(0, 0.01), min_size=40, max_size=40))
def test_bursts_leave_evenly_and_nothing_stays_behind(fps: int, lateness: list[float]) -> None:
    times = sent(fps, lateness)
    gaps = [later - sooner for sooner, later in pairwise(times)]
    assert max(gaps) < 1 / fps + PIECE_S + 0.011
    for number, when in enumerate(times):
        assert when <= (number + 1) * PIECE_S + 0.011


def test_what_once_was_late_does_not_hold_the_rest_back() -> None:
    steady = sent(25, [0.0] * 100)
    shaken = sent(25, [0.0] * 20 + [0.07, 0.03] + [0.0] * 78)
    assert shaken[50:] == pytest.approx(steady[50:])


def test_who_is_always_late_is_waited_for_after_a_while() -> None:
    times = sent(25, [0.0] * 20 + [0.06] * 130)
    ends = [when - number * PIECE_S for number, when in enumerate(times)][-40:]
    assert ends == pytest.approx([0.06] * 40)


def test_a_backlog_is_sent_at_once() -> None:
    pace = Pace(clock=lambda: 5.0)
    for frame in range(10):
        pace.came(frame * 2 * PIECE)
    assert [pace.wait_s(number * PIECE) for number in range(19)] == [0.0] * 19
    assert pace.wait_s(19 * PIECE) == pytest.approx(PIECE_S)


@pytest.mark.parametrize("stride", [1, 2, 3])
def test_pictures_wait_for_the_sound_that_came_with_them(stride: int) -> None:
    """Of every so many-th frame, whose sound is that of all frames since the last one."""
    now = 0.0
    pace = Pace(clock=lambda: now)
    for pts in range(stride - 1, 90, stride):
        now = pts / 25
        pace.came((pts + 1 - stride) * RATE // 25)
        assert pace.wait_s((pts + 1 - stride) * RATE // 25) == pytest.approx(0.0)
        assert pace.wait_s(pts * RATE // 25) == pytest.approx((stride - 1) / 25)
