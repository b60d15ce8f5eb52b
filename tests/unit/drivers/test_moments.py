from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from mien.drivers import canonical_reference, drive_with_moments
from mien.motion.arkit import SHAPE_INDEX, shape_weights
from mien.motion.moment import Moment

pytestmark = pytest.mark.unit


def test_the_canonical_reference_is_neutral_and_has_no_landmarks() -> None:
    reference = canonical_reference()
    assert reference.landmarks is None
    assert reference.scale == 1
    assert not reference.blendshapes.any()
    np.testing.assert_array_equal(reference.rotation, np.eye(3))


def opening(time_s: float) -> Moment:
    return Moment(
        shape_weights({"jawOpen": time_s}), (0.0, 0.0, 90.0), closure=0.5, own_expression=0.25
    )


@pytest.mark.parametrize("fps", [Fraction(25), Fraction(30000, 1001)])
def test_every_frame_is_the_moment_at_its_time(fps: Fraction) -> None:
    motion = drive_with_moments(opening, fps=fps, num_frames=10)
    frames = list(motion.frames)
    assert len(frames) == motion.num_frames == 10
    assert motion.rate == fps
    assert [f.pts for f in frames] == list(range(10))
    assert {f.time_base for f in frames} == {1 / fps}
    assert all(f.landmarks is None and f.pixels is None and f.presence == 1 for f in frames)
    jaws = [f.blendshapes[SHAPE_INDEX["jawOpen"]] for f in frames]
    np.testing.assert_allclose(jaws, np.arange(10) / float(fps), atol=1e-6)


def test_a_frame_says_all_that_the_moment_does() -> None:
    (frame,) = drive_with_moments(opening, fps=Fraction(30), num_frames=1).frames
    assert (frame.closure, frame.own_expression, frame.scale) == (0.5, 0.25, 1)
    np.testing.assert_allclose(frame.rotation, [[0, -1, 0], [1, 0, 0], [0, 0, 1]], atol=1e-6)
    np.testing.assert_allclose(frame.translation, [1.9, 1.9], atol=1e-6)  # turned at the neck
