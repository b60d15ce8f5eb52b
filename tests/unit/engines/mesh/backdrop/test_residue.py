from __future__ import annotations

import numpy as np
import pytest

from mien.engines.mesh.backdrop.residue import Residue, find_residue
from mien.types import Floats, Image

pytestmark = pytest.mark.unit

SIDE, FACE = 80, 60.0


def pictures() -> tuple[Image, Image]:
    """A picture, and what is left of it put together again: a column is missing."""
    image = np.random.default_rng(0).integers(0, 256, (SIDE, SIDE, 3)).astype(np.uint8)
    together = image.copy()
    together[:, 40:44] = 128
    return image, together


def place(shift: float) -> Floats:
    y, x = np.indices((SIDE, SIDE), np.float32)
    return np.stack([x - shift, y])


def shown(shift: float) -> tuple[Image, Image, Residue]:
    image, together = pictures()
    residue, picture = find_residue(image, together, FACE), together.copy()
    residue.give_back(picture, place(shift))
    return picture, together, residue


def test_at_rest_everything_is_given_back() -> None:
    assert np.array_equal(shown(0)[0], pictures()[0])


def test_far_from_rest_nothing_is() -> None:
    picture, together, residue = shown(10)
    assert residue.reach_px < 10
    assert np.array_equal(picture, together)


def test_in_between_it_moves_along_and_fades() -> None:
    picture, together, residue = shown(1)
    assert np.array_equal(picture[:, :41], together[:, :41])
    lost = residue.difference[:, 43] * (1 - 1 / residue.reach_px)
    expected = np.clip(together[:, 44] + lost, 0, 255)
    assert np.abs(picture[:, 44] - expected).max() <= 0.5


def test_where_nothing_was_lost_nothing_is_done() -> None:
    image, _ = pictures()
    residue, picture = find_residue(image, image, FACE), image.copy()
    residue.give_back(picture, place(0))
    assert np.array_equal(picture, image)
