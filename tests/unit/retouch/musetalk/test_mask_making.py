from __future__ import annotations

import numpy as np
import pytest

from fakes.lip_painter import FakePainter, mean_face
from mien.errors import OptionError
from mien.retouch.musetalk.boxes import face_edges, settle
from mien.retouch.musetalk.masking import MaskMaker
from mien.retouch.musetalk.masks import MaskMode, ellipse_mask, outline_mask, parsed_mask
from mien.types import Image, Mask

pytestmark = pytest.mark.unit

PICTURE = np.zeros((400, 400, 3), np.uint8)
FACE = mean_face(200, 200, 160).landmarks
BOX = settle(face_edges(FACE, margin_px=10, shift_px=0), (400, 400))
SKIN = np.ones((512, 512), np.uint8)


def make(mode: MaskMode, classes: Image | None = None) -> Mask:
    return MaskMaker(FakePainter(classes=classes), mode).make(PICTURE, BOX, FACE)


def test_a_parsed_face_says_what_is_painted() -> None:
    np.testing.assert_array_equal(make("auto", SKIN), parsed_mask(BOX, SKIN, "jaw", (400, 400)))
    for mode in ("jaw", "raw", "neck"):
        expected = parsed_mask(BOX, SKIN, mode, (400, 400))  # type: ignore[arg-type]
        np.testing.assert_array_equal(make(mode, SKIN), expected)  # type: ignore[arg-type]


def test_without_a_parser_landmarks_do() -> None:
    np.testing.assert_array_equal(make("auto"), outline_mask(BOX, FACE, (400, 400)))


def test_and_so_they_do_where_a_parser_sees_no_face() -> None:
    outline = outline_mask(BOX, FACE, (400, 400))
    np.testing.assert_array_equal(make("auto", np.zeros((512, 512), np.uint8)), outline)
    assert not make("jaw", np.zeros((512, 512), np.uint8)).any()


def test_nobody_is_asked_to_parse_who_need_not() -> None:
    np.testing.assert_array_equal(make("outline", SKIN), outline_mask(BOX, FACE, (400, 400)))
    np.testing.assert_array_equal(make("ellipse", SKIN), ellipse_mask(BOX, FACE, (400, 400)))


@pytest.mark.parametrize("mode", ["jaw", "raw", "neck"])
def test_a_mode_that_needs_a_parser_says_so_without_one(mode: MaskMode) -> None:
    with pytest.raises(OptionError, match=r"--mask: .* needs weights that parse faces"):
        make(mode)
