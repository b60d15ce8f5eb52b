from __future__ import annotations

import cv2
import numpy as np
import pytest

from mien.engines.mesh.eyes.frame import EYE_POINTS, EyeFrame, look_up
from mien.engines.mesh.eyes.layers import take_apart
from mien.engines.mesh.eyes.opening import snap_openings
from mien.engines.mesh.eyes.painter import EyePainter
from mien.engines.mesh.eyes.shadow import lower_margin
from mien.landmarks import (
    LEFT_EYE,
    LEFT_IRIS,
    LEFT_LID_PAIRS,
    RIGHT_EYE,
    RIGHT_IRIS,
    RIGHT_LID_PAIRS,
)
from mien.types import Face, Floats, Image, Portrait

pytestmark = pytest.mark.unit

SKIN, WHITE, IRIS = (200, 160, 140), (235, 232, 230), (70, 50, 40)
OPEN = (1.0, 1.0)


@pytest.fixture
def landmarks(face: Face) -> Floats:
    return face.landmarks.astype(np.float64)


def ellipse(points: Floats, eye: tuple[int, ...], height: float) -> None:
    """Shape an eye's lids to an ellipse half as high as ``height`` eye widths."""
    right, left = points[eye[8], :2].copy(), points[eye[0], :2].copy()
    centre, width = (left + right) / 2, np.linalg.norm(right - left)
    for number, index in enumerate(eye):
        angle = np.pi * number / 8
        across = (left - centre) * np.cos(angle)
        points[index, :2] = centre + across + [0, -np.sin(angle) * height * width / 2]


@pytest.fixture
def drawn(landmarks: Floats) -> tuple[Image, Floats]:
    """A face with two round irises on white, three times as large as the astronaut's."""
    points = landmarks * 3
    image = np.full((1536, 1536, 3), SKIN, np.uint8)
    for eye, iris in ((RIGHT_EYE, RIGHT_IRIS), (LEFT_EYE, LEFT_IRIS)):
        ellipse(points, eye, 0.5)
        opening = np.rint(points[list(eye), :2]).astype(np.int32)
        middle = points[list(eye), :2].mean(axis=0)
        width = float(np.linalg.norm(points[eye[8], :2] - points[eye[0], :2]))
        points[list(iris), :2] = middle
        for index, (x, y) in zip(iris[1:], ((1, 0), (0, -1), (-1, 0), (0, 1)), strict=True):
            points[index, :2] += [0.2 * width * x, 0.2 * width * y]
        layer = np.full_like(image, WHITE)
        cv2.circle(layer, np.rint(middle).astype(int).tolist(), round(0.2 * width), IRIS, -1)
        mask = np.zeros(image.shape[:2], np.uint8)
        cv2.fillPoly(mask, [opening], 255)
        image[mask > 0] = layer[mask > 0]
    return cv2.GaussianBlur(image, (0, 0), 0.8), points


def looking(points: Floats, across: float, down: float = 0.0) -> Floats:
    """The landmarks with both irises moved, in eye widths."""
    moved = points.copy()
    for eye, iris in ((RIGHT_EYE, RIGHT_IRIS), (LEFT_EYE, LEFT_IRIS)):
        width = np.linalg.norm(points[eye[8], :2] - points[eye[0], :2])
        moved[list(iris), :2] += [across * width, down * width]
    return moved


def darkness_centre(image: Image, points: Floats, eye: tuple[int, ...]) -> float:
    """Where the dark lies across an eye's opening: -.5 left corner, .5 right corner."""
    low = points[list(eye), :2].min(axis=0).astype(int)
    high = points[list(eye), :2].max(axis=0).astype(int)
    grey = image[low[1] : high[1], low[0] : high[0]].mean(axis=2)
    weight = np.maximum(120 - grey, 0).sum(axis=0)
    return float((weight * np.linspace(-0.5, 0.5, len(weight))).sum() / weight.sum())


def test_a_still_portrait_is_left_as_it_is(portrait: Portrait, landmarks: Floats) -> None:
    picture = portrait.pixels.copy()
    EyePainter(portrait.pixels, landmarks).paint(picture, landmarks, OPEN)
    assert np.array_equal(picture, portrait.pixels)


@pytest.mark.parametrize("across", [-0.12, 0.12])
def test_the_iris_goes_where_it_looks(drawn: tuple[Image, Floats], across: float) -> None:
    image, points = drawn
    picture = image.copy()
    EyePainter(image, points).paint(picture, looking(points, across), OPEN)
    for eye in (RIGHT_EYE, LEFT_EYE):
        before, after = (darkness_centre(p, points, eye) for p in (image, picture))
        assert 0.9 * abs(across) < (after - before) * np.sign(across) < 1.5 * abs(across)


