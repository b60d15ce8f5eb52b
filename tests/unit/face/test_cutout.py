from __future__ import annotations

import numpy as np
import pytest

from mien.face.cutout import cut_out, cut_out_alpha
from mien.types import Image

pytestmark = pytest.mark.unit


def gradient(height: int = 90, width: int = 120) -> Image:
    y, x = np.mgrid[:height, :width]
    return np.dstack([x * 2, y * 2, 0 * x + 60]).astype(np.uint8)


def shift(x: float, y: float, zoom: float = 1.0) -> np.ndarray:
    """Such that the pixels' edges at (x, y) of the picture are the cutout's corner."""
    return np.array([[zoom, 0, (0.5 - x) * zoom - 0.5], [0, zoom, (0.5 - y) * zoom - 0.5]])


def test_whole_pixels_are_copied() -> None:
    picture = np.random.default_rng(0).integers(0, 256, (90, 120, 3)).astype(np.uint8)
    assert np.array_equal(cut_out(picture, shift(20, 10), 60), picture[10:70, 20:80])


def test_a_smaller_cutout_averages() -> None:
    stripes = np.zeros((128, 128, 3), np.uint8)
    stripes[:, ::2] = 255
    small = cut_out(stripes, shift(0, 0, 0.25), 32)
    assert np.abs(small.astype(int) - 127).max() <= 2


def test_a_larger_cutout_stays_in_place() -> None:
    large = cut_out(gradient(), shift(20, 10, 4), 200)
    assert np.abs(large[2:-2, 2:-2, 0].mean() - gradient()[10:60, 20:70, 0].mean()) < 0.5


def test_beyond_the_edge_the_border_goes_on_and_loses_its_detail() -> None:
    picture = gradient()
    picture[0, ::2] = 255
    cutout = cut_out(picture, shift(0, -60), 100)
    assert np.array_equal(cutout[60:, :], picture[:40, :100])
    assert cutout[40:60].astype(int).std(axis=1).mean() > 2
    near, far = (np.abs(np.diff(cutout[row, :, 2].astype(int))).mean() for row in (58, 5))
    assert far < 0.3 * near


def test_transparency_ends_with_the_picture() -> None:
    alpha = np.full((90, 120), 200, np.uint8)
    cutout = cut_out_alpha(alpha, shift(-30, -30), 100)
    assert not cutout[:29].any()
    assert not cutout[:, :29].any()
    assert (cutout[34:, 34:] == 200).all()
