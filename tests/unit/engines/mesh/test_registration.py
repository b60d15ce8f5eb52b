from __future__ import annotations

import cv2
import numpy as np
import pytest

from mien.engines.mesh.registration import Registration
from mien.types import DriverPixels, Face, Portrait

pytestmark = pytest.mark.unit


@pytest.fixture(scope="module")
def registration(portrait: Portrait, face: Face) -> Registration:
    return Registration(DriverPixels(portrait.pixels, face.landmarks))


def test_the_reference_reads_as_itself(registration, portrait, face) -> None:
    reading = registration.read(DriverPixels(portrait.pixels, face.landmarks))
    np.testing.assert_allclose(reading.landmarks[:, :2], face.landmarks[:, :2], atol=0.15)
    assert reading.trust.mean() > 0.99


def test_wandering_landmarks_are_brought_back_to_the_skin(registration, portrait, face) -> None:
    turn = cv2.getRotationMatrix2D((222, 120), 4, 1.03)
    turn[:, 2] += (6, 4)
    picture = cv2.warpAffine(portrait.pixels, turn, (512, 512), borderMode=cv2.BORDER_REPLICATE)
    truth = face.landmarks.astype(np.float64)
    truth[:, :2] = truth[:, :2] @ turn[:, :2].T + turn[:, 2]
    noise = np.random.default_rng(1).normal(0, 1.2, (478, 3))
    read = registration.read(DriverPixels(picture, truth + noise)).landmarks
    cheeks = [50, 280, 205, 425, 9, 151, 195, 117, 346]
    before = np.linalg.norm(noise[cheeks, :2], axis=1).mean()
    after = np.linalg.norm((read - truth)[cheeks, :2], axis=1).mean()
    assert after < 0.5 * before


def test_a_picture_of_something_else_is_not_trusted(registration, face) -> None:
    noise = np.random.default_rng(2).integers(0, 255, (512, 512, 3)).astype(np.uint8)
    reading = registration.read(DriverPixels(noise, face.landmarks))
    assert np.isfinite(reading.landmarks).all()
    skin = [50, 280, 9, 151]
    wander = np.linalg.norm((reading.landmarks - face.landmarks)[skin, :2], axis=1)
    assert wander.max() < 10


def test_brightness_alone_moves_nothing(registration, portrait, face) -> None:
    darker = (portrait.pixels * 0.75).astype(np.uint8)
    reading = registration.read(DriverPixels(darker, face.landmarks))
    moved = np.linalg.norm((reading.landmarks - face.landmarks)[:468, :2], axis=1)
    assert moved.mean() < 0.5
