from __future__ import annotations

import numpy as np
import pytest

from mien.engines.mesh.change import weight_of_change
from mien.types import Image, Mask

pytestmark = pytest.mark.unit


def crops() -> tuple[Image, Image, Mask]:
    """A picture, the same with a square that changed but for a hole, and a feather."""
    resting = np.random.default_rng(0).integers(0, 200, (300, 400, 3)).astype(np.uint8)
    changed = resting.copy()
    changed[100:200, 150:250] += 20
    changed[140:160, 190:210] = resting[140:160, 190:210]
    return resting, changed, np.full((300, 400), 200, np.uint8)


def test_what_did_not_change_is_not_pasted() -> None:
    resting, changed, feather = crops()
    assert not weight_of_change(resting, resting, feather).any()
    weight = weight_of_change(changed, resting, feather)
    assert not weight[:60].any()
    assert not weight[:, :110].any()


def test_what_changed_is_pasted_whole_with_a_soft_edge() -> None:
    resting, changed, feather = crops()
    weight = weight_of_change(changed, resting, feather)
    assert (weight[100:200, 150:250] == 200).all()
    assert np.abs(np.diff(weight.astype(int), axis=1)).max() < 40
