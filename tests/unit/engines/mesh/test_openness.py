from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.drivers.moments import canonical_reference
from mien.engines.mesh.openness import (
    bring_to,
    driver_ratios,
    opening_ratios,
    wanted_ratios,
    with_closed_lips,
)
from mien.landmarks import LEFT_LID_PAIRS, LIP_PAIRS, RIGHT_LID_PAIRS
from mien.motion.arkit import shape_weights
from mien.motion.blendshapes.posing import pose_face
from mien.motion.face_template import FACE_TEMPLATE
from mien.types import Floats, MotionOptions

pytestmark = pytest.mark.unit

FACE = FACE_TEMPLATE.landmarks.astype(np.float64)
REST = canonical_reference()
LEFT_ALONE = np.full(3, np.nan)
RIGHT, LEFT, LIPS = range(3)


def posed(**weights: float) -> Floats:
    return pose_face(FACE, shape_weights(weights)).astype(np.float64)


def only(part: int, ratio: float) -> Floats:
    wanted = LEFT_ALONE.copy()
    wanted[part] = ratio
    return wanted


@given(st.floats(0, 0.5), st.floats(0, 0.5), st.floats(0, 0.7))
def test_eyes_and_lips_are_brought_to_their_ratios(right: float, left: float, lips: float) -> None:
    face = bring_to(posed(jawOpen=0.3, eyeBlinkLeft=0.5), FACE, np.array((right, left, lips)))
    np.testing.assert_allclose(opening_ratios(face), (right, left, lips), atol=2e-3)


@pytest.mark.parametrize("pairs", [RIGHT_LID_PAIRS, LEFT_LID_PAIRS, LIP_PAIRS])
def test_nothing_closes_exactly(pairs: tuple[tuple[int, int], ...]) -> None:
    face = bring_to(posed(jawOpen=0.6, mouthSmile=0.8), FACE, np.zeros(3))
    upper, lower = np.array(pairs).T
    np.testing.assert_allclose(face[upper, 1], face[lower, 1], atol=1e-6)


def test_the_upper_lid_does_most_of_the_way() -> None:
    change = bring_to(FACE, FACE, only(RIGHT, 0)) - FACE
    assert change[159, 1] == pytest.approx(-change[145, 1] * 0.85 / 0.15)


def test_what_is_not_asked_for_stays() -> None:
    face = posed(jawOpen=0.4)
    assert bring_to(face, FACE, LEFT_ALONE) is face
    lids = np.array(RIGHT_LID_PAIRS)
    moved = bring_to(face, FACE, only(LIPS, 0.1))
    np.testing.assert_allclose(moved[lids], face[lids], atol=1e-5)
    lips = np.array(LIP_PAIRS)
    assert np.array_equal(bring_to(face, FACE, only(LEFT, 0.1))[lips], face[lips])


def test_an_eye_that_is_shut_in_the_portrait_can_open() -> None:
    shut = posed(eyeBlinkLeft=1.0)
    face = bring_to(shut, shut, only(LEFT, 0.3))
    assert opening_ratios(face)[LEFT] == pytest.approx(0.3, abs=1e-3)


def test_eyes_stop_where_faces_do() -> None:
    face = bring_to(FACE, FACE, np.full(3, 0.8))
    own = opening_ratios(FACE)
    assert (opening_ratios(face)[:2] < 1.75 * own[:2]).all()


def test_a_jaw_stops_where_faces_do_however_wide_the_mouth_is() -> None:
    wide = FACE * (2.0, 1.0, 1.0)
    face = bring_to(wide, wide, only(LIPS, 0.8))
    assert 0.55 < face[14, 1] - face[13, 1] < 0.95


def test_open_lips_are_closed_and_closed_ones_left_alone() -> None:
    assert opening_ratios(with_closed_lips(posed(jawOpen=0.5)))[LIPS] == 0
    closed = bring_to(FACE, FACE, only(LIPS, 0.01))
    assert with_closed_lips(closed) is closed


def test_a_driver_that_knows_its_ratios_is_believed() -> None:
    frame = replace(REST, ratios=np.array((0.1, 0.3, 0.5), np.float32))
    assert driver_ratios(frame) == pytest.approx((0.1, 0.3, 0.5))


def test_a_driver_with_landmarks_is_measured_and_its_shut_eyes_are_shut() -> None:
    face = bring_to(FACE, FACE, np.array((0.03, 0.35, 0.4)))
    assert driver_ratios(replace(REST, landmarks=face)) == pytest.approx((0, 0.35, 0.4), abs=1e-3)


def test_a_driver_of_blendshapes_is_measured_on_the_canonical_face() -> None:
    wink = replace(REST, blendshapes=shape_weights({"eyeBlinkLeft": 1.0}))
    right, left, _ = driver_ratios(wink)
    assert left == pytest.approx(0, abs=1e-4)
    assert right == pytest.approx(opening_ratios(FACE)[RIGHT], abs=1e-4)


def wanted(**options: object) -> Floats:
    frame = replace(REST, ratios=np.array((0.0, 0.3, 0.5), np.float32))
    return wanted_ratios(frame, np.array((0.4, 0.4, 0.1)), MotionOptions(**options))  # type: ignore[arg-type]


def test_numbers_hold_whatever_region_multiplier_and_driver_say() -> None:
    both = frozenset({"eyes", "lips"})
    asked = wanted(eyes_open=0.2, lips_open=0, multiplier=0, region="pose", retarget=both)
    assert asked == pytest.approx((0.2, 0.2, 0))


def test_what_comes_from_the_driver_obeys_multiplier_and_region() -> None:
    both = frozenset({"eyes", "lips"})
    assert wanted(retarget=both) == pytest.approx((0, 0.3, 0.5))
    assert wanted(retarget=both, multiplier=0.5) == pytest.approx((0.2, 0.35, 0.3))
    assert wanted(retarget=both, multiplier=3) == pytest.approx((0, 0.1, 0.8))
    assert np.isnan(wanted(retarget=both, region="lip")).tolist() == [True, True, False]
    assert np.isnan(wanted(retarget=both, region="eyes")).tolist() == [False, False, True]
    assert np.isnan(wanted(retarget=both, region="pose")).all()
