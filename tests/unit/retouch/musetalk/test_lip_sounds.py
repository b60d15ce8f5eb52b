from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from fakes.lip_painter import FakePainter
from mien.retouch.musetalk.sounds import Arriving, Recording

pytestmark = pytest.mark.unit

SECOND = 16_000


def test_a_recording_is_heard_once_and_tells_each_frames_window() -> None:
    painter = FakePainter()
    sound = Recording(painter, np.zeros(SECOND, np.float32), Fraction(24))
    assert sound.around(5, 3)[:, 0, 0].tolist() == [5, 6, 7]
    assert sound.around(0, 1).shape == (1, 1, 2)
    assert painter.heard == [SECOND]


def test_what_arrives_is_heard_as_if_it_had_been_there() -> None:
    samples = np.random.default_rng(0).normal(0, 0.2, 120 * SECOND).astype(np.float32)
    whole = Recording(FakePainter(), samples, Fraction(25))
    painter = FakePainter()
    arriving = Arriving(painter, 25)
    ahead, step = SECOND // 5, SECOND // 25
    arriving.push(samples[:ahead])
    for number in range(2990):
        arriving.push(samples[ahead + number * step : ahead + (number + 1) * step])
        if number % 97 == 0:
            heard = arriving.around(number, 1)[0, 0, 1]
            assert heard == pytest.approx(whole.around(number, 1)[0, 0, 1])
    assert max(painter.heard) <= 12 * SECOND


def test_nothing_is_heard_anew_while_what_is_needed_is_known() -> None:
    painter = FakePainter()
    arriving = Arriving(painter, 25)
    arriving.push(np.zeros(SECOND, np.float32))
    for number in range(20):
        arriving.around(number, 1)
    assert painter.heard == [SECOND]
    arriving.push(np.zeros(SECOND, np.float32))
    arriving.around(20, 1)
    assert painter.heard == [SECOND]
    arriving.around(30, 1)
    assert painter.heard == [SECOND, 2 * SECOND]


def test_what_has_not_come_is_silence_and_costs_no_second_hearing() -> None:
    painter = FakePainter()
    arriving = Arriving(painter, 25)
    arriving.push(np.ones(SECOND // 10, np.float32))
    assert arriving.around(50, 1)[0, 0, 1] == 0
    assert arriving.around(51, 1)[0, 0, 1] == 0
    assert painter.heard == [SECOND // 10]


def test_what_was_heard_ahead_can_become_silence_and_what_follows_keeps_its_time() -> None:
    arriving = Arriving(FakePainter(), 25)
    for _ in range(20):
        arriving.push(np.ones(SECOND, np.float32))
    assert arriving.around(495, 1)[0, 0, 1] == 1
    arriving.fall_silent(19.8)
    arriving.push(np.zeros(SECOND // 10, np.float32))
    assert arriving.around(497, 1)[0, 0, 1] == 0
    assert 0 < arriving.around(494, 1)[0, 0, 1] < 1
    arriving.fall_silent(20.0)  # further than anything came
    arriving.push(np.ones(SECOND, np.float32))
    assert arriving.around(497, 1)[0, 0, 1] == 0
    assert arriving.around(502, 1)[0, 0, 1] == 1
