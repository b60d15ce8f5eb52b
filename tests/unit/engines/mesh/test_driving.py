"""Eyes and lips as far open as the options want them, whatever drives."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from mien.drivers.moments import canonical_reference
from mien.engines.mesh.driving import follow
from mien.engines.mesh.openness import opening_ratios
from mien.engines.mesh.source import MeshSource
from mien.motion.arkit import shape_weights
from mien.motion.blendshapes.posing import pose_face
from mien.motion.face_template import FACE_TEMPLATE
from mien.types import Floats, Motion, MotionFrame, MotionOptions

pytestmark = pytest.mark.unit

BOTH = frozenset({"eyes", "lips"})
WORDS = {"jawOpen": 0.5, "eyeBlinkLeft": 1.0, "browInnerUp": 0.8}


def blendshapes(**weights: float) -> MotionFrame:
    return replace(canonical_reference(), blendshapes=shape_weights(weights))


def landmarks(**weights: float) -> MotionFrame:
    face = pose_face(FACE_TEMPLATE.landmarks, shape_weights(weights))
    return replace(canonical_reference(), landmarks=face)


def ratios(source: MeshSource, frame: MotionFrame, options: MotionOptions) -> Floats:
    return opening_ratios(head(source, frame, options))


def head(source: MeshSource, frame: MotionFrame, options: MotionOptions) -> Floats:
    rest = blendshapes() if frame.landmarks is None else landmarks()
    follower = follow(Motion(rest, iter(()), 25), options, stiff=source.mesh.stiff)
    return follower.follow(frame, source.mesh).target.head


drivers = pytest.mark.parametrize("driver", [blendshapes, landmarks])


@drivers
@pytest.mark.parametrize("relative", [True, False])
def test_numbers_hold_while_the_driver_blinks_and_talks(source, driver, relative) -> None:
    options = MotionOptions(relative=relative, eyes_open=0.2, lips_open=0.05)
    for frame in (driver(), driver(**WORDS)):
        assert ratios(source, frame, options) == pytest.approx((0.2, 0.2, 0.05), abs=4e-3)


@drivers
def test_all_other_motion_stays(source, driver) -> None:
    frame = driver(**WORDS)
    plain, fixed = (
        head(source, frame, options)
        for options in (MotionOptions(), MotionOptions(eyes_open=0.3, lips_open=0))
    )
    brows = [105, 334, 66, 296]
    np.testing.assert_allclose(plain[brows], fixed[brows], atol=1e-4)


@drivers
def test_a_driver_that_is_retargeted_gives_its_own_openings(source, driver) -> None:
    frame = driver(**WORDS)
    wink = ratios(source, frame, MotionOptions(retarget=BOTH))
    wanted = opening_ratios(pose_face(FACE_TEMPLATE.landmarks, shape_weights(WORDS)))
    assert wink == pytest.approx(wanted, abs=0.03)
    assert wink[1] == 0


@drivers
def test_lips_of_a_smiling_portrait_are_closed_before_the_motion_is_added(source, driver) -> None:
    own = opening_ratios(source.mesh.head)[2]
    closed = MotionOptions(normalize_lips=True)
    assert own > 0.1
    assert ratios(source, driver(), closed)[2] == pytest.approx(0, abs=1e-6)
    assert ratios(source, driver(jawOpen=0.2), closed)[2] > 0.03
    assert ratios(source, driver(), MotionOptions())[2] == pytest.approx(own, abs=1e-6)
