from __future__ import annotations

import cv2
import numpy as np
import pytest

from mien.engines.mesh.eyes.lids import LidPainter
from mien.landmarks import LEFT_EYE, LEFT_LID_PAIRS, RIGHT_EYE, RIGHT_LID_PAIRS
from mien.types import Face, Floats, Image, Portrait

pytestmark = pytest.mark.unit

PAIRS = RIGHT_LID_PAIRS + LEFT_LID_PAIRS
ENLARGED = 4


@pytest.fixture
def landmarks(face: Face) -> Floats:
    return face.landmarks.astype(np.float64) * ENLARGED


@pytest.fixture
def image(portrait: Portrait) -> Image:
    return cv2.resize(portrait.pixels, None, fx=ENLARGED, fy=ENLARGED)


def closing(points: Floats, aperture: float) -> Floats:
    moved = points.copy()
    for upper, lower in PAIRS:
        moved[upper] = points[lower] + (points[upper] - points[lower]) * aperture
    return moved


def within(eye: tuple[int, ...], points: Floats, shape: tuple[int, ...]) -> np.ndarray:
    mask = np.zeros(shape[:2], np.uint8)
    cv2.fillPoly(mask, [np.rint(points[list(eye), :2]).astype(np.int32)], 1)
    return mask > 0


@pytest.mark.parametrize("aperture", [0.95, 1.0, 1.3])
def test_open_eyes_are_left_as_they_are(image: Image, landmarks: Floats, aperture: float) -> None:
    picture = image.copy()
    LidPainter(image, landmarks).paint(picture, closing(landmarks, aperture), (aperture,) * 2)
    assert np.array_equal(picture, image)


def test_a_shut_eye_is_covered_with_skin(image: Image, landmarks: Floats) -> None:
    picture = image.copy()
    LidPainter(image, landmarks).paint(picture, closing(landmarks, 0.0), (0.0, 0.0))
    for eye in (RIGHT_EYE, LEFT_EYE):
        opening = within(eye, landmarks, image.shape)
        inside = cv2.erode(opening.astype(np.uint8), np.ones((15, 15), np.uint8)) > 0
        cheek = np.roll(inside, round(0.35 * np.ptp(landmarks[list(eye), 0])), axis=0)
        lid, skin = (np.median(p[m], axis=0) for p, m in ((picture, inside), (image, cheek)))
        assert np.abs(lid - skin).max() < 40
        dark = (picture[inside].mean(axis=1) < 80).mean()
        assert dark < 0.1 < (image[inside].mean(axis=1) < 80).mean()


def test_one_eye_winks_alone(image: Image, landmarks: Floats) -> None:
    picture = image.copy()
    LidPainter(image, landmarks).paint(picture, closing(landmarks, 0.0), (0.0, 1.0))
    changed = (picture != image).any(axis=2)
    assert changed[within(RIGHT_EYE, landmarks, image.shape)].mean() > 0.9
    assert not changed[within(LEFT_EYE, landmarks, image.shape)].any()


def test_nothing_is_painted_far_from_the_eyes(image: Image, landmarks: Floats) -> None:
    picture = image.copy()
    LidPainter(image, landmarks).paint(picture, closing(landmarks, 0.1), (0.1, 0.1))
    changed = np.argwhere((picture != image).any(axis=2))[:, ::-1]
    width = np.ptp(landmarks[list(RIGHT_EYE), 0])
    for point in changed[:: max(len(changed) // 300, 1)].tolist():
        near = [
            cv2.pointPolygonTest(landmarks[list(eye), :2].astype(np.float32), point, True)
            for eye in (RIGHT_EYE, LEFT_EYE)
        ]
        assert max(near) > -0.4 * width


def test_the_lid_comes_gradually(image: Image, landmarks: Floats) -> None:
    """Along a closing eye no picture differs abruptly from the one before."""
    painter = LidPainter(image, landmarks)
    before, steps = image.astype(int), []
    for aperture in np.linspace(1, 0, 26):
        picture = image.copy()
        painter.paint(picture, closing(landmarks, float(aperture)), (float(aperture),) * 2)
        steps.append(np.abs(picture - before).mean())
        before = picture.astype(int)
    assert max(steps) < 0.25 * sum(steps)


@pytest.mark.parametrize("zoom", [0.01, 0.05, 0.3])
def test_tiny_faces_do_no_harm(image: Image, landmarks: Floats, zoom: float) -> None:
    small = cv2.resize(image, None, fx=zoom, fy=zoom, interpolation=cv2.INTER_AREA)
    points = landmarks * zoom
    LidPainter(small, points).paint(small, closing(points, 0.0), (0.0, 0.3))


@pytest.mark.parametrize("shift", [(-900.0, 0.0), (0.0, -450.0), (9000.0, 9000.0)])
def test_eyes_beyond_the_border_do_no_harm(
    image: Image, landmarks: Floats, shift: tuple[float, float]
) -> None:
    picture = image.copy()
    away = landmarks + np.array([*shift, 0.0])
    LidPainter(image, landmarks).paint(picture, closing(away, 0.0), (0.0, 0.2))
    LidPainter(image, away).paint(picture, closing(landmarks, 0.0), (0.0, 0.2))


def test_degenerate_shapes_do_no_harm(image: Image, landmarks: Floats) -> None:
    painter = LidPainter(image, landmarks)
    for flat in (landmarks * [1, 0, 1], landmarks * [0, 1, 1], landmarks * 0):
        picture = image.copy()
        painter.paint(picture, flat, (0.0, 0.1))
        LidPainter(image, flat).paint(picture, closing(landmarks, 0.2), (0.2, 0.2))
