"""Squares around faces: inside the picture, and where they were asked for."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from mien.engines.personalive.framing import CROP_SCALE, CROP_Y, Square, edge_of
from mien.face import face_height, find_faces
from mien.pipeline.measuring.material import sample_portrait
from mien.types import Floats, Framing

pytestmark = pytest.mark.unit
WIDE = (4000, 3000)


@pytest.fixture(scope="module")
def landmarks() -> Floats:
    """Of a face in the middle of a large picture."""
    (face,) = find_faces(sample_portrait(256).pixels)
    return face.landmarks + np.array([1900, 1300, 0], np.float32)


def test_a_square_holds_head_and_shoulders(landmarks: Floats) -> None:
    crop = Square().around(landmarks, WIDE, 512)
    x0, y0, x1, y1 = crop.box
    assert crop.size == (512, 512)
    assert x1 - x0 == y1 - y0 == round(CROP_SCALE * face_height(landmarks))
    low, high = landmarks[:468, :2].min(axis=0), landmarks[:468, :2].max(axis=0)
    middle = (low + high) / 2
    assert abs((x0 + x1) / 2 - middle[0]) < 2
    assert (y0 + y1) / 2 - middle[1] == pytest.approx(CROP_Y * (y1 - y0), abs=2)


def test_it_lies_as_it_is_asked_for(landmarks: Floats) -> None:
    asked = Square.asked(Framing(2.0, 0.1, 0.0))
    assert asked == Square(2.0, 0.1, 0.0)
    assert Square.asked(Framing()) == Square()
    plain = Square(2.0, 0.0, 0.0).around(landmarks, WIDE, 256).box
    right = asked.around(landmarks, WIDE, 256).box
    assert right[0] - plain[0] == pytest.approx(0.1 * (plain[2] - plain[0]), abs=1)
    assert right[1::2] == plain[1::2]


@pytest.mark.parametrize("size", [(300, 400), (260, 256), (4000, 260), (200, 200)])
def test_it_is_a_square_inside_the_picture_however_small_that_is(
    landmarks: Floats, size: tuple[int, int]
) -> None:
    there = landmarks - np.array([1900, 1300, 0], np.float32)
    x0, y0, x1, y1 = Square().around(there, size, 512).box
    assert x1 - x0 == y1 - y0
    assert 0 <= x0 < x1 <= size[0]
    assert 0 <= y0 < y1 <= size[1]
    assert x1 - x0 <= min(size)


def test_a_driver_is_framed_as_tightly_as_the_portrait_was(landmarks: Floats) -> None:
    there = landmarks - np.array([1900, 1300, 0], np.float32)
    tight = Square().around(there, (256, 256), 512)
    same = Square().within(there, tight)
    assert same.scale < CROP_SCALE
    box = same.around(landmarks, WIDE, 512).box
    assert box[2] - box[0] == tight.box[2] - tight.box[0]


def test_points_on_one_spot_still_have_a_square() -> None:
    x0, y0, x1, y1 = Square().around(np.full((478, 3), 50, np.float32), (100, 100), 256).box
    assert x1 - x0 == y1 - y0 >= 1


def test_edges_grow_with_the_square() -> None:
    assert all(small <= large for small, large in pairwise(map(edge_of, (256, 512, 1024))))
