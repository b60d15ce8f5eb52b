from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from mien.engines.liveportrait.framing import ratios_of
from mien.motion.face_template import FACE_TEMPLATE
from mien.motion.pose import rotation_from_angles
from mien.pipeline.noted import NotedMotion
from mien.types import DriverPixels, Motion, MotionFrame

pytestmark = pytest.mark.unit

RATE = Fraction(25)
LANDMARKS = (100 * FACE_TEMPLATE.landmarks).astype(np.float32)
SEEN = DriverPixels(np.zeros((4, 4, 3), np.uint8), LANDMARKS)


def moment(pts: int, *, seen: bool = True) -> MotionFrame:
    return MotionFrame(
        pts=pts,
        time_base=1 / RATE,
        rotation=rotation_from_angles(pts, 0, 0).astype(np.float32),
        translation=np.zeros(2, np.float32),
        scale=1.0,
        blendshapes=np.zeros(52, np.float32),
        landmarks=FACE_TEMPLATE.landmarks.astype(np.float32),
        pixels=SEEN if seen else None,
    )


def played(*frames: MotionFrame) -> tuple[NotedMotion, list[MotionFrame]]:
    reference = replace(moment(0), rotation=rotation_from_angles(9, 9, 9))
    noted = NotedMotion(Motion(reference, iter(frames), RATE, len(frames)))
    return noted, list(noted.motion.frames)


def test_a_motion_passes_as_it_is_and_is_written_down() -> None:
    frames = [moment(pts) for pts in range(4)]
    noted, passed = played(*frames)
    assert all(one is other for one, other in zip(frames, passed, strict=True))
    template = noted.template(4)
    assert (template.num_frames, template.rate) == (4, RATE)
    assert template.landmarks is None
    np.testing.assert_allclose(template.rotation[1:], [f.rotation for f in frames])


def test_it_is_measured_against_its_first_frame() -> None:
    noted, _ = played(*(moment(pts) for pts in range(3)))
    template = noted.template(3)
    np.testing.assert_array_equal(template.rotation[0], template.rotation[1])


def test_frames_of_which_nothing_was_made_are_left_out() -> None:
    noted, _ = played(*(moment(pts) for pts in range(9)))
    assert noted.template(5).num_frames == 5


def test_openings_are_as_they_were_seen_and_stay_while_they_are_not() -> None:
    noted, _ = played(moment(0), moment(1, seen=False), moment(2))
    ratios = noted.template(3).ratios
    assert ratios is not None
    np.testing.assert_allclose(ratios, np.tile(ratios_of(LANDMARKS), (4, 1)))
