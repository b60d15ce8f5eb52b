from __future__ import annotations

import cv2
import numpy as np
import pytest

from mien.errors import OptionError
from mien.face import find_face_in, find_faces
from mien.types import Face

pytestmark = pytest.mark.unit


def box_of(face: Face, widened: float = 1.0) -> tuple[float, float, float, float]:
    low, high = face.landmarks[:, :2].min(axis=0), face.landmarks[:, :2].max(axis=0)
    (x, y), (width, height) = (low + high) / 2, (high - low) * widened
    return float(x - width / 2), float(y - height / 2), float(width), float(height)


@pytest.mark.parametrize("widened", [0.7, 1.0, 1.6, 2.2])
def test_the_face_in_a_box_is_the_one_a_detector_finds(astronaut, astronaut_face, widened):
    face = find_face_in(astronaut, box_of(astronaut_face, widened))
    assert face is not None
    height = np.ptp(astronaut_face.landmarks[:, 1])
    apart = np.abs(face.landmarks - astronaut_face.landmarks)[:, :2].max()
    assert apart < 0.03 * height


@pytest.mark.parametrize("degrees", [75, 180, -110])
def test_a_face_that_lies_or_hangs_is_found(astronaut, astronaut_face, degrees):
    x, y = astronaut_face.landmarks[:, :2].mean(axis=0)
    turn = cv2.getRotationMatrix2D((float(x), float(y)), -degrees, 1)
    turned = cv2.warpAffine(astronaut, turn, (512, 512))
    expected = astronaut_face.landmarks[:, :2] @ turn[:, :2].T + turn[:, 2]
    face = find_face_in(turned, box_of(Face(np.column_stack([expected, expected]), 1.0)))
    assert face is not None
    assert np.abs(face.landmarks[:, :2] - expected).mean() < 3


def test_a_face_too_small_for_the_detector_is_found(astronaut, astronaut_face):
    picture = np.full((900, 1200, 3), 90, np.uint8)
    small = cv2.resize(astronaut, (128, 128), interpolation=cv2.INTER_AREA)
    picture[700:828, 1000:1128] = small
    x, y, width, height = (value / 4 for value in box_of(astronaut_face, 1.3))
    face = find_face_in(picture, (1000 + x, 700 + y, width, height))
    assert face is not None
    assert face.landmarks[1, 0] == pytest.approx(1000 + astronaut_face.landmarks[1, 0] / 4, abs=2)


def test_there_is_no_face_where_nothing_is(astronaut):
    grey = np.full((300, 300, 3), 128, np.uint8)
    assert find_face_in(grey, (50, 50, 200, 200)) is None
    assert find_face_in(astronaut, (2000, 2000, 200, 200)) is None


def test_of_two_faces_the_box_chooses(astronaut, astronaut_face):
    both = np.hstack([astronaut, astronaut])
    x, y, width, height = box_of(astronaut_face, 1.2)
    face = find_face_in(both, (x + 512, y, width, height))
    assert face is not None
    assert face.landmarks[1, 0] == pytest.approx(astronaut_face.landmarks[1, 0] + 512, abs=2)
    assert len(find_faces(both)) == 2


@pytest.mark.parametrize("box", [(0, 0, 0, 10), (0, 0, 10, -10), (float("inf"), 0, 10, 10)])
def test_a_box_without_extent_is_refused(astronaut, box):
    with pytest.raises(OptionError, match=r"^--box: "):
        find_face_in(astronaut, box)
