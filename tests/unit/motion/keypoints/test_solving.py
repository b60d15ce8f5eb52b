from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.motion.keypoints.solving import amounts_of

pytestmark = pytest.mark.unit


@given(st.integers(0, 2**32 - 1))
def test_amounts_that_were_mixed_are_found_again(seed: int) -> None:
    rng = np.random.default_rng(seed)
    rows = np.eye(4, 9) + rng.uniform(-0.1, 0.1, (4, 9))
    amounts = rng.uniform(0, 1, (2, 3, 4)) * (rng.random((2, 3, 4)) < 0.5)
    assert np.allclose(amounts_of(rows, amounts @ rows), amounts, atol=1e-6)


def test_what_would_need_a_negative_amount_gets_none() -> None:
    rows = np.array([[1.0, 0.0], [0.0, 1.0]])
    assert amounts_of(rows, np.array([-1.0, 2.0])).tolist() == [0.0, 2.0]


def test_a_row_of_nothing_gets_nothing() -> None:
    assert amounts_of(np.array([[0.0, 0.0], [0.0, 2.0]]), np.array([1.0, 1.0])).tolist() == [0, 0.5]
