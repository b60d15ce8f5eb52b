from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.motion.blending import blend, mean_rotation
from mien.motion.pose import angles_from_rotation, rotation_from_angles
from mien.types import Keypoints, MotionFrame

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


def test_what_both_frames_know_is_blended_too() -> None:
    def full(value: float) -> MotionFrame:
        keypoints = Keypoints(np.full((21, 3), value), value, np.full(3, value))
        ratios = np.full(3, value, np.float32)
        return replace(frame(0, 1.0), own_expression=value, ratios=ratios, keypoints=keypoints)

    middle = blend(full(0.0), full(1.0), 0.25)
    assert middle.own_expression == 0.25
    assert middle.ratios is not None
    assert middle.ratios.tolist() == [0.25] * 3
    assert middle.keypoints is not None
    assert middle.keypoints.scale == 0.25
    assert middle.keypoints.expression.max() == 0.25
    assert middle.keypoints.translation.tolist() == [0.25] * 3


def test_a_face_that_is_seen_in_both_is_seen_between() -> None:
    assert blend(frame(0, 1.0), frame(9, 1.0), 0.1234567).presence == 1


def test_beyond_the_end_the_same_way_leads_on() -> None:
    assert blend(frame(0, 1.0), frame(10, 1.5), 1.2).scale == pytest.approx(1.6)
