from __future__ import annotations

import cv2
import numpy as np
import pytest

from mien.engines.mesh.registration import Registration
from mien.engines.mesh.shading import ShadingTransfer
from mien.engines.mesh.source import MeshSource
from mien.types import DriverPixels, Face, Image, Portrait

pytestmark = pytest.mark.unit


@pytest.fixture(scope="module")
def registration(portrait: Portrait, face: Face) -> Registration:
    return Registration(DriverPixels(portrait.pixels, face.landmarks))


def gain_of(
    picture: Image, registration: Registration, face: Face, source: MeshSource
) -> np.ndarray:
    reading = registration.read(DriverPixels(picture, face.landmarks))
    return ShadingTransfer(registration, source.mesh).gain(reading.luma, reading.trust).values


def test_the_reference_itself_changes_nothing(registration, portrait, face, source) -> None:
    assert np.abs(gain_of(portrait.pixels, registration, face, source)).max() < 0.02


def test_a_fold_on_the_driver_darkens_the_source_there(
    registration, portrait, face, source
) -> None:
    folded = portrait.pixels.copy()
    start, end = (tuple(map(int, face.landmarks[i, :2])) for i in (50, 205))
    cv2.line(folded, start, end, (60, 40, 30), 5, cv2.LINE_AA)
    gain = gain_of(folded, registration, face, source)
    x, y = ((face.landmarks[50, :2] + face.landmarks[205, :2]) / 2 - source.crop.box[:2]) / 4
    assert gain[int(y) - 2 : int(y) + 3, int(x) - 2 : int(x) + 3].min() < -0.05
    other_x, other_y = (face.landmarks[280, :2] - source.crop.box[:2]) / 4
    assert abs(gain[int(other_y), int(other_x)]) < 0.05


def test_light_that_changes_everywhere_is_not_carried_over(
    registration, portrait, face, source
) -> None:
    brighter = np.clip(portrait.pixels.astype(int) + 25, 0, 255).astype(np.uint8)
    assert np.abs(gain_of(brighter, registration, face, source)).mean() < 0.02
