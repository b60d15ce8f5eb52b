from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from mien.drivers.edits import drive_with_edits
from mien.motion.edits import Edits
from mien.motion.keypoints import keypoints_of_edits

pytestmark = pytest.mark.unit


def test_every_frame_has_the_edits() -> None:
    edits = Edits(smile=0.5, yaw=5, eyes_open=0.2)
    motion = drive_with_edits(edits, fps=Fraction(24), num_frames=3)
    frames = list(motion.frames)
    assert [(frame.pts, frame.time_base) for frame in frames] == [
        (pts, Fraction(1, 24)) for pts in range(3)
    ]
    for frame in frames:
        assert np.array_equal(frame.blendshapes, edits.moment.weights)
        assert frame.own_expression == 1
        assert frame.ratios == pytest.approx((0.2, 0.2, np.nan), nan_ok=True)


def test_the_reference_is_the_neutral_face() -> None:
    motion = drive_with_edits(Edits(smile=1), fps=Fraction(24), num_frames=1)
    assert not motion.reference.blendshapes.any()
    assert motion.reference.landmarks is None


def test_frames_carry_what_liveportraits_editor_makes_of_the_edits() -> None:
    edits = Edits(smile=1, zoom=1.1)
    motion = drive_with_edits(edits, fps=Fraction(24), num_frames=1)
    (frame,) = motion.frames
    assert frame.keypoints is not None
    assert motion.reference.keypoints is not None
    assert np.array_equal(frame.keypoints.expression, keypoints_of_edits(edits).expression)
    assert frame.keypoints.scale / motion.reference.keypoints.scale == 1.1
