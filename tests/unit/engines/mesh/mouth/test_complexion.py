from __future__ import annotations

import cv2
import numpy as np
import pytest

from fakes.painted_faces import PEACH, painted_face
from mien.engines.mesh.mouth.complexion import interior_colours, measure_complexion

pytestmark = pytest.mark.unit


def ycrcb(rgb: tuple[int, int, int]) -> tuple[float, float, float]:
    y, cr, cb = cv2.cvtColor(np.uint8([[rgb]]), cv2.COLOR_RGB2YCrCb)[0, 0].tolist()
    return y, cr - 128, cb - 128


def test_skin_and_lips_are_told_apart() -> None:
    face = painted_face(lips=(180, 60, 70))
    found = measure_complexion(face.image, face.landmarks)
    assert (found.luma, *found.chroma) == pytest.approx(ycrcb(PEACH), abs=2)
    assert (found.lips_luma, *found.lips_chroma) == pytest.approx(ycrcb((180, 60, 70)), abs=3)


def test_what_shows_between_open_lips_is_no_lip() -> None:
    face = painted_face({"jawOpen": 0.6}, lips=(180, 60, 70), inside=(0, 0, 255))
    found = measure_complexion(face.image, face.landmarks)
    assert (found.lips_luma, *found.lips_chroma) == pytest.approx(ycrcb((180, 60, 70)), abs=4)


def test_a_beard_does_not_darken_the_skin() -> None:
    face = painted_face()
    image = face.image.copy()
    image[int(face.landmarks[205, 1]) :] = (40, 30, 25)
    found = measure_complexion(image, face.landmarks)
    assert found.luma == pytest.approx(ycrcb(PEACH)[0], abs=3)


def test_softness_is_the_blur_of_edges_in_head_units() -> None:
    face = painted_face({"jawOpen": 0.3})
    measured = [
        measure_complexion(image, face.landmarks).softness * face.pose.scale
        for image in (face.image, cv2.GaussianBlur(face.image, (0, 0), 2.0))
    ]
    assert measured[0] < 0.8
    assert measured[1] == pytest.approx(2.0, abs=0.7)


@pytest.mark.parametrize("shift", [-9999.0, -180.0, 180.0])
def test_a_face_beside_the_picture_is_measured_without_harm(shift: float) -> None:
    face = painted_face()
    found = measure_complexion(face.image, face.landmarks + np.array([shift, 0.0, 0.0]))
    assert np.isfinite([found.luma, *found.chroma, found.black, found.softness]).all()


def test_interior_colours_come_from_between_the_lips() -> None:
    face = painted_face({"jawOpen": 0.6}, inside=(10, 20, 30))
    assert np.array_equal(
        np.unique(interior_colours(face.image, face.landmarks), axis=0), [[10, 20, 30]]
    )
    assert len(interior_colours(face.image, face.landmarks - np.array([9999.0, 0.0, 0.0]))) == 0
