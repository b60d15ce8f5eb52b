"""Phonemes out of sound, with and without the text, by a voice whose phonemes are known."""

from __future__ import annotations

import sys

import numpy as np
import pytest

from fakes.voices import RATE, say
from mien.errors import OptionError
from mien.speech.phonemes import Recognition, SpokenPhoneme
from mien.speech.recognition import choose_recognizer, recognize_phonemes
from mien.speech.recognizers.network import NetworkRecognizer

pytestmark = pytest.mark.unit

SENTENCE = (
    ("SIL", 0.3), ("M", 0.12), ("AA", 0.2), ("S", 0.15), ("IY", 0.2), ("M", 0.12), ("AE", 0.2),
    ("S", 0.15), ("AA", 0.2), ("SIL", 0.3),
)  # fmt: skip
TEXT = "Ma, see ma saw."


def heard(recognition: Recognition) -> list[str]:
    return [segment.phoneme for segment in recognition.segments]


def assert_covers(recognition: Recognition, duration: float) -> None:
    starts = [segment.start_s for segment in recognition.segments]
    ends = [segment.end_s for segment in recognition.segments]
    assert starts == [0.0, *ends[:-1]]
    assert ends[-1] == pytest.approx(duration)
    assert all(0 <= segment.confidence <= 1 for segment in recognition.segments)


@pytest.mark.parametrize("pitch", [100.0, 200.0])
def test_phonemes_are_recognised_when_they_are_said(pitch: float) -> None:
    found = recognize_phonemes(say(SENTENCE, pitch), RATE)
    assert found.backend == "network"
    assert not found.warnings
    assert_covers(found, 1.94)
    assert heard(found)[:6] == ["SIL", "M", "AA", "S", "IY", "M"]
    starts = [segment.start_s for segment in found.segments]
    assert np.allclose(starts[1:6], [0.3, 0.42, 0.62, 0.77, 0.97], atol=0.03)


@pytest.mark.parametrize("rate", [8000, 22050, 48000])
def test_any_sample_rate_gives_nearly_the_same(rate: int) -> None:
    samples = say(SENTENCE)
    at = np.arange(int(len(samples) * rate / RATE)) * RATE / rate
    other = np.interp(at, np.arange(len(samples)), samples)
    assert heard(recognize_phonemes(other, rate))[:3] == ["SIL", "M", "AA"]


def test_a_known_text_tells_every_phoneme() -> None:
    found = recognize_phonemes(say(SENTENCE), RATE, TEXT)
    assert found.backend == "alignment"
    assert not found.warnings
    assert_covers(found, 1.94)
    assert [p for p in heard(found) if p != "SIL"] == ["M", "AA", "S", "IY", "M", "AA", "S", "AO"]


def test_a_text_that_is_not_said_gives_way_to_recognition_with_a_warning() -> None:
    samples = say(SENTENCE)
    found = recognize_phonemes(samples, RATE, "Completely different words about rockets.")
    assert found.backend == "network"
    assert found.segments == recognize_phonemes(samples, RATE).segments
    assert found.warnings == ("the text is not what is said; the phonemes are recognised instead",)


def test_a_text_too_long_for_the_sound_gives_way_to_recognition() -> None:
    assert recognize_phonemes(say(SENTENCE), RATE, "ma see " * 200).backend == "network"


def test_text_of_another_script_gives_way_to_recognition() -> None:
    found = recognize_phonemes(say(SENTENCE), RATE, "Это не по-английски")
    assert found.backend == "network"
    assert "not look English" in found.warnings[0]


def test_guessed_pronunciations_are_named() -> None:
    found = recognize_phonemes(say(SENTENCE), RATE, "Ma see mahsah")
    assert found.backend == "alignment"
    assert found.warnings == ("guessed how to pronounce: mahsah",)