def test_where_the_iris_was_there_is_white_and_no_whiter(drawn: tuple[Image, Floats]) -> None:
    image, points = drawn
    picture = image.copy()
    EyePainter(image, points).paint(picture, looking(points, 0.25), OPEN)
    width = np.linalg.norm(points[133, :2] - points[33, :2])
    x, y = np.rint(points[468, :2] - [0.12 * width, 0]).astype(int)
    assert np.abs(picture[y, x].astype(int) - WHITE).max() < 12
    assert picture.max() <= image.max() + 2


def test_a_widened_eye_keeps_a_round_iris(drawn: tuple[Image, Floats]) -> None:
    image, points = drawn
    wide = points.copy()
    for eye in (RIGHT_EYE, LEFT_EYE):
        ellipse(wide, eye, 0.65)
    picture = image.copy()
    EyePainter(image, points).paint(picture, wide, (1.3, 1.3))
    low = np.rint(wide[list(RIGHT_EYE), :2].min(axis=0)).astype(int)
    high = np.rint(wide[list(RIGHT_EYE), :2].max(axis=0)).astype(int)
    dark = picture[low[1] + 2 : high[1] - 2, low[0] : high[0]].mean(axis=2) < 100
    height, width = (np.ptp(np.flatnonzero(dark.any(axis=k))) for k in (1, 0))
    assert abs(height / width - 1) < 0.1


def squinting(points: Floats, share: float) -> Floats:
    """The landmarks with the upper lids lowered to a share of the opening."""
    moved = points.copy()
    for upper, lower in RIGHT_LID_PAIRS + LEFT_LID_PAIRS:
        moved[upper] = points[lower] + (points[upper] - points[lower]) * share
    return moved


def column(image: Image, points: Floats, across: float) -> Floats:
    """Grey levels of the right eye from its upper lid to the lower one, at a share of its width."""
    frame = EyeFrame.of(points, EYE_POINTS[0])
    lids = frame.table(points, EYE_POINTS[0].upper, EYE_POINTS[0].lower)
    upper, lower = look_up(lids, np.full((1, 1), across, np.float32))[0, 0]
    v = np.linspace(upper, lower, 41)[1:-1]
    x, y = np.rint(frame.pixels(np.full_like(v, across), v)).astype(int).T
    return image[y, x].mean(axis=1)


def test_a_lowered_lid_darkens_what_is_under_it(drawn: tuple[Image, Floats]) -> None:
    image, points = drawn
    lowered = squinting(points, 0.5)
    picture = image.copy()
    EyePainter(image, points).paint(picture, lowered, (0.5, 0.5))
    white = column(picture, lowered, 0.75)
    assert white[2] < 0.9 * white[-4]


def test_the_shadow_under_the_lid_comes_down_with_it(drawn: tuple[Image, Floats]) -> None:
    image, points = drawn
    frame = EyeFrame.of(points, EYE_POINTS[0])
    opening = np.rint(points[list(RIGHT_EYE), :2]).astype(np.int32)
    shaded = image.copy()
    cv2.polylines(shaded, [opening[:9]], False, (90, 70, 60), round(0.16 * frame.width))
    shadows = []
    for source in (image, shaded):
        picture = source.copy()
        EyePainter(source, points).paint(picture, squinting(points, 0.8), (0.8, 0.8))
        shadows.append(column(picture, squinting(points, 0.8), 0.75)[:4].mean())
    assert shadows[1] < 0.75 * shadows[0]


def test_the_lower_lid_covers_the_iris_as_in_the_portrait(drawn: tuple[Image, Floats]) -> None:
    image, points = drawn
    low = looking(points, 0.0, 0.1)
    frame = EyeFrame.of(low, EYE_POINTS[0])
    lids = frame.table(low, EYE_POINTS[0].upper, EYE_POINTS[0].lower)
    disc = frame.place(low[468:469])[0], 0.2
    iris = np.dstack([np.full((80, 80, 3), IRIS, np.uint8), np.full((80, 80), 255, np.uint8)])
    covered = image.copy()
    middle = np.rint(low[468, :2]).astype(int)
    cv2.circle(covered, middle.tolist(), round(0.2 * frame.width), IRIS, -1)
    bare = lower_margin(covered, frame, lids, disc, iris)
    opening = np.rint(points[list(RIGHT_EYE), :2]).astype(np.int32)
    lower = opening[[0, *range(15, 7, -1)]]
    cv2.polylines(covered, [lower], False, SKIN, round(0.1 * frame.width))
    assert bare < 0.02
    assert lower_margin(covered, frame, lids, disc, iris) == pytest.approx(0.05, abs=0.02)


