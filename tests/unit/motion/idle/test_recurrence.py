from __future__ import annotations

import numpy as np
import pytest

from mien.motion.idle.recurrence import Recurrence

pytestmark = pytest.mark.unit


def test_events_come_again_in_each_period_in_their_order() -> None:
    events = Recurrence(0, "x", 2.0, 0.8, 11.0)
    times = np.array([events.time_of(slot) for slot in range(-6, 12)])
    assert events.count == 6
    assert np.all(np.diff(times) > 0)
    np.testing.assert_allclose(times[6:12], times[:6] + 11.0, atol=1e-9)


def test_intervals_keep_to_their_spread() -> None:
    events = Recurrence(3, "x", 2.0, 0.5, 2000.0)
    between = np.diff([events.time_of(slot) for slot in range(1000)])
    assert between.min() >= 1.0
    assert between.max() <= 3.0


def test_the_latest_event_is_never_in_the_future() -> None:
    events = Recurrence(5, "x", 1.0, 1.0, 30.0)
    for time_s in np.linspace(-40, 70, 500):
        latest = events.latest(time_s)
        assert events.time_of(latest) <= time_s < events.time_of(latest + 1)
