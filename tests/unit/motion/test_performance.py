from __future__ import annotations

import numpy as np
import pytest

from mien.motion.arkit import SHAPE_INDEX
from mien.motion.moment import Moment
from mien.motion.performance import DURATION_S, moment
from mien.types import Floats

pytestmark = pytest.mark.unit

TIMES = np.arange(0, DURATION_S, 1 / 60)


@pytest.fixture(scope="module")
def moments() -> list[Moment]:
    return [moment(float(time)) for time in TIMES]


def weights(moments: list[Moment], name: str) -> Floats:
    return np.array([m.weights[SHAPE_INDEX[name]] for m in moments])


def test_it_begins_and_ends_neutral() -> None:
    for time in (0.0, DURATION_S - 1e-9):
        at = moment(time)
        np.testing.assert_allclose(at.angles, 0, atol=1e-2)
        np.testing.assert_allclose(at.translation, 0, atol=1e-4)
        np.testing.assert_allclose(at.weights, 0, atol=1e-4)


def test_it_repeats() -> None:
    np.testing.assert_allclose(moment(1.3).weights, moment(1.3 + DURATION_S).weights, atol=1e-6)


def test_all_weights_are_between_0_and_1(moments: list[Moment]) -> None:
    everything = np.stack([m.weights for m in moments])
    assert everything.min() >= 0
    assert everything.max() <= 1


def test_a_blink_closes_fast_and_opens_slowly(moments: list[Moment]) -> None:
    lid = weights(moments, "eyeBlinkLeft")[TIMES < 0.75]
    closed = np.flatnonzero(lid > 0.99)
    moving = np.flatnonzero(lid > 0.01)
    assert 0.2 < (moving[-1] - moving[0]) / 60 < 0.32
    assert closed[0] - moving[0] < moving[-1] - closed[-1]


def test_the_eyes_lead_the_head_when_looking_around(moments: list[Moment]) -> None:
    yaw = np.array([m.angles[0] for m in moments])
    gaze = weights(moments, "eyeLookInLeft")
    assert np.argmax(gaze > 0.5) < np.argmax(yaw < -3)
    assert yaw.min() < -10
    assert yaw.max() > 10


def test_a_smile_lifts_the_cheeks(moments: list[Moment]) -> None:
    smile, cheek = (weights(moments, name) for name in ("mouthSmileLeft", "cheekSquintLeft"))
    assert smile.max() > 0.7
    assert cheek[smile.argmax()] > 0.5


def test_it_speaks_some_syllables_and_nods(moments: list[Moment]) -> None:
    jaw = weights(moments, "jawOpen")[(TIMES > 3.8) & (TIMES < 5.2)]
    turns = np.flatnonzero((jaw[1:-1] > jaw[:-2]) & (jaw[1:-1] >= jaw[2:]) & (jaw[1:-1] > 0.1))
    assert len(turns) >= 4
    pitch = np.array([m.angles[1] for m in moments])
    assert pitch[TIMES > 5.1].min() < -6


def test_nothing_jumps(moments: list[Moment]) -> None:
    everything = np.stack([m.weights for m in moments])
    assert np.abs(np.diff(everything, axis=0)).max() < 0.45  # a closing lid at 60 per second
    yaw = np.array([m.angles for m in moments])
    assert np.abs(np.diff(yaw, axis=0)).max() < 2
