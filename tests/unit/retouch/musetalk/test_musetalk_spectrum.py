from __future__ import annotations

import numpy as np
import pytest
from transformers import WhisperFeatureExtractor

from fakes.musetalk_networks import HEARING
from mien.retouch.musetalk.hearing import Ear
from mien.retouch.musetalk.modules import recipe_module

pytestmark = pytest.mark.unit


def test_the_silence_after_a_sound_is_not_looked_at_and_yet_the_same() -> None:
    ear, mel = Ear(recipe_module("hearing", 0, HEARING)), WhisperFeatureExtractor(feature_size=80)
    noise = 0.2 * np.random.default_rng(5).standard_normal(32_000).astype(np.float32)
    for length in (0, 1, 320, 7_999, 16_079, 31_000, 32_000):
        sound = noise[:length]
        whole = mel(sound, sampling_rate=16_000, max_length=ear.longest, return_tensors="np")
        expected = whole["input_features"][0]
        np.testing.assert_allclose(ear.spectrum(sound), expected, atol=1e-6)
