"""From sound to mouth shapes in one call."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from fakes.media_files import numbered, tone, write_clip, write_sound
from mien import audio_to_visemes
from mien.errors import OptionError, UnreadableMediaError
from mien.speech.phonemes import Recognition, SpokenPhoneme

pytestmark = pytest.mark.unit


class OneWord:
    """Hears a word in the middle of everything, and says what it was given."""

    name = "one word"

    def __init__(self) -> None:
        self.given: tuple[tuple[int, ...], float, str | None] | None = None

    def recognize(self, samples: Any, sample_rate: float, text: str | None = None) -> Recognition:
        self.given = (np.shape(samples), sample_rate, text)
        length = max(np.shape(samples)) / sample_rate
        phonemes = ("SIL", "M", "AY", "SIL")
        segments = [
            SpokenPhoneme(n * length / 4, (n + 1) * length / 4, phoneme, 0.5)
            for n, phoneme in enumerate(phonemes)
        ]
        return Recognition(tuple(segments), self.name, ("it was loud",))


def test_samples_become_a_track() -> None:
    recognizer = OneWord()
    track = audio_to_visemes(np.zeros((2, 48_000)), 24_000, text="my", recognizer=recognizer)
    assert recognizer.given == ((2, 48_000), 24_000, "my")
    assert track.sequence.shape == (48, 3)
    assert track.visemes == ("sil",) * 12 + ("PP",) * 12 + ("aa",) * 12 + ("sil",) * 12
    assert (track.backend, track.warnings, track.duration_s) == ("one word", ("it was loud",), 2)
    assert track.segments[1].confidence == 0.5


@pytest.mark.parametrize(("fps", "frames"), [(24, 24), (25, 25), (30_000 / 1001, 30)])
def test_the_frames_are_as_many_as_fit(fps: float, frames: int) -> None:
    track = audio_to_visemes(np.zeros(16_000), 16_000, fps=fps, recognizer=OneWord())
    assert len(track.sequence) == len(track.closure) == len(track.visemes) == frames


def test_a_rate_that_makes_no_sense_is_refused_before_the_work() -> None:
    recognizer = OneWord()
    with pytest.raises(OptionError, match="fps: 0 is not from 1"):
        audio_to_visemes(np.zeros(16_000), 16_000, fps=0, recognizer=recognizer)
    assert recognizer.given is None


@pytest.mark.parametrize("name", ["a.m4a", "a.mp4"])
def test_a_file_is_read_whatever_it_is(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    if path.suffix == ".mp4":
        write_clip(path, [numbered(1)] * 25, sound=(tone(1.0), 44_100, "aac"))
    else:
        write_sound(path, tone(1.0))
    recognizer = OneWord()
    track = audio_to_visemes(path, recognizer=recognizer)
    assert recognizer.given is not None
    assert recognizer.given[1] == 16_000
    assert len(track.visemes) in (24, 25, 26)


def test_silence_is_a_closed_mouth() -> None:
    track = audio_to_visemes(np.zeros(24_000, np.float32), 24_000)
    assert set(track.visemes) == {"sil"}
    assert (track.sequence == np.array([0, 0.5, 0], np.float32)).all()


def test_the_same_sound_gives_the_same_track() -> None:
    noise = np.random.default_rng(0).normal(0, 0.1, 24_000)
    first, other, again = (audio_to_visemes(s, 24_000) for s in (noise, noise[::-1], noise))
    assert np.array_equal(first.sequence, again.sequence)
    assert first.segments == again.segments
    assert first.segments != other.segments


@pytest.mark.parametrize(
    ("samples", "rate", "problem"),
    [
        ([], 16_000, "audio: holds no samples"),
        (np.zeros((0, 2)), 16_000, "audio: holds no samples"),
        (np.zeros(1000), None, "sample_rate: is missing"),
        (np.zeros(1000), 0, "sample_rate"),
        (np.full(1000, np.nan), 16_000, "samples: some are not finite"),
        (np.zeros((3, 4, 5)), 16_000, "shape"),
        (0.5, 16_000, "shape"),
        (["loud"], 16_000, "samples"),
    ],
)
def test_what_is_no_sound_is_told_why(samples: Any, rate: Any, problem: str) -> None:
    with pytest.raises(OptionError, match=problem):
        audio_to_visemes(samples, rate)


def test_a_file_says_its_own_rate(tmp_path: Path) -> None:
    path = write_sound(tmp_path / "a.m4a", tone(0.2))
    with pytest.raises(OptionError, match="sample_rate: is what the file says"):
        audio_to_visemes(path, 44_100)


def test_a_file_that_does_not_exist_is_named() -> None:
    with pytest.raises(UnreadableMediaError, match=r"nowhere\.wav: does not exist"):
        audio_to_visemes("nowhere.wav")


def test_an_unknown_recognizer_is_refused_before_the_file_is_read() -> None:
    with pytest.raises(OptionError, match="psychic"):
        audio_to_visemes("nowhere.wav", recognizer="psychic")
