from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.motion.blending import blend, mean_rotation
from mien.motion.pose import angles_from_rotation, rotation_from_angles
from mien.types import MotionFrame

pytestmark = pytest.mark.unit


def frame(yaw: float, scale: float, landmark: float | None = None) -> MotionFrame:
    return MotionFrame(
        pts=int(yaw),
        time_base=Fraction(1, 30),
        rotation=rotation_from_angles(yaw, 0, 0).astype(np.float32),
        translation=np.zeros(2, np.float32),
        scale=scale,
        blendshapes=np.zeros(52, np.float32),
        landmarks=None if landmark is None else np.full((478, 3), landmark, np.float32),
    )


@given(st.floats(-30, 30), st.floats(-30, 30))
def test_half_way_between_two_rotations_is_half_the_angle(a: float, b: float) -> None:
    rotations = [rotation_from_angles(yaw, 0, 0) for yaw in (a, b)]
    yaw, pitch, roll = angles_from_rotation(mean_rotation(rotations, np.array([0.5, 0.5])))
    assert (yaw, pitch, roll) == pytest.approx(((a + b) / 2, 0, 0), abs=1e-3)


def test_a_blend_goes_from_one_frame_to_the_other() -> None:
    start, end = frame(0, 1.0, 0.0), frame(20, 2.0, 1.0)
    assert blend(start, end, 0.0).scale == 1.0
    assert blend(start, end, 1.0).scale == 2.0
    middle = blend(start, end, 0.5)
    assert angles_from_rotation(middle.rotation)[0] == pytest.approx(10, abs=1e-3)
    assert middle.landmarks is not None
    assert middle.landmarks.max() == 0.5
    assert middle.pts == end.pts


def test_landmarks_that_only_one_frame_has_are_those_of_the_end() -> None:
    assert blend(frame(0, 1.0), frame(1, 1.0, 0.3), 0.5).landmarks is not None
    assert blend(frame(0, 1.0, 0.3), frame(1, 1.0), 0.5).landmarks is None
