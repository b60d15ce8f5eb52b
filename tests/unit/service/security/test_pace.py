"""Tests of whether a body comes quickly enough."""

from __future__ import annotations

import pytest

from mien.service.security.pace import Floor, Pace

pytestmark = pytest.mark.unit

FLOOR = Floor(silence_s=20, window_s=30, bytes_per_s=1000)


def test_silence_is_borne_for_so_long() -> None:
    assert Pace(FLOOR).patience_s == 20


def test_a_trickle_uses_the_window_up() -> None:
    pace = Pace(FLOOR)
    for _ in range(3):
        pace.came(1, waited_s=9)
    assert pace.patience_s == 3
    pace.came(1, waited_s=5)
    assert pace.patience_s == 0


def test_enough_bytes_begin_a_new_window() -> None:
    pace = Pace(FLOOR)
    pace.came(1, waited_s=25)
    pace.came(30_000, waited_s=4)
    assert pace.patience_s == 20


def test_time_that_was_not_waited_does_not_count() -> None:
    pace = Pace(FLOOR)
    for _ in range(1000):
        pace.came(1, waited_s=0)
    assert pace.patience_s == 20
