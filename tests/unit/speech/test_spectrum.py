"""What the network hears."""

from __future__ import annotations

import numpy as np
import pytest

from mien.speech.spectrum import (
    BANDS,
    band_powers,
    loudness,
    mel_filters,
    relative_logs,
    without_timbre,
)

pytestmark = pytest.mark.unit


def noise(count: int = 16_000) -> np.ndarray:
    return np.random.default_rng(0).normal(0, 0.1, count).astype(np.float32)


@pytest.mark.parametrize("count", [0, 1, 160, 161, 16_000])
def test_there_is_a_frame_for_every_begun_hundredth_of_a_second(count: int) -> None:
    assert band_powers(noise(count), mel_filters()).shape == (-(-count // 160), BANDS)


def test_a_frame_is_centred_on_its_hundredth() -> None:
    click = np.zeros(16_000, np.float32)
    click[50 * 160 + 80] = 1.0
    assert band_powers(click, mel_filters()).sum(axis=1).argmax() == 50


def test_a_tone_is_in_its_band() -> None:
    tone = np.sin(2 * np.pi * 1000 * np.arange(16_000) / 16_000).astype(np.float32)
    band = int(band_powers(tone, mel_filters())[50].argmax())
    higher = band_powers(tone, mel_filters(((0.0, 1 / 1.3), (8000.0, 1 / 1.3))))[50].argmax()
    assert mel_filters()[32, band] == mel_filters()[32].max()  # 1000 Hz is bin 32
    assert higher > band


def test_level_and_microphone_do_not_matter() -> None:
    powers = band_powers(noise(), mel_filters())
    other = powers * np.linspace(0.1, 2, BANDS, dtype=np.float32)
    assert np.allclose(without_timbre(powers), without_timbre(other), atol=0.05)


def test_silence_is_at_the_floor() -> None:
    powers = band_powers(np.zeros(1600, np.float32), mel_filters())
    assert loudness(powers) > 0
    assert np.allclose(relative_logs(powers, loudness(powers)), np.log(1e-6))
