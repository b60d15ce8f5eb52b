"""Sound of any kind made mono and 16 kHz."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.errors import OptionError
from mien.speech.samples import mono_16k

pytestmark = pytest.mark.unit


def tone(rate: int, hertz: float = 1000.0, seconds: float = 0.5) -> np.ndarray:
    return np.sin(2 * np.pi * hertz * np.arange(round(rate * seconds)) / rate).astype(np.float32)


@pytest.mark.parametrize("rate", [8000, 11025, 16000, 22050, 24000, 44099, 44100, 48000, 192000])
def test_a_tone_keeps_its_pitch_and_place_at_any_rate(rate: int) -> None:
    made, wanted = mono_16k(tone(rate), rate), tone(16000)
    assert len(made) == np.ceil(round(rate * 0.5) * 16000 / rate)
    assert np.abs(made[: len(wanted)] - wanted)[100:-100].max() < 2e-3


def test_sound_too_high_for_16_khz_is_left_out() -> None:
    assert np.abs(mono_16k(tone(48000, 11_000), 48000)[100:-100]).max() < 1e-3


def test_channels_are_averaged_whichever_axis_they_are_on() -> None:
    channels = np.stack([tone(16000), np.zeros(8000, np.float32)])
    assert np.allclose(mono_16k(channels, 16000), tone(16000) / 2)
    assert np.allclose(mono_16k(channels.T, 16000), tone(16000) / 2)


@pytest.mark.parametrize(
    ("samples", "value"),
    [
        (np.array([16384], np.int16), 0.5),
        (np.array([0], np.uint8), -1.0),
        (np.array([0.25], np.float64), 0.25),
    ],
)
def test_integers_count_by_their_range(samples: np.ndarray, value: float) -> None:
    assert mono_16k(samples, 16000)[0] == pytest.approx(value)


@pytest.mark.parametrize(
    ("samples", "rate"),
    [
        (np.array([np.nan], np.float32), 16000),
        (np.zeros((2, 3, 4), np.float32), 16000),
        (np.zeros((99, 98), np.float32), 16000),
        (np.array(["a"]), 16000),
        (np.zeros(9, np.float32), 0),
        (np.zeros(9, np.float32), float("nan")),
    ],
)
def test_what_is_no_sound_is_refused(samples: np.ndarray, rate: float) -> None:
    with pytest.raises(OptionError):
        mono_16k(samples, rate)


@given(st.integers(0, 3000), st.integers(1000, 192_000))
def test_the_length_follows_from_the_rate(count: int, rate: int) -> None:
    made = mono_16k(np.zeros(count, np.float32), rate)
    assert abs(len(made) - count * 16000 / rate) <= 1
