from __future__ import annotations

import cv2
import numpy as np
import pytest

from fakes.lip_painter import mean_face
from mien.retouch.musetalk.boxes import FaceBox, face_edges, settle
from mien.retouch.musetalk.masks import (
    MaskMode,
    ellipse_mask,
    outline_mask,
    parsed_mask,
    parsed_region,
)
from mien.types import Floats, Mask

pytestmark = pytest.mark.unit

SIZE = 400, 400
FACE = mean_face(200, 200, 160).landmarks
BOX = settle(face_edges(FACE, margin_px=10, shift_px=0), SIZE)


def level(mask: Mask, point: Floats) -> int:
    return int(mask[round(float(point[1])) - BOX.top, round(float(point[0])) - BOX.left])


def parsed_face() -> Mask:
    """A face of ellipses in the square around the box: skin, nose, mouth, lips and neck."""
    classes = np.zeros((512, 512), np.uint8)
    cv2.rectangle(classes, (180, 300), (330, 511), (14,), -1)
    cv2.ellipse(classes, (256, 260), (140, 180), 0, 0, 360, (1,), -1)
    cv2.ellipse(classes, (256, 270), (25, 50), 0, 0, 360, (10,), -1)
    cv2.ellipse(classes, (256, 355), (45, 25), 0, 0, 360, (12,), -1)
    cv2.ellipse(classes, (256, 360), (40, 18), 0, 0, 360, (11,), -1)
    return classes


@pytest.mark.parametrize("make", [outline_mask, ellipse_mask])
def test_a_mask_holds_mouth_and_chin_and_neither_nose_nor_eyes(make: object) -> None:
    mask = make(BOX, FACE, SIZE)  # type: ignore[operator]
    assert mask.shape == (BOX.height, BOX.width)
    assert level(mask, FACE[13]) == level(mask, FACE[17]) == 255
    assert level(mask, FACE[4]) == level(mask, FACE[33]) == level(mask, FACE[263]) == 0


@pytest.mark.parametrize("mode", ["outline", "ellipse", "jaw", "raw", "neck"])
def test_a_mask_ends_softly_inside_its_box(mode: MaskMode) -> None:
    if mode == "outline":
        mask = outline_mask(BOX, FACE, SIZE)
    elif mode == "ellipse":
        mask = ellipse_mask(BOX, FACE, SIZE)
    else:
        mask = parsed_mask(BOX, parsed_face(), mode, SIZE)
    assert mask.max() == 255
    assert not mask[0].any()
    assert mask[-1].max() <= 2
    assert mask[:, 0].max() <= 2
    assert mask[:, -1].max() <= 2
    assert not mask[: BOX.middle - BOX.height // 8].any()
    steps = np.abs(np.diff(mask.astype(int), axis=0)).max(), np.abs(np.diff(mask.astype(int))).max()
    assert max(steps) < 90


def test_a_mask_goes_on_to_where_the_picture_ends() -> None:
    height = round(float(FACE[17, 1]) + 12)  # through the chin
    box = settle(face_edges(FACE, margin_px=10, shift_px=0), (400, height))
    mask = outline_mask(box, FACE, (400, height))
    assert box.bottom == height
    assert mask[-1].max() == 255
    assert not outline_mask(box, FACE, (400, 401))[-1].max() > 2


def test_the_smallest_faces_have_masks_too() -> None:
    small = mean_face(30, 30, 14).landmarks
    box = settle(face_edges(small, margin_px=10, shift_px=0), (60, 60))
    for mask in (
        outline_mask(box, small, (60, 60)),
        parsed_mask(box, parsed_face(), "jaw", (60, 60)),
    ):
        assert mask.shape == (box.height, box.width)


def test_raw_is_skin_and_lips_and_neck_adds_the_neck() -> None:
    classes = parsed_face()
    raw, neck = parsed_region(classes, "raw"), parsed_region(classes, "neck")
    np.testing.assert_array_equal(raw > 0, np.isin(classes, (1, 11, 12, 13)))
    np.testing.assert_array_equal(neck > 0, np.isin(classes, (1, 11, 12, 13, 14)))


def test_jaw_grows_skin_up_by_16_and_down_by_6_without_the_nose() -> None:
    classes = np.zeros((512, 512), np.uint8)
    classes[200:300, 256 - 40 : 256 + 40] = 1
    classes[230:250, 250:262] = 10
    classes[260:270, 240:272] = 12
    region = parsed_region(classes, "jaw")
    rows = np.flatnonzero(region[:, 256])
    assert (rows[0], rows[-1]) == (200 - 16, 299 + 6)
    assert not region[230:250, 250:262].any()
    assert region[260:270, 240:272].all()


def test_jaw_leaves_cheeks_thinner_than_the_middle() -> None:
    classes = np.zeros((512, 512), np.uint8)
    classes[200:300, 60:452] = 1
    region = parsed_region(classes, "jaw")
    middle = np.flatnonzero(region[250])
    assert region[250, 256] == 255
    assert middle[0] > 60 - 10  # grown by 10 and eroded by 17, twice
    assert middle[0] == 60 - 10 + 34


def test_what_is_parsed_comes_to_its_place() -> None:
    classes = np.zeros((512, 512), np.uint8)
    x0, y0, x1, _ = BOX.around
    scale = 512 / (x1 - x0)
    mouth = (FACE[13, :2] - (x0, y0)) * scale
    cv2.circle(classes, [round(float(v)) for v in mouth], 30, (12,), -1)
    mask = parsed_mask(BOX, classes, "raw", SIZE)
    assert level(mask, FACE[13]) == 255
    rows, columns = np.nonzero(mask > 128)
    assert (columns.mean(), rows.mean()) == pytest.approx(FACE[13, :2] - (BOX.left, BOX.top), abs=2)


def test_a_square_that_leaves_the_picture_is_no_matter() -> None:
    box = FaceBox(0, 0, 100, 120)
    mask = parsed_mask(box, parsed_face(), "raw", SIZE)
    assert mask.shape == (120, 100)
    assert mask.any()
