from __future__ import annotations

import numpy as np
import pytest

from mien.engines.mesh.mouth.blending import fade, light, mix

pytestmark = pytest.mark.unit


def test_mixing_is_exact_at_both_ends() -> None:
    rng = np.random.default_rng(0)
    below, above = rng.integers(0, 256, (2, 20, 30, 3), dtype=np.uint8)
    assert np.array_equal(mix(below, above, np.zeros((20, 30), np.uint8)), below)
    assert np.array_equal(mix(below, above, np.full((20, 30), 255, np.uint8)), above)
    half = mix(below, above, np.full((20, 30), 128, np.uint8)).astype(int)
    assert np.abs(half - (below.astype(int) + above) / 2).max() <= 2


def test_light_and_fade_are_products() -> None:
    picture = np.full((4, 5, 3), 200, np.uint8)
    assert np.abs(light(picture, np.full((4, 5), 0.5, np.float32)).astype(int) - 100).max() <= 1
    tinted = light(picture, np.broadcast_to(np.float32([1.0, 0.5, 0.0]), (4, 5, 3)))
    assert np.abs(tinted[0, 0].astype(int) - (200, 100, 0)).max() <= 1
    assert fade(np.full((2, 2), 200, np.uint8), 0.25).max() == 50
