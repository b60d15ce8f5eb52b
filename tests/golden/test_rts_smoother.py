"""The smoother against figures that LivePortrait's own code made."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from mien.motion.kalman import smooth_series
from mien.types import Floats

pytestmark = pytest.mark.golden

WHOLE = [1, 2, 6, *range(11, 21)]
"""Keypoints that take the driver's expression along all axes."""


def smoothed(series: Floats, observation: float) -> Floats:
    values = smooth_series(series, observation=observation, lag=len(series))
    return np.array(list(values))


def rotations(keypoints: Floats, turned: Floats) -> Floats:
    """What turns the first into the second, both (n, 21, 3), as row vectors."""
    found = []
    for before, after in zip(keypoints, turned, strict=True):
        u, _, vt = np.linalg.svd(before.T @ after)
        found.append(u @ vt)
    return np.array(found)


def test_a_film_that_follows_a_film_is_smoothed_as_liveportrait_does() -> None:
    """Relative motion, not stitched, observation variance 1e-3: its keypoints are those of the
    smoothed rotation and the smoothed expression."""
    shared = os.environ.get("MIEN_SHARED_DIR")
    if shared is None:
        pytest.skip("MIEN_SHARED_DIR is not set: no golden figures here")
    folder = Path(shared) / "golden" / "liveportrait"
    case = np.load(folder / "motion_30_d8_video_rel_all_nostitch_var1e-3.npz")
    wanted = case["x_d"].astype(np.float64)
    count = len(wanted)
    keypoints, own, scale, rest = (
        case[name][:count].astype(np.float64) for name in ("src_kp", "src_exp", "src_scale", "x_s")
    )
    place = case["src_t"][:count].astype(np.float64) * (1, 1, 0)
    own_turns = rotations(keypoints, (rest - place[:, None]) / scale[:, None] - own)
    driver = case["drv_R"][:count]
    turns = driver @ driver[0].T @ own_turns
    expression = own + case["drv_exp"][:count] - case["drv_exp"][0]
    turns = smoothed(turns.reshape(count, 9), 1e-3).reshape(count, 3, 3)
    expression = smoothed(expression.reshape(count, 63), 1e-3).reshape(count, 21, 3)
    made = scale[:, None] * (keypoints @ turns + expression) + place[:, None]
    np.testing.assert_allclose(made[:, WHOLE], wanted[:, WHOLE], atol=5e-7)
