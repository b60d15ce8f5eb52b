import numpy as np
import pytest

from mien.engines.mesh.backdrop.inpaint import fill

pytestmark = pytest.mark.unit


def disc(height, width, radius):
    y, x = np.mgrid[:height, :width]
    far = np.hypot(y - height / 2, x - width / 2)
    return (far < radius).astype(np.uint8), far


def stripes(height, width, period, slope=0.0):
    y, x = np.mgrid[:height, :width]
    light = (((y + slope * x) / period) % 1 < 0.5) * 140 + 50
    return np.dstack([light, light, 255 - light]).astype(np.uint8)


@pytest.mark.parametrize("size", [(200, 200), (90, 150), (700, 520)])
def test_stripes_run_on_through_the_hole(size):
    picture = stripes(*size, period=size[0] / 9)
    hole, far = disc(*size, min(size) / 5)
    rim = (hole > 0) & (far > min(size) / 5 * 0.6)
    masked = picture.copy()
    masked[hole > 0] = (255, 0, 0)
    filled = fill(masked, hole, min(size) / 10)
    error = np.abs(filled.astype(int) - picture)[rim].mean()
    assert error < 15, error
    away = np.abs(masked.astype(int) - picture)[rim].mean()
    assert error < away / 5


def test_known_pixels_stay_as_they_are():
    picture = np.random.default_rng(1).integers(0, 256, (120, 160, 3)).astype(np.uint8)
    hole, _ = disc(120, 160, 25)
    filled = fill(picture, hole, 10)
    assert np.array_equal(filled[hole == 0], picture[hole == 0])
    assert filled.dtype == np.uint8


def test_nothing_of_what_was_in_the_hole_is_used():
    hole, _ = disc(150, 150, 30)
    picture = stripes(150, 150, 12, slope=0.4)
    other = picture.copy()
    other[hole > 0] = (255, 0, 255)
    assert np.array_equal(fill(picture, hole, 12), fill(other, hole, 12))


def test_grain_is_continued_not_smoothed():
    grain = np.random.default_rng(3).normal(120, 25, (200, 200, 1)).repeat(3, axis=2)
    picture = np.clip(grain, 0, 255).astype(np.uint8)
    hole, far = disc(200, 200, 40)
    filled = fill(picture, hole, 30)
    rim = (hole > 0) & (far > 15)
    assert filled[rim].std() > 0.6 * picture[hole == 0].std()


def test_without_a_hole_the_picture_is_returned_as_a_copy():
    picture = stripes(40, 40, 8)
    filled = fill(picture, np.zeros((40, 40), np.uint8), 5)
    assert np.array_equal(filled, picture)
    assert filled is not picture


@pytest.mark.parametrize("size", [(1, 1), (2, 7), (13, 9), (60, 31)])
def test_tiny_pictures_are_filled_smoothly(size):
    picture = np.full((*size, 3), 90, np.uint8)
    hole = np.zeros(size, np.uint8)
    hole[size[0] // 2 :] = 255
    if size[0] > 1:
        assert np.abs(fill(picture, hole, 3).astype(int) - 90).max() <= 1
    assert fill(picture, np.ones(size, np.uint8), 3).shape == picture.shape


def test_a_hole_at_the_border_is_filled_to_the_border():
    picture = stripes(160, 200, 20)
    hole = np.zeros((160, 200), np.uint8)
    hole[60:, 70:130] = 1
    masked = picture.copy()
    masked[hole > 0] = (0, 255, 0)
    filled = fill(masked, hole, 30)
    assert np.abs(filled.astype(int) - picture)[hole > 0].mean() < 20
