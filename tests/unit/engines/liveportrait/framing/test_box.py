from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.engines.liveportrait.framing.box import face_box
from mien.motion.face_template import FACE_TEMPLATE
from mien.types import Floats

pytestmark = pytest.mark.unit

FACE = FACE_TEMPLATE.landmarks[:, :2].astype(np.float64)


def posed(size: float = 100.0, degrees: float = 0.0, place: tuple[float, float] = (0, 0)) -> Floats:
    turn = math.radians(degrees)
    cos, sin = math.cos(turn), math.sin(turn)
    return FACE @ np.array([[cos, sin], [-sin, cos]]) * size + place


places = st.floats(-500, 3000)
sizes = st.floats(10, 1000)
degrees = st.floats(-179, 179)


@given(sizes, degrees, places, places)
def test_the_box_goes_with_the_face(size, angle, x, y):
    plain = face_box(FACE, scale=2.3, y=-0.125)
    box = face_box(posed(size, angle, (x, y)), scale=2.3, y=-0.125)
    assert box.side == pytest.approx(plain.side * size, rel=2e-3)
    assert math.degrees(box.angle - plain.angle) == pytest.approx(angle, abs=0.2)
    center = (
        posed(size, angle, (x, y)).mean(axis=0)
        + (plain.center - FACE.mean(axis=0))
        @ np.array(
            [
                [math.cos(math.radians(angle)), math.sin(math.radians(angle))],
                [-math.sin(math.radians(angle)), math.cos(math.radians(angle))],
            ]
        )
        * size
    )
    assert np.abs(box.center - center).max() < 0.01 * size + 0.01


def test_the_box_is_as_many_times_as_large_as_the_face():
    assert face_box(FACE, scale=4.0).side == pytest.approx(2 * face_box(FACE, scale=2.0).side)


def test_a_shift_moves_the_box_along_the_face_and_is_counted_in_sides():
    plain = face_box(posed(degrees=90), scale=2.0)
    right = face_box(posed(degrees=90), scale=2.0, x=0.25).center - plain.center
    down = face_box(posed(degrees=90), scale=2.0, y=0.25).center - plain.center
    assert right == pytest.approx([0, plain.side / 4], abs=0.5)
    assert down == pytest.approx([-plain.side / 4, 0], abs=0.5)


def test_the_turned_corners_are_those_of_a_square_of_that_side():
    box = face_box(posed(degrees=33), scale=2.0)
    sides = np.linalg.norm(np.roll(box.turned, -1, axis=0) - box.turned, axis=1)
    assert sides == pytest.approx([box.side] * 4, rel=1e-5)
    across = box.turned[1] - box.turned[0]
    assert math.atan2(across[1], across[0]) == pytest.approx(box.angle, abs=1e-5)


@pytest.mark.parametrize("count", [478, 203, 5])
def test_a_face_without_extent_still_has_a_box(count):
    box = face_box(np.full((count, 2), 7.0), scale=2.0)
    assert box.side > 0
    assert box.angle == 0
    assert np.array_equal(box.center, (7, 7))
