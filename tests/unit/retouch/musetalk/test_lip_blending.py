from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from fakes.clips import astronaut
from mien.face import find_faces
from mien.retouch.musetalk.blending import (
    MOST_SHIFT,
    cut_face,
    cut_square,
    put_back,
    seam_shift,
)
from mien.retouch.musetalk.boxes import FaceBox, face_edges, settle
from mien.retouch.musetalk.masks import outline_mask
from mien.types import Frame

pytestmark = pytest.mark.unit

PICTURE = astronaut()
FRAME = Frame(PICTURE, 0, Fraction(1, 25))
LANDMARKS = find_faces(PICTURE)[0].landmarks
BOX = settle(face_edges(LANDMARKS, margin_px=10, shift_px=0), (512, 512))
MASK = outline_mask(BOX, LANDMARKS, (512, 512))
NONE = np.zeros(3)


def test_pixels_outside_the_mask_stay_as_they_are_bit_for_bit() -> None:
    green = np.full((256, 256, 3), (0, 255, 0), np.uint8)
    painted = put_back(FRAME, green, BOX, MASK, NONE, 1.0).pixels
    outside = np.ones((512, 512), bool)
    outside[BOX.top : BOX.bottom, BOX.left : BOX.right] = MASK == 0
    np.testing.assert_array_equal(painted[outside], PICTURE[outside])
    inside = painted[BOX.top : BOX.bottom, BOX.left : BOX.right][MASK == 255]
    assert (inside == (0, 255, 0)).all()
    assert FRAME.pixels is PICTURE
    np.testing.assert_array_equal(PICTURE, astronaut())


def test_what_is_painted_as_it_was_leaves_no_seam() -> None:
    crop = cut_face(PICTURE, BOX, 256)
    painted = put_back(FRAME, crop, BOX, MASK, NONE, 1.0).pixels
    assert np.abs(painted.astype(int) - PICTURE).max() <= 2


def test_transparency_stays() -> None:
    alpha = np.random.default_rng(0).integers(0, 256, (512, 512, 1), np.uint8)
    frame = Frame(np.dstack([PICTURE, alpha]), 3, Fraction(1, 25))
    painted = put_back(frame, np.zeros((256, 256, 3), np.uint8), BOX, MASK, NONE, 1.0)
    np.testing.assert_array_equal(painted.pixels[..., 3:], alpha)
    assert painted.pts == 3
    assert (painted.pixels[..., :3] != PICTURE).any()


def test_a_weight_fades_what_is_painted() -> None:
    black = np.zeros((256, 256, 3), np.uint8)
    half, none = (put_back(FRAME, black, BOX, MASK, NONE, weight).pixels for weight in (0.5, 0.0))
    np.testing.assert_array_equal(none, PICTURE)
    inside = np.zeros((512, 512), bool)
    inside[BOX.top : BOX.bottom, BOX.left : BOX.right] = MASK == 255
    np.testing.assert_allclose(half[inside], PICTURE[inside] / 2, atol=2)


def test_a_tint_is_taken_back_along_the_seam() -> None:
    crop = cut_face(PICTURE, BOX, 256).astype(int) + np.array([9, -6, 4])
    tinted = np.clip(crop, 0, 255).astype(np.uint8)
    shift = seam_shift(FRAME, tinted, BOX, MASK)
    np.testing.assert_allclose(shift, (-9, 6, -4), atol=1)
    painted = put_back(FRAME, tinted, BOX, MASK, shift, 1.0).pixels
    there = np.abs(painted.astype(int) - PICTURE)[BOX.top : BOX.bottom, BOX.left : BOX.right]
    assert np.percentile(there, 99) <= 3


def test_no_more_than_a_tint_is_taken_back() -> None:
    black = np.zeros((256, 256, 3), np.uint8)
    np.testing.assert_array_equal(seam_shift(FRAME, black, BOX, MASK), MOST_SHIFT)
    assert not seam_shift(FRAME, black, BOX, np.zeros_like(MASK)).any()


def test_the_square_around_a_face_is_black_beyond_the_picture() -> None:
    box = FaceBox(0, 0, 100, 100)
    square = cut_square(np.full((200, 200, 3), 90, np.uint8), box)
    assert square.shape == (150, 150, 3)
    assert (square[25:, 25:] == 90).all()
    assert not square[:25].any()
    assert not square[:, :25].any()
