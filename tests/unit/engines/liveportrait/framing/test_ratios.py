from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.engines.liveportrait.framing import ratios_of
from mien.landmarks import LEFT_EYE, RIGHT_EYE
from mien.motion.face_template import FACE_TEMPLATE

pytestmark = pytest.mark.unit

FACE = FACE_TEMPLATE.landmarks


def test_a_neutral_face_has_open_eyes_and_hardly_parted_lips():
    left, right, lips = ratios_of(FACE)
    assert 0.25 < left < 0.45
    assert left == pytest.approx(right, abs=1e-4)
    assert lips < 0.05


def test_the_first_ratio_is_that_of_the_eye_on_the_left_of_the_picture():
    winking = FACE.copy()
    winking[RIGHT_EYE[4]] = winking[RIGHT_EYE[12]]
    assert winking[RIGHT_EYE[0], 0] < winking[LEFT_EYE[0], 0]
    left, right, _ = ratios_of(winking)
    assert left == 0
    assert right == ratios_of(FACE)[1]


def test_lips_count_by_their_inner_edge_over_the_width_of_the_mouth():
    open_mouth = FACE.copy()
    width = np.hypot(*(FACE[61] - FACE[291])[:2])
    open_mouth[13, :2], open_mouth[14, :2] = FACE[13, :2], FACE[13, :2] + (0, 0.5 * width)
    assert ratios_of(open_mouth)[2] == pytest.approx(0.5, abs=1e-4)


@given(st.floats(-np.pi, np.pi), st.floats(1, 5000))
def test_ratios_do_not_depend_on_tilt_and_size(angle, size):
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    assert ratios_of(FACE[:, :2] @ turn * size) == pytest.approx(ratios_of(FACE), abs=1e-3)


def test_edges_that_crossed_are_shut():
    crossed = FACE.copy()
    crossed[[13, 14]] = FACE[[14, 13]]
    crossed[14, 1] = crossed[13, 1] - 0.05
    assert ratios_of(crossed)[2] == 0


def test_a_face_on_one_spot_has_no_openings():
    assert np.array_equal(ratios_of(np.zeros((478, 2))), [0, 0, 0])


def test_other_sets_of_points_are_refused():
    with pytest.raises(ValueError, match="106 landmarks"):
        ratios_of(np.zeros((106, 2)))
