from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from mien.pipeline.composition import (
    BesideDriver,
    CropAlone,
    PastedBack,
    SideBySide,
    Unchanged,
)
from mien.pipeline.portraits.scene import Shot
from mien.types import DriverPixels, Image, Mask, MotionFrame, Rendered

pytestmark = pytest.mark.unit

GREY = np.full((40, 60, 3), 100, np.uint8)
LANDMARKS = np.zeros((478, 3), np.float32)


def moment(driver: Image | None = None) -> MotionFrame:
    return MotionFrame(
        pts=0,
        time_base=Fraction(1, 25),
        rotation=np.eye(3, dtype=np.float32),
        translation=np.zeros(2, np.float32),
        scale=1.0,
        blendshapes=np.zeros(52, np.float32),
        pixels=None if driver is None else DriverPixels(driver, LANDMARKS),
    )


def shot(*faces: Rendered, picture: Image = GREY, driver: Image | None = None) -> Shot:
    return Shot(moment(driver), picture, faces, face_lost=False)


def patch(level: int, x: int, *, coverage: Mask | None = None) -> Rendered:
    return Rendered(
        pixels=np.full((10, 10, 3), level, np.uint8),
        alpha=np.full((10, 10), 255, np.uint8),
        to_picture=np.array([[1.0, 0.0, x], [0.0, 1.0, 5.0]]),
        pts=0,
        time_base=Fraction(1, 25),
        coverage=coverage,
    )


def test_all_faces_are_pasted_into_one_picture() -> None:
    result = PastedBack()(shot(patch(10, 0), patch(200, 30)))
    assert result.shape == GREY.shape
    assert (result[5:15, :10] == 10).all()
    assert (result[5:15, 30:40] == 200).all()
    assert (GREY == 100).all()


def test_an_unchanged_portrait_shows_no_faces() -> None:
    assert Unchanged()(shot(patch(10, 0))) is GREY


def test_the_driver_stands_on_the_left_as_large_as_the_result() -> None:
    """Its last picture stays while it is out of sight; before it was seen it is dark."""
    beside = BesideDriver(CropAlone((20, 20)), lambda driver: driver.image[:, 5:])
    dark, seen, kept = (
        beside(shot(patch(200, 0), driver=driver))
        for driver in (None, np.full((15, 20, 3), 70, np.uint8), None)
    )
    assert dark.shape == seen.shape == (20, 40, 3)
    assert [int(row[10, 10, 0]) for row in (dark, seen, kept)] == [0, 70, 70]
    assert (seen[:, 20:] == 200).all()


def test_a_transparent_picture_stays_transparent() -> None:
    clear = np.dstack([GREY, np.zeros((40, 60), np.uint8)])
    opaque = np.full((10, 10), 255, np.uint8)
    result = PastedBack()(shot(patch(10, 0, coverage=opaque), picture=clear))
    assert result.shape == (40, 60, 4)
    assert (result[5:15, :10, 3] == 255).all()
    assert (result[:5, :, 3] == 0).all()


def test_a_crop_alone_can_be_given_a_size() -> None:
    assert CropAlone(None)(shot(patch(10, 0))).shape == (10, 10, 3)
    assert CropAlone(20)(shot(patch(10, 0))).shape == (20, 20, 3)


def test_crops_of_a_film_are_all_as_large_as_the_first() -> None:
    alone = CropAlone(None)
    alone(shot(patch(10, 0)))
    grown = replace(
        patch(50, 0), pixels=np.full((14, 14, 3), 50, np.uint8), alpha=np.zeros((14, 14), np.uint8)
    )
    assert alone(shot(grown)).shape == (10, 10, 3)


def test_driver_source_and_result_stand_side_by_side_at_the_height_of_the_result() -> None:
    driver = np.full((80, 80, 3), 50, np.uint8)
    show = SideBySide(PastedBack(), DriverPixels(driver, LANDMARKS))
    row = show(shot(patch(10, 0), driver=driver))
    assert row.shape == (40, 40 + 60 + 60, 3)
    assert (row[:, :40] == 50).all()
    assert (row[5:15, 100:110] == 10).all()


def test_the_drivers_last_picture_stays_while_its_face_is_lost() -> None:
    driver = np.full((40, 40, 3), 50, np.uint8)
    black = DriverPixels(np.zeros_like(driver), LANDMARKS)
    show = SideBySide(PastedBack(), black)
    show(shot(patch(10, 0), driver=driver))
    assert (show(shot(patch(10, 0)))[:, :40] == 50).all()


def test_a_driver_without_pictures_is_left_out() -> None:
    row = SideBySide(CropAlone(None), None)(shot(patch(10, 0)))
    assert row.shape == (10, 15 + 10, 3)
