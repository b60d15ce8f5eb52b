"""The line between lips that have come together."""

from __future__ import annotations

import numpy as np
import pytest

from fakes.painted_faces import PaintedFace, painted_face
from mien.engines.mesh.mouth.complexion import measure_complexion
from mien.engines.mesh.mouth.seam import Seam
from mien.motion.blendshapes.lips import close_lips
from mien.motion.pose import to_picture
from mien.types import Image

pytestmark = pytest.mark.unit


@pytest.fixture(scope="module")
def open_mouth() -> PaintedFace:
    return painted_face({"jawOpen": 0.3})


def with_seam(face: PaintedFace, closure: float) -> tuple[Image, np.ndarray]:
    """The picture with the line for lips closed so far, and their landmarks."""
    seam = Seam(face.head, measure_complexion(face.image, face.landmarks))
    head = face.head.copy()
    close_lips(head, closure)
    points = to_picture(head, face.pose)
    picture = face.image.copy()
    picture[:] = (190, 110, 105)
    seam.paint(picture, points, head, face.pose.scale)
    return picture, points


def test_a_mouth_as_it_is_in_the_portrait_has_none(open_mouth) -> None:
    picture, _ = with_seam(open_mouth, 0.0)
    assert (picture == (190, 110, 105)).all()


def test_a_mouth_that_is_still_open_has_none(open_mouth) -> None:
    picture, points = with_seam(open_mouth, 0.5)
    x, y = ((points[13] + points[14]) / 2)[:2].astype(int)
    assert (picture[y - 3 : y + 4, x - 3 : x + 4] == (190, 110, 105)).all()


def test_lips_that_meet_have_a_dark_line_between_them(open_mouth) -> None:
    picture, points = with_seam(open_mouth, 1.0)
    for upper, lower in ((13, 14), (81, 178), (311, 402)):
        x, y = np.rint((points[upper] + points[lower])[:2] / 2).astype(int)
        assert picture[y, x].mean() < 0.8 * 135
        assert picture[y - 12, x].tolist() == [190, 110, 105]
        assert picture[y + 12, x].tolist() == [190, 110, 105]


def test_a_mouth_outside_the_picture_is_left_alone(open_mouth) -> None:
    seam = Seam(open_mouth.head, measure_complexion(open_mouth.image, open_mouth.landmarks))
    head = open_mouth.head.copy()
    close_lips(head, 1.0)
    picture = open_mouth.image.copy()
    seam.paint(picture, to_picture(head, open_mouth.pose) + 5000.0, head, open_mouth.pose.scale)
    np.testing.assert_array_equal(picture, open_mouth.image)
