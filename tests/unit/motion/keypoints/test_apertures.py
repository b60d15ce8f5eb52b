from __future__ import annotations

import numpy as np
import pytest

from mien.motion.arkit import SHAPE_INDEX
from mien.motion.keypoints import blendshapes_from_keypoints, person_ratios, template_ratios
from mien.motion.keypoints.apertures import GAUGED_MOVES, GAUGES
from mien.motion.keypoints.openings import lid_closings, lip_opening

pytestmark = pytest.mark.unit

NEUTRAL = np.zeros((21, 3))
REST = np.array([0.36, 0.35, 0.0])
BLINK_RIGHT, BLINK_LEFT, WIDE_LEFT, JAW = (
    SHAPE_INDEX[name] for name in ("eyeBlinkRight", "eyeBlinkLeft", "eyeWideLeft", "jawOpen")
)


def test_the_lists_name_the_eyes_as_they_lie_in_the_picture() -> None:
    ratios = person_ratios(np.array([[0.01, 0.34]]), np.array([[0.2]]))
    assert ratios.tolist() == pytest.approx(np.array([[0.01, 0.34, 0.2]]))
    eyes, lips = template_ratios(ratios)
    assert eyes.shape == (1, 2)
    assert lips.shape == (1, 1)
    weights = blendshapes_from_keypoints(NEUTRAL, NEUTRAL, ratios[0], REST)
    assert weights[BLINK_RIGHT] > 0.95
    assert weights[BLINK_LEFT] == 0.0


def test_measured_openings_are_met_whatever_the_keypoints_say() -> None:
    rng = np.random.default_rng(4)
    moved = rng.normal(0, 0.008, (300, 21, 3))
    ratios = rng.uniform([0.0, 0.0, 0.0], [0.4, 0.4, 0.6], (300, 3))
    weights = blendshapes_from_keypoints(moved, NEUTRAL, ratios, REST).astype(np.float64)
    assert np.allclose(1 - lid_closings(weights), ratios[:, :2] / REST[:2], atol=0.09)
    assert np.allclose(lip_opening(weights), ratios[:, 2], atol=0.02)


def test_shut_is_shut_although_shut_eyes_read_a_little_open() -> None:
    weights = blendshapes_from_keypoints(NEUTRAL, NEUTRAL, REST * 0.03, REST)
    assert weights[BLINK_RIGHT] == weights[BLINK_LEFT] == 1.0


def test_an_eye_wider_than_the_references_is_widened() -> None:
    weights = blendshapes_from_keypoints(NEUTRAL, NEUTRAL, REST * 1.2, REST)
    assert 0.4 < weights[WIDE_LEFT] < 0.8


def test_eyes_shut_in_the_reference_do_not_blow_up() -> None:
    shut = np.array([0.0, 0.0, 0.0])
    weights = blendshapes_from_keypoints(NEUTRAL, NEUTRAL, REST, shut)
    assert np.isfinite(weights).all()
    assert weights[WIDE_LEFT] == 1.0


def test_lips_part_as_far_as_measured() -> None:
    openings = np.linspace(0.0, 0.6, 13)
    ratios = np.tile(REST, (13, 1))
    ratios[:, 2] = openings
    weights = blendshapes_from_keypoints(np.zeros((13, 21, 3)), NEUTRAL, ratios, REST)
    assert (np.diff(weights[:, JAW]) > 0).sum() >= 12
    assert weights[-1, JAW] == pytest.approx(0.59 / 1.08, abs=0.01)


def test_each_gauged_move_changes_its_own_ratio_by_one_and_no_other() -> None:
    assert np.allclose(GAUGED_MOVES @ GAUGES, np.eye(3), atol=1e-9)
