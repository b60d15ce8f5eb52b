from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.engines.mesh.lips import limit_opening
from mien.engines.mesh.retarget import EYES, FaceShape, lid_gap, retarget, retarget_pose
from mien.motion.arkit import shape_weights
from mien.motion.blendshapes.posing import pose_face
from mien.motion.face_template import FACE_TEMPLATE
from mien.motion.pose import Pose, angles_from_rotation, rotation_from_angles
from mien.types import MotionOptions

pytestmark = pytest.mark.unit

FRONTAL = Pose(np.eye(3), np.zeros(3), 100.0)
NEUTRAL = FaceShape(FACE_TEMPLATE.landmarks.astype(np.float64), FRONTAL)
angles = st.tuples(st.floats(-60, 60), st.floats(-40, 40), st.floats(-60, 60))


def posed(**weights: float) -> FaceShape:
    head = pose_face(NEUTRAL.head, shape_weights(weights)).astype(np.float64)
    return FaceShape(head, FRONTAL)


def test_a_face_driven_by_itself_does_what_it_does() -> None:
    driver = posed(jawOpen=0.5, mouthSmileLeft=0.6, browInnerUp=0.7)
    target = retarget(NEUTRAL, NEUTRAL, driver, MotionOptions())
    np.testing.assert_allclose(target.head, driver.head, atol=0.012)


def test_a_driver_at_its_reference_leaves_the_source_alone() -> None:
    source, driver = posed(mouthSmileLeft=0.5), posed(jawOpen=0.4)
    target = retarget(source, driver, driver, MotionOptions())
    np.testing.assert_allclose(target.head, source.head, atol=1e-6)
    assert target.apertures == pytest.approx((1, 1))


def test_a_shut_eye_shuts_the_eye_of_the_source() -> None:
    driver = posed(eyeBlinkLeft=1.0, eyeBlinkRight=1.0)
    wide = FaceShape(NEUTRAL.head * [1, 1.2, 1], FRONTAL)
    target = retarget(wide, NEUTRAL, driver, MotionOptions())
    for _, _, pairs in EYES:
        assert lid_gap(target.head, pairs) < 0.1 * lid_gap(wide.head, pairs)


@given(angles)
def test_turns_are_bounded_and_keep_their_direction(turn: tuple[float, float, float]) -> None:
    pose = Pose(rotation_from_angles(*turn), np.zeros(3), 100.0)
    result = retarget_pose(FRONTAL, FRONTAL, pose, MotionOptions()).rotation
    yaw, pitch, roll = angles_from_rotation(result)
    assert abs(yaw) <= 28
    assert abs(pitch) <= 22
    assert abs(roll) <= 50
    for told, done in zip(turn, (yaw, pitch, roll), strict=True):
        assert told * done >= -1e-6


@given(st.floats(-15, 15), st.floats(-12, 12))
def test_moderate_turns_are_followed_exactly(yaw: float, pitch: float) -> None:
    pose = Pose(rotation_from_angles(yaw, pitch, 0), np.zeros(3), 100.0)
    result = retarget_pose(FRONTAL, FRONTAL, pose, MotionOptions())
    assert angles_from_rotation(result.rotation)[:2] == pytest.approx((yaw, pitch), abs=1e-3)


def test_absolute_pose_is_the_drivers_own() -> None:
    tilted = Pose(rotation_from_angles(0, 0, 10), np.zeros(3), 100.0)
    driver = Pose(rotation_from_angles(5, 0, 0), np.zeros(3), 1.0)
    result = retarget_pose(tilted, driver, driver, MotionOptions(relative=False))
    assert angles_from_rotation(result.rotation) == pytest.approx((5, 0, 0), abs=0.5)


@given(st.tuples(*[st.floats(-8, 8)] * 3), st.tuples(*[st.floats(-8, 8)] * 3))
def test_a_rotation_that_is_replaced_is_the_drivers_whatever_the_source_does(
    own: tuple[float, float, float], turn: tuple[float, float, float]
) -> None:
    source = Pose(rotation_from_angles(*own), np.zeros(3), 100.0)
    reference = Pose(rotation_from_angles(4, -3, 2), np.zeros(3), 1.0)
    driver = Pose(rotation_from_angles(*turn), np.array([0.5, 0, 0]), 1.2)
    options = MotionOptions(head_rotation="replace")
    result = retarget_pose(source, reference, driver, options)
    assert angles_from_rotation(result.rotation) == pytest.approx(turn, abs=0.3)
    added = retarget_pose(source, reference, driver, MotionOptions())
    assert (result.translation, result.scale) == (pytest.approx(added.translation), added.scale)


def test_translation_and_scale_come_in_head_units() -> None:
    before = Pose(np.eye(3), np.zeros(3), 1.0)
    now = Pose(np.eye(3), np.array([0.5, -0.25, 0]), 1.2)
    result = retarget_pose(FRONTAL, before, now, MotionOptions())
    np.testing.assert_allclose(result.translation, [50, -25, 0])
    assert result.scale == pytest.approx(120)


def test_thin_lips_are_not_turned_inside_out_by_full_ones() -> None:
    thin = NEUTRAL.head.copy()
    for outer, inner in ((0, 13), (17, 14)):
        thin[outer, 1] = thin[inner, 1] + 0.15 * (thin[outer, 1] - thin[inner, 1])
    driver = posed(jawOpen=1.0, mouthStretchLeft=1.0, mouthStretchRight=1.0)
    head = retarget(FaceShape(thin, FRONTAL), NEUTRAL, driver, MotionOptions()).head
    assert head[0, 1] < head[13, 1]
    assert head[17, 1] > head[14, 1]


def test_the_jaw_opens_only_so_far() -> None:
    open_mouth = posed(jawOpen=0.9).head
    head = open_mouth + 2 * (open_mouth - NEUTRAL.head)
    limit_opening(head, NEUTRAL.head)
    assert head[14, 1] - head[13, 1] < 1.0


def test_lips_that_move_alone_take_the_chin_along() -> None:
    """Else a mouth that opens wide would push its lower lip over a chin that stays."""
    driver = posed(jawOpen=1.0)
    target = retarget(NEUTRAL, NEUTRAL, driver, MotionOptions(region="lip"))
    lip, chin, brow, cheek = 17, 152, 105, 50
    moved = target.head[:, 1] - NEUTRAL.head[:, 1]
    assert moved[chin] > 0.8 * (driver.head[chin, 1] - NEUTRAL.head[chin, 1])
    assert target.head[chin, 1] - target.head[lip, 1] > 0.2
    assert abs(moved[brow]) < 1e-6
    assert abs(moved[cheek]) < 1e-6
