from __future__ import annotations

import numpy as np
import pytest

from mien.motion.arkit import BLENDSHAPES, SHAPE_INDEX, shape_weights
from mien.motion.liveliness import LEAN, OWN, SWELL, enliven
from mien.motion.moment import REST, Moment

pytestmark = pytest.mark.unit

SMILE = Moment(shape_weights({"mouthSmile": 0.8, "cheekSquint": 0.5, "eyeBlink": 1.0}), (3, 2, 1))
TIMES = np.arange(0, 20, 1 / 30)
LEFT, RIGHT = SHAPE_INDEX["mouthSmileLeft"], SHAPE_INDEX["mouthSmileRight"]


def test_a_held_expression_moves_a_little_and_slowly() -> None:
    smile = np.array([enliven(SMILE, t).weights[LEFT] for t in TIMES])
    assert 0.01 < smile.std() < 0.04
    assert np.abs(smile - 0.8).max() <= 0.8 * (SWELL + OWN + LEAN)
    assert np.abs(np.diff(smile)).max() < 0.006


def test_its_sides_drift_apart_a_little() -> None:
    weights = np.array([enliven(SMILE, t).weights for t in TIMES])
    apart = weights[:, LEFT] - weights[:, RIGHT]
    assert 0.005 < np.abs(apart).max() <= 2 * LEAN * 0.8


def test_rest_lids_gaze_and_head_are_left_alone() -> None:
    looking = Moment(shape_weights({"eyeLookUp": 0.4, "eyeBlink": 1.0}), (3, 2, 1), (0.1, 0.2))
    for time in TIMES[::30]:
        assert not enliven(REST, time).weights.any()
        moved = enliven(looking, time)
        np.testing.assert_array_equal(moved.weights, looking.weights)
        assert (moved.angles, moved.translation) == (looking.angles, looking.translation)


def test_weights_stay_between_0_and_1() -> None:
    full = Moment(np.ones(len(BLENDSHAPES), np.float32))
    weights = np.stack([enliven(full, t).weights for t in TIMES])
    assert weights.min() > 0.8
    assert weights.max() == 1


def test_the_same_seed_moves_alike_and_another_does_not() -> None:
    one, same, other = (enliven(SMILE, 2.5, seed=s).weights for s in (3, 3, 4))
    assert one.tobytes() == same.tobytes()
    assert one.tobytes() != other.tobytes()
