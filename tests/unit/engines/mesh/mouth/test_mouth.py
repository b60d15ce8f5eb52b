from __future__ import annotations

import cv2
import numpy as np
import pytest

from fakes.painted_faces import PaintedFace, painted_face, saturation
from mien.engines.mesh.mouth.painter import MouthPainter
from mien.engines.mesh.source import MeshSource
from mien.landmarks import INNER_LIPS
from mien.motion.pose import Pose
from mien.types import DriverPixels, Image, Mask

pytestmark = pytest.mark.unit

WIDE = {"jawOpen": 0.6}
GREY = (150, 150, 150)


def painter_of(face: PaintedFace) -> MouthPainter:
    return MouthPainter(face.image, face.landmarks, face.head, face.pose)


def painted_onto(
    source: PaintedFace, target: PaintedFace, driver: PaintedFace | None = None
) -> Image:
    """The target's picture (as if the source had been warped to it) with its mouth painted."""
    painter, picture = painter_of(source), target.image.copy()
    if driver is not None:
        painter = painter.following(painted_face().pixels)
    pixels = driver.pixels if driver is not None else None
    painter.paint(picture, target.landmarks, target.head, target.pose, pixels)
    return picture


def opening(face: PaintedFace, margin: int) -> Mask:
    mask = np.zeros(face.image.shape[:2], np.uint8)
    cv2.fillPoly(mask, [np.rint(face.landmarks[list(INNER_LIPS), :2]).astype(np.int32)], 255)
    kernel = np.ones((2 * abs(margin) + 1,) * 2, np.uint8)
    return np.asarray((cv2.dilate if margin > 0 else cv2.erode)(mask, kernel), np.uint8)


def test_a_closed_mouth_is_left_alone() -> None:
    face = painted_face()
    assert np.array_equal(painted_onto(face, face), face.image)


@pytest.mark.parametrize("driver", [None, painted_face(WIDE)], ids=["painted", "borrowed"])
def test_nothing_outside_the_lips_is_touched(driver: PaintedFace | None) -> None:
    target = painted_face(WIDE, inside=(0, 255, 0))
    picture = painted_onto(painted_face(), target, driver)
    outside = opening(target, 4) == 0
    assert np.array_equal(picture[outside], target.image[outside])
    assert not np.array_equal(picture, target.image)


def test_the_same_persons_interior_arrives_unchanged() -> None:
    driver = painted_face(WIDE, inside=(120, 60, 70))
    picture = painted_onto(painted_face(), painted_face(WIDE, inside=(0, 255, 0)), driver)
    inside = picture[opening(driver, -3) > 0]
    assert np.abs(inside.astype(int) - (120, 60, 70)).max() <= 1


def test_it_grows_in_with_the_opening() -> None:
    green, shares = (0, 255, 0), []
    for jaw in (0.03, 0.06, 0.3):
        target = painted_face({"jawOpen": jaw}, inside=green)
        picture = painted_onto(painted_face(), target, painted_face({"jawOpen": jaw}))
        changed = np.abs(picture.astype(int) - target.image).sum(axis=2)
        shares.append(float(changed.max()))
    assert shares == sorted(shares)
    assert shares[0] < shares[-1]


@pytest.mark.parametrize("driver", [None, painted_face(WIDE, inside=(150, 60, 60))])
def test_a_grey_source_gets_a_grey_interior(driver: PaintedFace | None) -> None:
    source = painted_face(skin=GREY, lips=(110, 110, 110))
    target = painted_face(WIDE, skin=GREY, lips=(110, 110, 110))
    picture = painted_onto(source, target, driver)
    assert saturation(picture[opening(target, -4) > 0]) <= 2


def test_blueish_teeth_turn_to_the_light_of_a_warm_painting() -> None:
    source = painted_face(skin=(200, 165, 90), lips=(170, 130, 70))
    target = painted_face(WIDE)
    picture = painted_onto(source, target, painted_face(WIDE, inside=(190, 190, 215)))
    red, _, blue = picture[opening(target, -4) > 0].mean(axis=0)
    assert red > blue + 15


