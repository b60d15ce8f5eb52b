from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.service.rtc.pacing import PIECE, PIECE_S, Pace

pytestmark = pytest.mark.unit


@given(fps=st.integers(15, 60), lateness=st.lists(st.floats(0, 0.01), min_size=40, max_size=40))
def test_bursts_leave_evenly_and_nothing_stays_behind(fps: int, lateness: list[float]) -> None:
    """Frames bring their sound when they come, up to 10 ms late; virtual time."""
    arrivals = [(frame / fps + late, 48_000 // fps) for frame, late in enumerate(lateness)]
    pace, now, waiting, sent = Pace(), 0.0, 0, []
    while arrivals or waiting >= PIECE:
        while arrivals and (waiting < PIECE or arrivals[0][0] <= now):
            come, samples = arrivals.pop(0)
            now, waiting = max(now, come), waiting + samples
        if waiting < PIECE:
            break
        now += pace.wait_s(now, waiting)
        sent.append(now)
        waiting -= PIECE
    gaps = [later - sooner for sooner, later in pairwise(sent)]
    assert max(gaps) < 1 / fps + PIECE_S + 0.011
    for number, when in enumerate(sent):
        assert when <= (number + 1) * PIECE_S + 1 / fps + 2 * PIECE_S + 0.02


def test_a_backlog_is_sent_at_once() -> None:
    pace = Pace()
    assert pace.wait_s(5.0, PIECE) == 0.0
    assert pace.wait_s(5.0, PIECE) == pytest.approx(PIECE_S)
    assert [pace.wait_s(5.1, 40 * PIECE) for _ in range(10)] == [0.0] * 10
    assert pace.wait_s(5.1, PIECE) == pytest.approx(PIECE_S)
