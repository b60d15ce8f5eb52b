from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

import mien
from mien.drivers import tell_story
from mien.drivers.story import DURATION_S, SPEAKS_AT_S, story_sound
from mien.media.audio import SAMPLE_RATE, AudioReader
from mien.motion.arkit import SHAPE_INDEX
from mien.types import Floats

pytestmark = pytest.mark.unit

RATE = Fraction(30)
HELLO = Path(mien.__file__).parent / "data" / "hello.ogg"


@pytest.fixture(scope="module")
def weights() -> Floats:
    """(360, 52)."""
    return np.stack([frame.blendshapes for frame in tell_story(HELLO, RATE).frames])


def between(weights: Floats, name: str, start_s: float, end_s: float) -> Floats:
    return weights[round(start_s * RATE) : round(end_s * RATE), SHAPE_INDEX[name]]


@pytest.mark.parametrize("fps", [Fraction(25), RATE, Fraction(30000, 1001)])
def test_it_takes_twelve_seconds_at_any_rate(fps: Fraction) -> None:
    assert tell_story(HELLO, fps).num_frames == round(DURATION_S * fps)


def test_it_waits_smiles_is_surprised_and_calms_down(weights: Floats) -> None:
    assert between(weights, "mouthSmileLeft", 0.0, 2.5).max() < 0.1
    assert between(weights, "mouthSmileLeft", 3.3, 4.2).min() > 0.3
    assert between(weights, "browOuterUpLeft", 4.7, 5.6).min() > 0.4
    assert between(weights, "jawOpen", 4.7, 5.6).min() > 0.25
    assert between(weights, "jawOpen", 7.0, 7.4).max() < 0.1


def test_the_eyes_wander_off_and_come_back_with_a_blink_before_the_smile(weights: Floats) -> None:
    aside = np.abs(weights[:, [SHAPE_INDEX["eyeLookInLeft"], SHAPE_INDEX["eyeLookOutLeft"]]]).max(1)
    assert aside[round(1.8 * RATE) : round(2.4 * RATE)].min() > 0.12
    assert aside[round(2.8 * RATE) : round(4.2 * RATE)].max() < 0.1
    assert between(weights, "eyeBlinkLeft", 2.4, 3.0).max() > 0.9


def test_the_surprise_goes_with_a_blink(weights: Floats) -> None:
    assert between(weights, "eyeBlinkLeft", 5.7, 6.4).max() > 0.9


def test_then_it_says_a_sentence_and_closes_its_mouth(weights: Floats) -> None:
    jaw = between(weights, "jawOpen", 7.5, 11.5)
    assert jaw.max() > 0.2
    assert np.sum(np.diff(np.sign(jaw - jaw.mean())) != 0) >= 8
    assert between(weights, "jawOpen", 11.8, 12.0).max() < 0.1


def test_the_sound_begins_with_the_speech() -> None:
    reader = AudioReader(story_sound(HELLO))
    before = reader.read(round(SPEAKS_AT_S * SAMPLE_RATE))
    assert np.abs(before).max() < 0.01
    assert np.abs(reader.read(SAMPLE_RATE)).max() > 0.1
    reader.close()
