from __future__ import annotations

import numpy as np
import pytest

from mien.engines.mesh.mouth.action import mouth_action
from mien.motion.arkit import BLENDSHAPES, shape_weights
from mien.motion.face_template import FACE_TEMPLATE

pytestmark = pytest.mark.unit

REST = FACE_TEMPLATE.landmarks
TIP_SOUND = {"jawOpen": 0.18, "mouthLowerDown": 0.12}


def raised(**shapes: float) -> float:
    return mouth_action(REST, shape_weights(shapes)).tongue_up


def test_nothing_moves_in_a_resting_mouth() -> None:
    action = mouth_action(REST, np.zeros(len(BLENDSHAPES)))
    assert (action.smile, action.tongue_out, action.tongue_up) == (0, 0, 0)
    assert action.rest_upper == pytest.approx(REST[13, 1])


def test_the_tip_of_the_tongue_rises_for_d_n_and_l() -> None:
    assert raised(**TIP_SOUND) == pytest.approx(1)


@pytest.mark.parametrize(
    "other", [{"jawOpen": 0.65}, {"mouthLowerDown": 0.6}, {"mouthFrown": 0.4}, {"jawOpen": 0.0}]
)
def test_open_vowels_and_expressions_leave_it_down(other: dict[str, float]) -> None:
    assert raised(**{**TIP_SOUND, **other}) == 0


def test_weights_beyond_their_range_do_no_harm() -> None:
    action = mouth_action(REST, shape_weights({"tongueOut": 7.0, "mouthSmile": -3.0}))
    assert (action.tongue_out, action.smile) == (1, 0)
