"""The parts of live speech: the same however the sound is cut, and bounded."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fakes.voices import say
from mien.errors import OptionError
from mien.speech.live import LiveHearing
from mien.speech.models import phoneme_network, usual_timbre
from mien.speech.phonemes import SpokenPhoneme
from mien.speech.prosody import prosody
from mien.speech.samples import resample
from mien.speech.spectrum import band_powers, mel_filters, relative_logs
from mien.speech.stream.intake import Intake
from mien.speech.stream.live_phonemes import KEPT_FRAMES, LivePhonemes
from mien.speech.stream.live_prosody import LiveProsody
from mien.speech.stream.resampling import Resampler
from mien.speech.stream.segments import SegmentFinished, Segments, SegmentStarted

pytestmark = pytest.mark.unit

PHRASE = (("SIL", 0.3), ("M", 0.12), ("AA", 0.2), ("S", 0.15), ("IY", 0.2), ("M", 0.12),
          ("AE", 0.2), ("SIL", 0.4))  # fmt: skip
SOUND = say(PHRASE)


@settings(max_examples=30, deadline=None)
@given(
    rate=st.sampled_from([8000, 11025, 16000, 22050, 24000, 44100, 48000, 96000]),
    cuts=st.lists(st.integers(0, 900), max_size=12),
)
def test_sound_is_resampled_the_same_however_it_is_cut(rate: int, cuts: list[int]) -> None:
    sound = np.random.default_rng(1).normal(0, 0.1, 3000).astype(np.float32)
    resampler, made, at = Resampler(rate), [], 0
    for cut in cuts:
        made.append(resampler.push(sound[at : at + cut]))
        at += cut
    made += [resampler.push(sound[at:]), resampler.finish()]
    whole = resample(sound, Fraction(rate))
    np.testing.assert_allclose(np.concatenate(made), whole, atol=1e-6)


@pytest.mark.parametrize("rate", [8000, 44100, 192000])
def test_resampling_waits_for_little_and_keeps_little(rate: int) -> None:
    resampler, made = Resampler(rate), 0
    for _ in range(50):
        made += len(resampler.push(np.zeros(rate // 50, np.float32)))
    assert 1.0 - made / 16000 <= 0.0023
    assert len(resampler._kept) < 0.02 * rate


@pytest.mark.parametrize("rate", [44099, 47999.5, 191976])
def test_odd_rates_do_not_drift(rate: float) -> None:
    resampler, made = Resampler(rate), []
    num_samples = round(rate * 20)
    for first in range(0, num_samples, 60_000):
        numbers = np.arange(first, min(first + 60_000, num_samples))
        made.append(resampler.push(np.sin(2 * np.pi * 500 * numbers / rate).astype(np.float32)))
    last = np.concatenate([*made, resampler.finish()])[-2000:-100]
    wanted = np.sin(2 * np.pi * 500 * np.arange(320_000) / 16000)[-2000:-100]
    np.testing.assert_allclose(last, wanted, atol=2e-3)


@pytest.mark.parametrize("rate", [0, 7999, float("nan"), 1e9])
def test_rates_that_cannot_be_streamed_are_refused(rate: float) -> None:
    with pytest.raises(OptionError, match="give 8000 to 768000 Hz"):
        Resampler(rate)


def test_the_network_hears_in_windows_what_it_hears_at_once() -> None:
    sound = np.tile(SOUND, 2)
    bands = relative_logs(band_powers(sound, mel_filters()), 0.5) - usual_timbre()
    bands = bands[: len(bands) // 2 * 2]
    session = phoneme_network()
    (whole,) = session.run(["live"], {"bands": bands[None]})
    for end in range(160, len(bands) + 1, 38):
        first = max(0, end - 154)
        (part,) = session.run(["live"], {"bands": bands[None, first:end]})
        heard = part[0, 124 if first else 0 : -7]
        begin = end - 7 - len(heard)
        np.testing.assert_allclose(heard, whole[0, begin : end - 7], atol=2e-4)


@pytest.mark.parametrize("chunk", [37, 160, 1000])
def test_prosody_in_portions_is_that_of_the_whole(chunk: int) -> None:
    live = LiveProsody()
    for at in range(0, len(SOUND), chunk):
        live.push(SOUND[at : at + chunk])
    whole, recent = prosody(SOUND), live.recent
    assert live.start_s == 0.0
    known = len(recent.level_db)
    assert len(whole.level_db) - known <= 3
    np.testing.assert_array_equal(recent.level_db, whole.level_db[:known])
    np.testing.assert_array_equal(recent.pitch_hz, whole.pitch_hz[:known])


def test_phonemes_that_began_long_enough_ago_are_not_taken_back() -> None:
    live, seen = LivePhonemes(), set()
    for at in range(0, len(SOUND), 640):
        live.push(SOUND[at : at + 640])
        first, *parts = live.segments() or [SpokenPhoneme(0.0, 0.0, "SIL", 1.0)]
        final = [part for part in parts if part.start_s <= live.known_s - 0.12]
        now = {(round(part.start_s, 6), part.phoneme) for part in final}
        assert {old for old in seen if old[0] >= first.end_s - 1e-3} <= now
        seen |= now
    assert "S" in {phoneme for _, phoneme in seen}
    assert len(seen) >= 5


def test_lasting_silence_is_not_shown_to_the_network_and_shifts_nothing() -> None:
    pause = np.zeros(5 * 16000, np.float32)
    live = LivePhonemes()
    for at in range(0, len(pause), 640):
        live.push(pause[at : at + 640])
    before_s = live.known_s
    assert before_s == pytest.approx(5.0, abs=0.11)
    for at in range(0, len(SOUND), 640):
        live.push(SOUND[at : at + 640])
    spoken = [part for part in live.segments() if part.phoneme != "SIL"]
    assert spoken[-1].end_s == pytest.approx(5.0 + 1.29, abs=0.08)


def test_a_new_beginning_forgets_what_was_said() -> None:
    live = LivePhonemes()
    live.push(SOUND[: int(0.55 * 16000)])
    live.begin_again()
    assert live.known_s == 0.0
    live.push(np.zeros(8000, np.float32))
    assert live.known_s == pytest.approx(0.5, abs=0.11)
    assert {part.phoneme for part in live.segments()} == {"SIL"}


def test_what_live_parts_keep_is_bounded() -> None:
    phonemes, levels = LivePhonemes(), LiveProsody()
    noise = np.random.default_rng(2).normal(0, 0.05, 1600).astype(np.float32)
    for _ in range(300):  # half a minute
        phonemes.push(noise)
        levels.push(noise)
    assert len(phonemes._logs) == len(phonemes._decided) == KEPT_FRAMES
    assert len(levels.recent.level_db) == 200
    assert len(levels._audible) <= 1500
    assert len(levels._samples) < 1600


def test_hearing_is_nobody_elses() -> None:
    alone, other = LiveHearing(), LiveHearing()
    first = alone.push(SOUND)
    other.push(SOUND[::-1].copy())
    np.testing.assert_array_equal(first, LiveHearing().push(SOUND))


def test_segments_tell_when_they_start_and_finish() -> None:
    segments = Segments()
    segments.begin("a", Fraction(1, 2))
    segments.begin("a", Fraction(3, 4))
    assert segments.reached(Fraction(1, 2), 5) == []
    assert segments.reached(Fraction(3, 5), 6) == [SegmentStarted("a", 5, 0.5)]
    segments.begin("b", Fraction(1))
    assert segments.reached(Fraction(1), 10) == [SegmentFinished("a", 10, 0.5, False)]
    position_s, events = segments.clear(Fraction(1), 10)
    assert position_s == 0.0
    assert events == [SegmentFinished("b", 10, 0.0, True)]


def test_an_intake_counts_samples_exactly_at_any_rate() -> None:
    intake = Intake()
    for n in range(30):
        intake.feed(np.zeros(441, np.int16), 44100, f"{n // 10}")
    intake.end_segment()
    assert intake.until_s == Fraction(3, 10)
    assert len(intake.get(4800)) == 4800
    assert len(intake) == 0