def test_a_source_at_rest_keeps_its_own_teeth(source: MeshSource, crop_pixels: Image) -> None:
    mesh, picture = source.mesh, crop_pixels.copy()
    painter = MouthPainter(crop_pixels, mesh.landmarks, mesh.head, mesh.pose)
    painter.paint(picture, mesh.landmarks, mesh.head, mesh.pose, None)
    assert np.abs(picture.astype(int) - crop_pixels).max() <= 2
    assert np.abs(picture.astype(int) - crop_pixels).mean() < 0.05


def test_an_open_source_gives_way_only_to_a_driver_that_is_wider_open() -> None:
    own, lent = (200, 190, 180), (30, 60, 200)
    source = painted_face({"jawOpen": 0.25}, inside=own)

    def bluest(jaw: float) -> int:
        target = painted_face({"jawOpen": 0.25 + jaw}, inside=own)
        driver = painted_face({"jawOpen": jaw}, inside=lent)
        painted = painted_onto(source, target, driver)[opening(target, -3) > 0].astype(int)
        return int((painted[:, 2] - painted[:, 0]).max())

    assert bluest(0.1) < 20
    assert bluest(0.7) > 60


def test_the_same_person_lends_even_to_an_open_mouth() -> None:
    source = painted_face({"jawOpen": 0.25}, inside=(90, 40, 40))
    target = painted_face({"jawOpen": 0.4}, inside=(0, 255, 0))
    driver = painted_face({"jawOpen": 0.4}, inside=(60, 30, 30))
    inside = painted_onto(source, target, driver)[opening(target, -3) > 0]
    assert np.abs(inside.astype(int) - (60, 30, 30)).max() <= 1


def test_a_driver_whose_mouth_is_out_of_its_picture_is_replaced_by_paint() -> None:
    target = painted_face(WIDE)
    lost = painted_face(WIDE)
    away = DriverPixels(lost.image, lost.landmarks + np.array([5000.0, 0.0, 0.0]))
    picture = target.image.copy()
    painter = painter_of(painted_face()).following(painted_face().pixels)
    painter.paint(picture, target.landmarks, target.head, target.pose, away)
    assert np.array_equal(picture, painted_onto(painted_face(), target))


@pytest.mark.parametrize("yaw", [-30.0, 0.0, 30.0])
@pytest.mark.parametrize("side", [40, 100, 1200])
def test_every_size_and_turn_is_painted(side: int, yaw: float) -> None:
    target = painted_face(WIDE, side=side, yaw=yaw, inside=(0, 255, 0))
    picture = painted_onto(painted_face(side=side), target, painted_face(WIDE))
    assert picture.dtype == np.uint8
    assert not np.array_equal(picture, target.image)


@pytest.mark.parametrize(
    "shift", [(0.0, 0.0), (-160.0, 0.0), (0.0, 160.0), (9999.0, 0.0), (np.nan, 0.0)]
)
def test_a_mouth_partly_or_wholly_outside_the_picture_does_no_harm(
    shift: tuple[float, float],
) -> None:
    target = painted_face(WIDE)
    picture = target.image.copy()
    painter = painter_of(painted_face()).following(painted_face().pixels)
    offset = np.array([*shift, 0.0])
    moved = Pose(target.pose.rotation, target.pose.translation + offset, target.pose.scale)
    for driver in (None, painted_face(WIDE).pixels):
        painter.paint(picture, target.landmarks + offset, target.head, moved, driver)


def test_shapes_that_fold_over_do_no_harm() -> None:
    source, target = painted_face(), painted_face(WIDE)
    for head in (target.head * 0, target.head[::-1].copy(), np.full_like(target.head, np.nan)):
        picture = target.image.copy()
        painter_of(source).paint(picture, target.landmarks, head, target.pose, None)
        painter_of(source).paint(picture, head * 50, target.head, target.pose, None)


def test_following_a_driver_leaves_the_painter_itself_as_it_was() -> None:
    painter, target = painter_of(painted_face()), painted_face(WIDE)
    first, second = target.image.copy(), target.image.copy()
    painter.paint(first, target.landmarks, target.head, target.pose, None)
    painter.following(painted_face(skin=(120, 90, 80)).pixels)
    painter.paint(second, target.landmarks, target.head, target.pose, None)
    assert np.array_equal(first, second)
