from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from mien.drivers import drive_idle
from mien.errors import OptionError
from mien.types import MotionFrame

pytestmark = pytest.mark.unit


def everything(frame: MotionFrame) -> np.ndarray:
    return np.concatenate(
        [frame.rotation.ravel(), frame.translation, [frame.scale], frame.blendshapes]
    )


@pytest.mark.parametrize(("name", "seconds"), [("blink", 3), ("nod", 5), ("natural", 10)])
def test_one_loop_is_the_default(name: str, seconds: int) -> None:
    motion = drive_idle(name)
    frames = list(motion.frames)
    assert len(frames) == motion.num_frames == 30 * seconds
    assert [f.pts for f in frames] == list(range(len(frames)))
    assert all(f.own_expression == 1 and f.landmarks is None for f in frames)


@pytest.mark.parametrize("fps", [Fraction(25), Fraction(30000, 1001), Fraction(60)])
@pytest.mark.parametrize("duration_s", [3.3, 10.01, 20.0])
def test_the_last_frame_leads_to_the_first_like_any_frame_to_the_next(
    fps: Fraction, duration_s: float
) -> None:
    motion = drive_idle("natural", seed=9, fps=fps, duration_s=duration_s)
    frames = np.array([everything(f) for f in motion.frames])
    assert len(frames) == round(duration_s * fps)
    steps = np.abs(np.diff(np.concatenate([frames, frames[:1]]), axis=0)).max(axis=1)
    assert steps[-1] <= np.percentile(steps[:-1], 90)


def test_fewer_frames_are_the_beginning_of_the_same() -> None:
    whole = list(drive_idle("natural", duration_s=4.0).frames)
    part = list(drive_idle("natural", duration_s=4.0, max_frames=7).frames)
    assert len(part) == 7
    for one, other in zip(part, whole, strict=False):
        np.testing.assert_array_equal(everything(one), everything(other))


def test_a_very_short_one_has_a_frame() -> None:
    assert len(list(drive_idle("natural", duration_s=0.001).frames)) == 1


def test_an_unknown_name_is_refused_at_once() -> None:
    with pytest.raises(OptionError, match="idle:wave is none of"):
        drive_idle("wave")
