from __future__ import annotations

import numpy as np
import pytest

from mien.media.palette import TRANSPARENT, Palette
from mien.types import Image

pytestmark = pytest.mark.unit


def ramp() -> Image:
    x, y = np.meshgrid(np.linspace(40, 220, 96), np.linspace(60, 200, 96))
    return np.stack([x, y, (x + y) / 2], axis=-1).round().astype(np.uint8)


def test_dithered_pictures_are_right_on_average() -> None:
    palette = Palette([ramp()])
    shown = palette.colours[palette.indices(ramp())].astype(float)
    blocks = (shown - ramp()).reshape(12, 8, 12, 8, 3).mean(axis=(1, 3))
    assert np.abs(blocks).mean() < 2.5


def test_colours_that_come_later_are_shown_roughly() -> None:
    palette = Palette([np.full((16, 16, 3), 128, np.uint8)])
    for colour in [(250, 10, 10), (10, 250, 10), (250, 250, 250), (0, 0, 0)]:
        picture = np.full((16, 16, 3), colour, np.uint8)
        shown = palette.colours[palette.indices(picture)].reshape(-1, 3).mean(axis=0)
        assert np.abs(shown - colour).max() < 20


def test_a_pixel_that_does_not_change_keeps_its_index() -> None:
    palette = Palette([ramp()])
    changed = ramp()
    changed[40:50, 40:50] = 0
    same = palette.indices(ramp()) == palette.indices(changed)
    same[40:50, 40:50] = True
    assert same.all()


def test_transparent_pixels_have_their_own_index() -> None:
    alpha = np.where(np.arange(96) < 48, 0, 255).astype(np.uint8)
    picture = np.dstack([ramp(), np.tile(alpha, (96, 1))])
    assert np.array_equal(Palette([picture]).indices(picture) == TRANSPARENT, picture[..., 3] == 0)
