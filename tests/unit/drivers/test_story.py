from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from mien.drivers import tell_story
from mien.drivers.story import DURATION_S
from mien.motion.arkit import SHAPE_INDEX
from mien.types import Floats

pytestmark = pytest.mark.unit

RATE = Fraction(30)


@pytest.fixture(scope="module")
def weights() -> Floats:
    """(240, 52)."""
    return np.stack([frame.blendshapes for frame in tell_story(RATE).frames])


def between(weights: Floats, name: str, start_s: float, end_s: float) -> Floats:
    return weights[round(start_s * RATE) : round(end_s * RATE), SHAPE_INDEX[name]]


@pytest.mark.parametrize("fps", [Fraction(25), RATE, Fraction(30000, 1001)])
def test_it_takes_eight_seconds_at_any_rate(fps: Fraction) -> None:
    assert tell_story(fps).num_frames == round(DURATION_S * fps)


def test_it_waits_smiles_is_surprised_and_calms_down(weights: Floats) -> None:
    assert between(weights, "mouthSmileLeft", 0.0, 2.5).max() < 0.1
    assert between(weights, "mouthSmileLeft", 3.3, 4.2).min() > 0.3
    assert between(weights, "browOuterUpLeft", 4.7, 5.6).min() > 0.4
    assert between(weights, "jawOpen", 4.7, 5.6).min() > 0.25
    assert between(weights, "jawOpen", 7.0, 8.0).max() < 0.1


def test_the_eyes_wander_off_and_come_back_with_a_blink_before_the_smile(weights: Floats) -> None:
    aside = np.abs(weights[:, [SHAPE_INDEX["eyeLookInLeft"], SHAPE_INDEX["eyeLookOutLeft"]]]).max(1)
    assert aside[round(1.8 * RATE) : round(2.4 * RATE)].min() > 0.12
    assert aside[round(2.8 * RATE) : round(4.2 * RATE)].max() < 0.1
    assert between(weights, "eyeBlinkLeft", 2.4, 3.0).max() > 0.9


def test_the_surprise_goes_with_a_blink(weights: Floats) -> None:
    assert between(weights, "eyeBlinkLeft", 5.7, 6.4).max() > 0.9
