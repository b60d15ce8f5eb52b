from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.engines.liveportrait.framing.layouts import layout_of, middles, outline
from mien.landmarks import LEFT_BROW, LEFT_EYE, LEFT_IRIS, RIGHT_BROW, RIGHT_EYE, RIGHT_IRIS
from mien.motion.face_template import FACE_TEMPLATE

pytestmark = pytest.mark.unit

FACE = FACE_TEMPLATE.landmarks[:, :2]


def test_the_left_eye_of_the_478_is_the_one_on_the_left_of_the_picture():
    layout = layout_of(478)
    assert set(layout.left_eye) < set(RIGHT_EYE)
    assert set(layout.right_eye) < set(LEFT_EYE)
    left, right = (FACE[list(eye), 0].mean() for eye in (layout.left_eye, layout.right_eye))
    assert left < right


def test_the_middle_of_the_eyes_hardly_follows_the_gaze():
    looking = FACE.copy()
    looking[[*RIGHT_IRIS, *LEFT_IRIS]] += 0.1
    assert np.array_equal(middles(looking)[0], middles(FACE)[0])


def test_the_478_reach_from_the_brows_to_the_chin_and_from_temple_to_temple():
    face = outline(FACE)
    assert face[:, 1].min() == pytest.approx(FACE[[*RIGHT_BROW, *LEFT_BROW], 1].min())
    assert face[:, 1].max() == FACE[152, 1]
    assert np.ptp(face[:, 0]) == pytest.approx(np.ptp(FACE[:, 0]))
    assert FACE[10, 1] < face[:, 1].min() - 0.4


@pytest.mark.parametrize("num_points", [203, 106, 101, 68, 9, 5])
def test_all_points_of_the_other_sets_count(num_points):
    points = np.random.default_rng(0).random((num_points, 2))
    assert outline(points) is points


def test_other_large_sets_begin_with_101_points():
    points = np.random.default_rng(0).random((150, 2))
    for middle, expected in zip(middles(points), middles(points[:101]), strict=True):
        assert np.array_equal(middle, expected)


@given(st.integers(0, 100).filter(lambda count: count not in {5, 9, 68}))
def test_small_sets_that_nobody_knows_are_refused(num_points):
    with pytest.raises(ValueError, match=f"^{num_points} landmarks: "):
        layout_of(num_points)