def test_the_skin_around_is_not_touched(drawn: tuple[Image, Floats]) -> None:
    image, points = drawn
    picture = image.copy()
    EyePainter(image, points).paint(picture, looking(points, 0.2, 0.1), OPEN)
    changed = np.argwhere((picture != image).any(axis=2))[:, ::-1]
    for point in changed[:: max(len(changed) // 200, 1)].tolist():
        inside = [
            cv2.pointPolygonTest(points[list(eye), :2].astype(np.float32), point, True)
            for eye in (RIGHT_EYE, LEFT_EYE)
        ]
        assert max(inside) > -4


@pytest.mark.parametrize("zoom", [0.06, 0.15, 0.4])
def test_tiny_faces_are_painted_or_left_alone(
    portrait: Portrait, landmarks: Floats, zoom: float
) -> None:
    image = cv2.resize(portrait.pixels, None, fx=zoom, fy=zoom, interpolation=cv2.INTER_AREA)
    points = landmarks * zoom
    EyePainter(image, points).paint(image, looking(points, 0.3), (0.1, 1.3))


@pytest.mark.parametrize("shift", [(-250.0, 0.0), (0.0, -130.0), (400.0, 300.0), (5000.0, -5000.0)])
def test_eyes_beyond_the_border_do_no_harm(
    portrait: Portrait, landmarks: Floats, shift: tuple[float, float]
) -> None:
    picture = portrait.pixels.copy()
    away = looking(landmarks, 0.2)
    away[:, :2] += shift
    EyePainter(portrait.pixels, landmarks).paint(picture, away, OPEN)
    EyePainter(portrait.pixels, away).paint(picture, landmarks, OPEN)


def test_degenerate_shapes_do_no_harm(portrait: Portrait, landmarks: Floats) -> None:
    painter = EyePainter(portrait.pixels, landmarks)
    for flat in (landmarks * [1, 0, 1], landmarks * [0, 1, 1], landmarks * 0, landmarks[:, ::-1]):
        picture = portrait.pixels.copy()
        painter.paint(picture, flat, (0.0, 2.0))
        EyePainter(portrait.pixels, flat).paint(picture, landmarks, OPEN)


def test_shut_eyes_have_no_layers(drawn: tuple[Image, Floats]) -> None:
    image, points = drawn
    for eye in (RIGHT_EYE, LEFT_EYE):
        ellipse(points, eye, 0.04)
    assert [take_apart(image, points, eye) for eye in EYE_POINTS] == [None, None]


def test_the_iris_is_found_beside_its_landmarks(drawn: tuple[Image, Floats]) -> None:
    image, points = drawn
    layers = take_apart(image, looking(points, 0.03), EYE_POINTS[0])
    assert layers is not None
    assert layers.offset[0] == pytest.approx(-0.03, abs=0.012)
    assert layers.radius == pytest.approx(0.2, abs=0.02)


def test_lids_snap_outward_to_the_edge_of_the_white(drawn: tuple[Image, Floats]) -> None:
    image, points = drawn
    image[(image == SKIN).all(axis=2)] = (120, 80, 60)
    inner = points.copy()
    for eye in (RIGHT_EYE, LEFT_EYE):
        ellipse(inner, eye, 0.36)
    snapped = snap_openings(image, inner)
    for eye in (RIGHT_EYE, LEFT_EYE):
        width = np.linalg.norm(points[eye[8], :2] - points[eye[0], :2])
        before, after = (
            np.linalg.norm((p - points)[list(eye), :2], axis=1).mean() / width
            for p in (inner, snapped)
        )
        assert after < 0.4 * before


def test_snapping_keeps_landmarks_where_there_is_no_edge(landmarks: Floats) -> None:
    plain = np.full((512, 512, 3), 128, np.uint8)
    assert np.array_equal(snap_openings(plain, landmarks), landmarks)


def test_eye_coordinates_go_there_and_back(landmarks: Floats) -> None:
    frame = EyeFrame.of(landmarks, EYE_POINTS[1])
    u, v = frame.place(landmarks).T
    assert np.allclose(frame.pixels(u, v), landmarks[:, :2], atol=1e-3)
