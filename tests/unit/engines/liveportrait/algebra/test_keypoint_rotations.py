from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.engines.liveportrait.algebra.rotation import (
    degrees_from_bins,
    nearest_rotation,
    rotation_from_degrees,
)

pytestmark = pytest.mark.unit

angles = st.floats(-90, 90)


@given(angles, angles, angles)
def test_angles_make_rotations(pitch: float, yaw: float, roll: float) -> None:
    rotation = rotation_from_degrees(pitch, yaw, roll)
    assert np.allclose(rotation @ rotation.T, np.eye(3))
    assert np.linalg.det(rotation) == pytest.approx(1)


def test_roll_is_applied_last() -> None:
    rotation = rotation_from_degrees(10, 20, 30)
    apart = (rotation_from_degrees(10, 0, 0), rotation_from_degrees(0, 20, 0))
    assert np.allclose(rotation, apart[0] @ apart[1] @ rotation_from_degrees(0, 0, 30))


def test_roll_turns_the_picture_right_towards_down() -> None:
    assert np.allclose(np.array([1.0, 0.0, 0.0]) @ rotation_from_degrees(0, 0, 90), (0, 1, 0))


@pytest.mark.parametrize(("bins", "degrees"), [(0, -97.5), (33, 1.5), (65, 97.5)])
def test_a_sure_bin_is_its_angle(bins: int, degrees: float) -> None:
    logits = np.full((2, 66), -1e4)
    logits[:, bins] = 0
    assert degrees_from_bins(logits) == pytest.approx([degrees, degrees])


def test_large_logits_do_not_overflow() -> None:
    assert degrees_from_bins(np.full(66, 1e30)) == pytest.approx(0)


@given(angles, angles, angles, st.floats(0.5, 2))
def test_a_scaled_rotation_is_made_a_rotation_again(
    pitch: float, yaw: float, roll: float, scale: float
) -> None:
    rotation = rotation_from_degrees(pitch, yaw, roll)
    assert np.allclose(nearest_rotation(scale * rotation), rotation, atol=1e-9)


def test_the_mean_of_two_turns_is_made_the_turn_between() -> None:
    mean = (rotation_from_degrees(0, -20, 0) + rotation_from_degrees(0, 40, 0)) / 2
    assert np.linalg.det(mean) < 0.9
    assert np.allclose(nearest_rotation(mean), rotation_from_degrees(0, 10, 0))


def test_no_reflection_is_taken_for_a_rotation() -> None:
    assert np.linalg.det(nearest_rotation(np.diag([1.0, 0.9, -0.5]))) == pytest.approx(1)
