from __future__ import annotations

import math

import numpy as np
import pytest

from mien.engines.liveportrait.framing import frame_box, frame_driver, frame_source
from mien.errors import OptionError
from mien.motion.face_template import FACE_TEMPLATE

pytestmark = pytest.mark.unit

FACE = FACE_TEMPLATE.landmarks[:, :2].astype(np.float64) * 100 + (400, 300)
TURN = np.array([[math.cos(0.5), math.sin(0.5)], [-math.sin(0.5), math.cos(0.5)]])
TILTED = (FACE - (400, 300)) @ TURN + (400, 300)


def inside(points, placement):
    return points @ placement.to_crop[:, :2].T + placement.to_crop[:, 2]


def test_a_tilted_face_stands_upright_in_its_crop():
    upright, tilted = inside(FACE, frame_source(FACE)), inside(TILTED, frame_source(TILTED))
    assert np.abs(upright - tilted).max() < 0.5


def test_a_face_that_is_not_turned_stays_as_tilted_as_it_is():
    placement = frame_source(TILTED, rotate=False)
    assert placement.to_crop[0, 1] == placement.to_crop[1, 0] == 0


def test_a_face_takes_43_percent_of_a_source_crop_and_lies_below_its_middle():
    points = inside(FACE, frame_source(FACE))
    low, high = points[[105, 334], 1].mean(), points[152, 1]
    width = np.ptp(points[:468, 0])
    assert max(width, high - low) / 512 == pytest.approx(1 / 2.3, abs=0.005)
    assert (low + high) / 2 / 512 == pytest.approx(0.5 + 0.125, abs=0.01)
    assert points[[33, 263], 0].mean() == pytest.approx(256, abs=3)


def test_a_shift_to_the_right_moves_the_face_to_the_left():
    plain, shifted = inside(FACE, frame_source(FACE)), inside(FACE, frame_source(FACE, x=0.1))
    assert (shifted - plain) == pytest.approx(np.tile([-51.2, 0], (478, 1)), abs=0.1)


def test_a_larger_scale_shows_more_around_the_face():
    plain, wide = frame_source(FACE, scale=2.0), frame_source(FACE, 224, scale=4.0)
    assert wide.size == 224
    ratio = plain.to_crop[0, 0] / wide.to_crop[0, 0]
    assert ratio == pytest.approx(2 * 512 / 224, rel=1e-5)


def test_the_depth_of_landmarks_does_not_matter():
    deep = np.column_stack([FACE, np.arange(478)])
    assert np.array_equal(frame_source(deep).to_crop, frame_source(FACE).to_crop)
    assert np.array_equal(frame_driver(deep).to_crop, frame_driver(FACE).to_crop)


def test_a_drivers_crop_is_never_turned():
    placement = frame_driver(TILTED)
    assert placement.to_crop[0, 1] == placement.to_crop[1, 0] == 0
    assert placement.to_crop[0, 0] == placement.to_crop[1, 1]


def test_one_frame_is_a_clip_of_one():
    assert np.array_equal(frame_driver(FACE).to_crop, frame_driver(FACE[None]).to_crop)


def test_a_clips_crop_is_the_mean_of_its_frames():
    near, far = FACE, (FACE - (400, 300)) * 0.5 + (500, 340)
    one, other, both = (frame_driver(clip).to_picture for clip in (near, far, [near, far]))
    assert both == pytest.approx((one + other) / 2, abs=1e-3)


def test_the_box_of_an_animal_is_framed_like_its_nine_points():
    eyes = [[300, 200], [340, 200], [380, 200], [420, 200]]
    nose_and_mouth = [[360, 240], [340, 270], [380, 270], [360, 265], [360, 285]]
    nine = np.array([*eyes, *nose_and_mouth], np.float32)
    by_points = frame_source(nine, x=0.05)
    by_box = frame_box((300, 200, 120, 85), x=0.05)
    assert by_box.to_crop == pytest.approx(by_points.to_crop, abs=1e-3)


@pytest.mark.parametrize("box", [(0, 0, 0, 5), (0, 0, 5, -1), (0, math.nan, 5, 5), (1, 2, 3)])
def test_a_box_without_extent_is_refused(box):
    with pytest.raises(OptionError, match=r"^--box: .*left, top, width and height"):
        frame_box(box)
