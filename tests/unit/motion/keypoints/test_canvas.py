from __future__ import annotations

import numpy as np
import pytest

from mien.motion.keypoints import (
    HEAD_UNIT,
    canvas_from_head_units,
    head_units_from_canvas,
    rotation_from_template,
    rotation_to_template,
)
from mien.motion.pose import angles_from_rotation, rotation_from_angles

pytestmark = pytest.mark.unit


def axis(degrees: float, first: int, second: int) -> np.ndarray:
    """A right-handed turn for column vectors that takes axis ``first`` towards ``second``."""
    cos, sin = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    turn = np.eye(3)
    turn[[first, first, second, second], [first, second, first, second]] = cos, -sin, sin, cos
    return turn


def test_a_templates_rotation_acts_on_row_vectors() -> None:
    pitch, yaw, roll = 7.0, -12.0, 3.0
    # LivePortrait: (Rz(roll) Ry(yaw) Rx(pitch)) transposed, for rows
    template = (axis(roll, 0, 1) @ axis(yaw, 2, 0) @ axis(pitch, 1, 2)).T
    point = np.array([0.2, -0.3, 0.1])
    assert np.allclose(rotation_from_template(template) @ point, point @ template, atol=1e-6)
    assert np.allclose(rotation_to_template(rotation_from_template(template)), template, atol=1e-6)


def test_its_positive_yaw_turns_the_face_to_the_left_of_the_picture() -> None:
    yaw, pitch, roll = angles_from_rotation(rotation_from_template(axis(10.0, 2, 0).T))
    assert (yaw, pitch, roll) == pytest.approx((-10.0, 0.0, 0.0), abs=1e-4)


def test_its_positive_pitch_turns_the_face_down() -> None:
    assert angles_from_rotation(rotation_from_template(axis(10.0, 1, 2).T))[1] == pytest.approx(
        -10.0, abs=1e-4
    )


def test_its_positive_roll_tilts_clockwise_as_ours_does() -> None:
    ours = rotation_from_angles(0.0, 0.0, 10.0)
    assert np.allclose(rotation_from_template(axis(10.0, 0, 1).T), ours, atol=1e-6)


def test_head_units_and_canvas_units_are_each_others_inverse() -> None:
    travel = np.array([[0.04, -0.02, 0.0]])
    there = head_units_from_canvas(travel, 1.5)
    assert np.allclose(canvas_from_head_units(there, 1.5), travel)
    assert np.allclose(head_units_from_canvas(HEAD_UNIT * 1.5, 1.5), 1.0)
