from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.face import Crop, crop_around, cut, feather, paste
from mien.types import Rendered

pytestmark = pytest.mark.unit

PICTURE = np.random.default_rng(0).integers(0, 256, (90, 120, 3), dtype=np.uint8)


def rendered(pixels, to_picture, alpha=None, coverage=None):
    alpha = np.full(pixels.shape[:2], 255, np.uint8) if alpha is None else alpha
    return Rendered(pixels, alpha, np.array(to_picture, float), 0, Fraction(1, 25), coverage)


def shift(x, y):
    return [[1, 0, x], [0, 1, y]]


def ring(crop, shape):
    """One pixel either side of the crop's edge."""
    x0, y0, x1, y1 = crop.box
    mask = np.zeros(shape[:2], bool)
    mask[max(y0 - 1, 0) : y1 + 1, max(x0 - 1, 0) : x1 + 1] = True
    mask[y0 + 1 : y1 - 1, x0 + 1 : x1 - 1] = False
    return mask


@given(
    st.tuples(st.integers(0, 80), st.integers(0, 50)),
    st.tuples(st.integers(1, 40), st.integers(1, 40)),
    st.integers(0, 2**32 - 1),
)
def test_an_untouched_crop_gives_the_picture_back_bit_for_bit(place, size, seed):
    crop = Crop((*place, place[0] + size[0], place[1] + size[1]), size)
    alpha = np.random.default_rng(seed).integers(0, 256, (size[1], size[0]), dtype=np.uint8)
    before = PICTURE.copy()
    assert np.array_equal(
        paste(PICTURE, rendered(cut(PICTURE, crop), crop.to_picture, alpha)), before
    )
    assert np.array_equal(PICTURE, before)


@given(st.integers(-60, 130), st.integers(-60, 130))
def test_only_the_part_inside_the_picture_is_pasted(x, y):
    result = paste(PICTURE, rendered(np.full((30, 50, 3), 7, np.uint8), shift(x, y)))
    expected = PICTURE.copy()
    expected[max(y, 0) : max(y + 30, 0), max(x, 0) : max(x + 50, 0)] = 7
    assert np.array_equal(result, expected)


def test_alpha_weighs_the_crop_against_the_picture():
    picture = np.full((300, 300, 3), 100, np.uint8)
    alpha = np.tile(np.arange(256, dtype=np.uint8), (200, 1))
    result = paste(picture, rendered(np.full((200, 256, 3), 200, np.uint8), shift(20, 30), alpha))
    expected = 100 + 100 * np.arange(256) / 255
    assert np.abs(result[50, 20:276, 1] - expected).max() <= 0.51
    assert (result[:30] == 100).all()


def test_a_reduced_crop_is_pasted_over_exactly_its_box():
    crop = Crop((10, 20, 70, 80), (30, 30))
    result = paste(PICTURE, rendered(np.full((30, 30, 3), 9, np.uint8), crop.to_picture))
    expected = PICTURE.copy()
    expected[20:80, 10:70] = 9
    assert np.array_equal(result, expected)


@pytest.mark.parametrize("max_side", [2048, 200, 97])
def test_the_pasted_border_is_invisible(astronaut, astronaut_face, max_side):
    crop = crop_around(astronaut_face.landmarks, (512, 512), scale=1.9, max_side=max_side)
    alpha = feather(crop, (512, 512), max(crop.size) // 20)
    untouched = paste(astronaut, rendered(cut(astronaut, crop), crop.to_picture, alpha))
    changed = paste(astronaut, rendered(cut(astronaut, crop) // 2, crop.to_picture, alpha))
    edge = ring(crop, astronaut.shape)
    for result in (untouched, changed):
        difference = np.abs(result.astype(int) - astronaut)
        assert difference[edge].mean() <= 2
        x0, y0, x1, y1 = crop.box
        difference[y0:y1, x0:x1] = 0
        assert difference.max() == 0


def test_a_turned_crop_lands_where_its_transform_says():
    picture = np.zeros((100, 100, 3), np.uint8)
    square = np.full((20, 20, 3), 250, np.uint8)
    result = paste(picture, rendered(square, [[0.8, -0.6, 50], [0.6, 0.8, 30]]))
    middle = np.array([[0.8, -0.6, 50], [0.6, 0.8, 30]]) @ [9.5, 9.5, 1]
    rows, columns = np.nonzero(result[..., 0])
    assert np.allclose([columns.mean(), rows.mean()], middle, atol=0.3)
    assert (result[..., 0] / 250).sum() == pytest.approx(400, rel=0.1)


def test_transparency_changes_only_where_the_crop_brings_its_own():
    picture = np.full((40, 40, 4), 50, np.uint8)
    pixels, cover = np.full((10, 10, 3), 200, np.uint8), np.full((10, 10), 255, np.uint8)
    kept = paste(picture, rendered(pixels, shift(5, 5)))
    brought = paste(picture, rendered(pixels, shift(5, 5), coverage=cover))
    assert (kept[..., 3] == 50).all()
    assert (brought[5:15, 5:15, 3] == 255).all()
    assert (brought[:5, :, 3] == 50).all()
    assert (brought[5:15, 5:15, :3] == 200).all()


@pytest.mark.parametrize("place", [(500, 0), (-500, 0), (0.5, 900.25), (-300.5, -300.5)])
def test_a_crop_outside_the_picture_changes_nothing(place):
    result = paste(PICTURE, rendered(np.zeros((20, 20, 3), np.uint8), shift(*place)))
    assert np.array_equal(result, PICTURE)


def _soft(height, width, edge):
    ramps = [
        np.minimum(1, np.minimum(np.arange(n), np.arange(n)[::-1]) / edge) for n in (height, width)
    ]
    return np.rint(255 * ramps[0][:, None] * ramps[1]).astype(np.uint8)


def _pierced():
    alpha = np.full((40, 50), 255, np.uint8)
    alpha[10, 12] = 100
    return alpha


@pytest.mark.parametrize(
    "alpha",
    [
        _soft(40, 50, 6),
        _soft(1, 50, 6),
        255 - _soft(40, 50, 6),
        np.flipud(_soft(80, 50, 9)[:40]),
        _soft(40, 100, 9)[:, :50],
        _pierced(),
        np.arange(2000, dtype=np.uint8).reshape(40, 50),
    ],
)
def test_every_pixel_is_mixed_by_its_own_alpha(alpha):
    pixels = np.random.default_rng(1).integers(0, 256, (*alpha.shape, 3), dtype=np.uint8)
    result = paste(PICTURE, rendered(pixels, shift(20, 30), alpha))
    place = np.s_[30 : 30 + alpha.shape[0], 20 : 20 + alpha.shape[1]]
    weight = alpha[..., None] / 255
    expected = pixels * weight + PICTURE[place] * (1 - weight)
    assert np.abs(result[place] - expected).max() <= 1
    assert np.array_equal(result[place][alpha == 255], pixels[alpha == 255])
    assert np.array_equal(result[place][alpha == 0], PICTURE[place][alpha == 0])
