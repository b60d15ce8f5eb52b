from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mien.landmarks import RIGID
from mien.motion.face_template import FACE_TEMPLATE
from mien.motion.pose import (
    Pose,
    angles_from_rotation,
    fit_pose,
    rotation_from_angles,
    to_head,
    to_picture,
)

pytestmark = pytest.mark.unit

turns = st.floats(-170, 170)
tilts = st.floats(-80, 80)


@given(turns, tilts, turns)
def test_angles_survive_the_way_through_a_rotation(yaw: float, pitch: float, roll: float) -> None:
    assert angles_from_rotation(rotation_from_angles(yaw, pitch, roll)) == pytest.approx(
        (yaw, pitch, roll), abs=1e-6
    )


@given(turns, tilts, turns)
def test_a_rotation_keeps_lengths_and_handedness(yaw: float, pitch: float, roll: float) -> None:
    rotation = rotation_from_angles(yaw, pitch, roll)
    np.testing.assert_allclose(rotation @ rotation.T, np.eye(3), atol=1e-12)
    assert np.linalg.det(rotation) == pytest.approx(1)


NOSE = np.array([0.0, 0.0, -1.0])  # towards the camera
CROWN = np.array([0.0, -1.0, 0.0])


def test_positive_yaw_turns_the_face_to_the_right_of_the_image() -> None:
    assert (rotation_from_angles(20, 0, 0) @ NOSE)[0] > 0.3


def test_positive_pitch_turns_the_face_up() -> None:
    assert (rotation_from_angles(0, 20, 0) @ NOSE)[1] < -0.3


def test_positive_roll_turns_the_head_clockwise_on_the_screen() -> None:
    assert (rotation_from_angles(0, 0, 20) @ CROWN)[0] > 0.3


@settings(max_examples=50)
@given(
    st.tuples(tilts, tilts, tilts),
    st.tuples(st.floats(-500, 500), st.floats(-500, 500), st.floats(-500, 500)),
    st.floats(10, 500),
)
def test_the_pose_of_a_placed_template_is_found_again(
    angles: tuple[float, float, float], place: tuple[float, float, float], scale: float
) -> None:
    pose = Pose(rotation_from_angles(*angles), np.array(place), scale)
    found = fit_pose(to_picture(FACE_TEMPLATE.landmarks, pose))
    np.testing.assert_allclose(found.rotation, pose.rotation, atol=1e-6)
    np.testing.assert_allclose(found.translation, pose.translation, atol=1e-6 * scale)
    assert found.scale == pytest.approx(scale, rel=1e-6)


def test_head_and_picture_are_inverse() -> None:
    pose = Pose(rotation_from_angles(20, -10, 5), np.array([200.0, 100.0, 3.0]), 90.0)
    head = FACE_TEMPLATE.landmarks
    np.testing.assert_allclose(to_head(to_picture(head, pose), pose), head, atol=1e-6)


def test_an_expression_does_not_move_the_pose() -> None:
    face = FACE_TEMPLATE.landmarks.copy()
    face[np.setdiff1d(np.arange(478), RIGID)] += 0.3
    np.testing.assert_allclose(fit_pose(face).rotation, np.eye(3), atol=1e-6)


def test_the_template_is_the_same_in_a_mirror() -> None:
    face, mirror = FACE_TEMPLATE.landmarks, FACE_TEMPLATE.mirror
    np.testing.assert_array_equal(face[mirror] * (-1, 1, 1), face)
    np.testing.assert_array_equal(mirror[mirror], np.arange(478))


def test_the_eyes_of_the_template_are_one_head_unit_apart() -> None:
    eyes = FACE_TEMPLATE.landmarks[[33, 133, 362, 263]].reshape(2, 2, 3).mean(axis=1)
    assert np.linalg.norm(eyes[1] - eyes[0]) == pytest.approx(1, abs=0.01)
