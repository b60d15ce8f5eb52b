from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.engines.liveportrait.framing import limit_picture, limited_size

pytestmark = pytest.mark.unit

sides = st.integers(1, 5000)


@given(sides, sides, st.integers(0, 2000), st.integers(0, 64))
def test_sizes_keep_to_their_bounds(width, height, max_side, division):
    limited = limited_size((width, height), max_side=max_side, division=division)
    assert min(limited) > 0
    assert max_side == 0 or max(limited) <= max_side
    step = max(division, 1)
    assert min(limited) < step or all(side % step == 0 for side in limited)


@given(st.integers(1, 90), st.integers(1, 90), st.integers(0, 60), st.integers(0, 9))
def test_pictures_come_out_in_the_promised_size(width, height, max_side, division):
    picture = np.zeros((height, width, 3), np.uint8)
    limited = limit_picture(picture, max_side=max_side, division=division)
    wanted = limited_size((width, height), max_side=max_side, division=division)
    assert limited.shape == (*wanted[::-1], 3)


def test_a_small_picture_only_loses_its_last_row_and_column():
    picture = np.random.default_rng(1).integers(0, 256, (33, 21, 3), np.uint8)
    assert np.array_equal(limit_picture(picture), picture[:32, :20])


def test_a_strip_keeps_at_least_one_pixel():
    assert limited_size((5000, 1)) == (1280, 1)
