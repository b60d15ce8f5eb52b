"""Single pixels of a picture, as rows of their own."""

import numpy as np
import pytest

from mien.engines.mesh.backdrop.scattered import for_each_channel, put_pixels

pytestmark = pytest.mark.unit


@pytest.mark.parametrize("count", [0, 1, 7])
def test_pixels_are_put_where_they_belong(count: int) -> None:
    rng = np.random.default_rng(count)
    picture = rng.integers(0, 256, (4, 5, 3)).astype(np.uint8)
    pixels = rng.choice(20, count, replace=False)
    colours = rng.integers(0, 256, (count, 3)).astype(np.uint8)
    expected = picture.copy()
    expected.reshape(-1, 3)[pixels] = colours

    put_pixels(picture, pixels, colours)

    np.testing.assert_array_equal(picture, expected)


@pytest.mark.parametrize("kind", [np.uint8, np.float64])
@pytest.mark.parametrize("count", [0, 3])
def test_each_channel_gets_the_same_number(kind: type, count: int) -> None:
    values = np.arange(count).astype(kind)

    tripled = for_each_channel(values)

    assert tripled.shape == (count, 3)
    assert tripled.dtype == kind
    np.testing.assert_array_equal(tripled, values[:, None].repeat(3, axis=1))
