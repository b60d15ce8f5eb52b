from __future__ import annotations

import numpy as np
import pytest

from mien.pipeline.measuring.material import sample_frames, sample_portrait, tracked_motion

pytestmark = pytest.mark.unit


def test_the_film_begins_with_the_portrait_and_moves_on() -> None:
    first, *_, last = sample_frames(8, 192)
    assert np.abs(first.astype(int) - sample_portrait(192).pixels).mean() < 1
    assert np.abs(last.astype(int) - first).max() > 20


def test_a_short_film_goes_back_and_forth_for_as_long_as_wanted() -> None:
    pictures = sample_frames(3, 192)
    motion = tracked_motion(pictures, 7)
    seen = [frame.pixels.image for frame in motion.frames if frame.pixels is not None]
    shown = [0, 1, 2, 1, 0, 1, 2]
    assert all(frame is pictures[number] for frame, number in zip(seen, shown, strict=True))
    assert motion.num_frames == 7


def test_one_picture_is_a_motion_too() -> None:
    motion = tracked_motion(sample_frames(1, 192), 3)
    assert [frame.pts for frame in motion.frames] == [0, 1, 2]
    assert motion.reference.landmarks is not None
