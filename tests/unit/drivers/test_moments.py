from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from mien.drivers import canonical_reference, perform

pytestmark = pytest.mark.unit


def test_the_canonical_reference_is_neutral_and_has_no_landmarks() -> None:
    reference = canonical_reference()
    assert reference.landmarks is None
    assert reference.scale == 1
    assert not reference.blendshapes.any()
    np.testing.assert_array_equal(reference.rotation, np.eye(3))


@pytest.mark.parametrize("fps", [Fraction(25), Fraction(30000, 1001)])
def test_the_performance_takes_six_seconds_at_any_rate(fps: Fraction) -> None:
    motion = perform(fps)
    frames = list(motion.frames)
    assert len(frames) == motion.num_frames == round(6 * fps)
    assert motion.rate == fps
    assert [f.pts for f in frames] == list(range(len(frames)))
    assert {f.time_base for f in frames} == {1 / fps}
    assert all(f.landmarks is None and f.pixels is None and f.presence == 1 for f in frames)


def test_a_longer_performance_starts_again() -> None:
    frames = list(perform(Fraction(10), duration_s=13.0).frames)
    assert len(frames) == 130
    np.testing.assert_allclose(frames[73].blendshapes, frames[13].blendshapes, atol=1e-6)
