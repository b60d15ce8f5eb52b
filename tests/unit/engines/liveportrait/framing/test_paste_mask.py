from __future__ import annotations

import numpy as np
import pytest

from mien.engines.liveportrait.framing import paste_mask

pytestmark = pytest.mark.unit


def test_the_inside_is_opaque_and_the_edges_fade_over_16_pixels():
    mask = paste_mask()
    assert mask.shape == (512, 512)
    assert mask.dtype == np.uint8
    assert (mask[16:497, 16:497] == 255).all()
    assert list(mask[256, :17]) == [255 * i // 16 for i in range(17)]
    assert (mask[0] == 0).all()
    assert (mask[:, 0] == 0).all()


def test_the_last_row_and_column_hold_a_little():
    assert paste_mask()[-1].max() == paste_mask()[:, -1].max() == 15
    assert np.array_equal(paste_mask(), paste_mask().T)


def test_corners_are_round():
    assert paste_mask()[8, 8] == int(255 * (1 - np.hypot(8, 8) / 16))


def test_nobody_can_change_it():
    with pytest.raises(ValueError, match="read-only"):
        paste_mask()[0, 0] = 1
