"""The frame that is a driver's neutral one, in clips that begin in the midst of an expression."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from mien.drivers import drive_with_video
from mien.face import MeshTracker
from mien.motion.blendshapes.neutral import neutralise

pytestmark = pytest.mark.golden

STARTS = [("d0.mp4", 0.96), ("d13.mp4", 0.8), ("d18.mp4", 0.8), ("d19.mp4", 0.4)]
"""Clip and second: a smile, another one, pressed lips, a smirk."""


@pytest.mark.parametrize(("name", "start_s"), STARTS)
def test_an_expression_at_the_beginning_gives_way_to_rest(name: str, start_s: float) -> None:
    shared = os.environ.get("MIEN_SHARED_DIR")
    if shared is None:
        pytest.skip("MIEN_SHARED_DIR is not set: no clips here")
    path = Path(shared) / "media" / "driving" / name
    worn = []
    for choice in ("first", "auto"):
        motion = drive_with_video(path, MeshTracker(), start_s=start_s, reference=choice)  # type: ignore[arg-type]
        assert motion.reference.landmarks is not None
        worn.append(float(np.sum(neutralise(motion.reference.landmarks)[1])))
    assert worn[0] > 2
    assert worn[1] < 0.2
