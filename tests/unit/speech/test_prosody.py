from __future__ import annotations

import numpy as np
import pytest

from mien.speech.loudness import TYPICAL_DB, usual_level, voice_of
from mien.speech.prosody import STEP_S, prosody
from mien.speech.samples import Mono
from mien.speech.spectrum import SAMPLE_RATE

pytestmark = pytest.mark.unit


def buzz(hertz: float, lasts_s: float = 0.5, level: float = 0.1) -> Mono:
    """A tone with harmonics, as a voice has them."""
    time_s = np.arange(int(lasts_s * SAMPLE_RATE)) / SAMPLE_RATE
    waves = [np.sin(2 * np.pi * hertz * k * time_s + k) / k for k in range(1, 8)]
    return (level * np.sum(waves, axis=0)).astype(np.float32)


def noise(lasts_s: float = 0.5) -> Mono:
    samples = np.random.default_rng(0).normal(0.0, 0.1, int(lasts_s * SAMPLE_RATE))
    return samples.astype(np.float32)


@pytest.mark.parametrize("hertz", [75.0, 110.0, 180.0, 250.0, 390.0])
def test_pitch_of_a_voice_is_found(hertz: float) -> None:
    pitch = prosody(buzz(hertz)).pitch_hz[3:-3]
    np.testing.assert_allclose(pitch, hertz, rtol=0.02)


def test_noise_and_silence_have_no_pitch() -> None:
    assert not prosody(noise()).pitch_hz.any()
    assert not prosody(np.zeros(8000, np.float32)).pitch_hz.any()


def test_there_is_one_step_for_every_ten_milliseconds_begun() -> None:
    for num_samples in (0, 1, 159, 160, 161, 8000):
        found = prosody(np.zeros(num_samples, np.float32))
        assert len(found.level_db) == len(found.pitch_hz) == -(-num_samples // 160)


def test_long_sound_is_heard_as_its_parts_are() -> None:
    whole, part = np.tile(buzz(120.0), 90), slice(4096 * 160 - 8000, 4096 * 160 + 8000)
    heard, alone = prosody(whole), prosody(whole[part])
    inner = slice(4096 - 47, 4096 + 47)
    np.testing.assert_allclose(heard.pitch_hz[inner], alone.pitch_hz[3:-3], rtol=1e-3)
    np.testing.assert_allclose(heard.level_db[inner], alone.level_db[3:-3], atol=0.01)


def test_level_is_measured_against_full_scale() -> None:
    square = np.tile(np.array([1.0, -1.0], np.float32), 4000)
    np.testing.assert_allclose(prosody(square).level_db[2:-2], 0.0, atol=0.01)
    np.testing.assert_allclose(prosody(square / 10).level_db[2:-2], -20.0, atol=0.01)


def test_a_voice_is_loud_against_its_own_usual() -> None:
    softly, loudly = buzz(120.0, 1.0, 0.05), buzz(120.0, 0.3, 0.15)
    for gain in (0.1, 1.0, 3.0):
        levels = prosody(gain * np.concatenate([softly, loudly, softly])).level_db
        voice = voice_of(levels)
        assert voice(0.5) == pytest.approx(1.0, abs=0.05)
        assert voice(1.15) > 1.4


def test_pauses_do_not_change_what_is_usual() -> None:
    speech, pause = buzz(120.0, 1.0), np.zeros(40_000, np.float32)
    alone = usual_level(prosody(speech).level_db)
    assert usual_level(prosody(np.concatenate([speech, pause])).level_db) == pytest.approx(
        alone, abs=1.0
    )


def test_a_voice_known_before_is_measured_against_that() -> None:
    levels = prosody(buzz(120.0)).level_db
    louder = voice_of(levels, usual_db=usual_level(levels) - 6.0, start_s=10.0)
    assert louder(10.25) == pytest.approx(2.0**0.5, abs=0.08)


def test_silence_has_a_typical_level_and_nothing_a_steady_voice() -> None:
    assert usual_level(np.full(100, -80.0, np.float32)) == TYPICAL_DB
    assert voice_of(np.zeros(0, np.float32))(3.0) == 1.0


def test_loudness_of_a_moment_depends_on_60_ms_around_it() -> None:
    levels = prosody(buzz(120.0, 2.0)).level_db
    changed = levels.copy()
    changed[int(1.0 / STEP_S) + 7 :] = -80.0
    one, other = (voice_of(part, usual_db=-20.0) for part in (levels, changed))
    assert one(1.0) == other(1.0)