def test_the_same_sound_gives_the_same_answer_whatever_came_before() -> None:
    samples = say(SENTENCE)
    recognizer = choose_recognizer()
    first = recognizer.recognize(samples, RATE)
    recognizer.recognize(np.random.default_rng(1).normal(0, 0.3, 30_000), 44_100)
    recognizer.recognize(samples[::-1], RATE, "ma see")
    assert recognizer.recognize(samples, RATE) == first
    assert recognize_phonemes(samples, RATE) == first


def test_loudness_does_not_matter() -> None:
    samples = say(SENTENCE)
    assert heard(recognize_phonemes(samples / 30, RATE)) == heard(recognize_phonemes(samples, RATE))


@pytest.mark.parametrize("backend", ["auto", "network", "energy"])
def test_silence_is_silence(backend: str) -> None:
    found = recognize_phonemes(np.zeros(20_000, np.float32), RATE, backend=backend)
    assert heard(found) == ["SIL"]
    assert_covers(found, 1.25)


@pytest.mark.parametrize("backend", ["auto", "network", "energy"])
def test_no_sound_has_no_phonemes(backend: str) -> None:
    assert recognize_phonemes(np.zeros(0), RATE, backend=backend).segments == ()


@pytest.mark.parametrize("count", [1, 159, 161, 700])
def test_the_shortest_sounds_have_an_answer(count: int) -> None:
    assert_covers(recognize_phonemes(np.full(count, 0.1), RATE), count / RATE)


def test_quiet_noise_is_no_speech() -> None:
    noise = np.random.default_rng(2).normal(0, 1e-4, 3 * RATE)
    assert heard(recognize_phonemes(noise, RATE)) == ["SIL"]


def test_energy_opens_the_mouth_where_it_is_loud_and_says_that_it_guesses() -> None:
    found = recognize_phonemes(say(SENTENCE), RATE, backend="energy")
    assert found.backend == "energy"
    assert found.warnings
    assert_covers(found, 1.94)
    assert {"SIL", "S", "AA"} <= set(heard(found))


def test_long_sound_in_blocks_gives_what_it_gives_at_once() -> None:
    samples = np.concatenate([say(SENTENCE, pitch) for pitch in range(100, 230, 10)])
    recognizer = NetworkRecognizer()
    whole = recognizer.recognize(samples, RATE).segments
    assert_covers(Recognition(whole, ""), len(samples) / RATE)
    for size in (4_000, 100_003):
        blocks = (samples[at : at + size] for at in range(0, len(samples), size))
        assert tuple(recognizer.recognize_blocks(blocks)) == whole


@pytest.mark.parametrize("text", [None, "  ", "x" * 200_000])
def test_alignment_needs_a_text_of_sensible_length(text: str | None) -> None:
    with pytest.raises(OptionError):
        choose_recognizer("alignment").recognize(say(SENTENCE), RATE, text)


def test_alignment_alone_refuses_a_text_that_is_not_said() -> None:
    with pytest.raises(OptionError, match="text: is not what is said; leave it out"):
        choose_recognizer("alignment").recognize(say(SENTENCE), RATE, "Five rockets flew past us.")


def test_loudness_has_to_do_where_the_network_cannot_run(monkeypatch: pytest.MonkeyPatch) -> None:
    name = "mien.speech.recognizers.network"
    monkeypatch.setitem(sys.modules, name, None)
    monkeypatch.delitem(sys.modules, "mien.speech.recognizers.alignment", raising=False)
    assert recognize_phonemes(say(SENTENCE), RATE, TEXT).backend == "energy"


def test_unknown_backends_are_refused() -> None:
    for name in ("magic", "network:x"):
        with pytest.raises(OptionError, match="auto, alignment, network, energy"):
            choose_recognizer(name)


def test_what_was_heard_unpacks_as_tuples() -> None:
    segments = SpokenPhoneme(0.0, 0.5, "SIL", 1.0), SpokenPhoneme(0.5, 0.6, "M", 0.8)
    found = Recognition(segments, "network")
    assert [phoneme for _, _, phoneme, _ in found] == ["SIL", "M"]
    assert len(found) == 2
    assert found[1].end_s == 0.6
