"""Sound of any kind as one channel of 16 000 samples a second."""

from __future__ import annotations

import struct
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from fakes.media_files import numbered, tone, write_clip, write_sound
from mien.errors import UnreadableMediaError
from mien.media import open_sink, open_sound, read_speech
from mien.types import Frame

pytestmark = pytest.mark.unit


def write_wav(path: Path, samples: Any, rate: int, kind: str) -> Path:
    """Samples (S, C) as unsigned bytes, 16 bit integers or floats."""
    if kind == "u1":
        samples = np.rint(samples * 127 + 128)
    if kind == "i2":
        samples = np.rint(samples * 32_767)
    data = samples.astype(f"<{kind}")
    code, width = (3 if kind == "f4" else 1), data.itemsize
    channels = samples.shape[1]
    frame = channels * width
    form = struct.pack("<IHHIIHH", 16, code, channels, rate, rate * frame, frame, 8 * width)
    body = data.tobytes()
    head = b"WAVEfmt " + form + b"data" + struct.pack("<I", len(body))
    path.write_bytes(b"RIFF" + struct.pack("<I", len(head) + len(body)) + head + body)
    return path


@pytest.mark.parametrize(
    ("channels", "rate", "kind"),
    [
        (1, 8_000, "u1"),
        (2, 44_100, "i2"),
        (8, 192_000, "i2"),
        (12, 48_000, "f4"),
        (1, 16_000, "f4"),
    ],
)
def test_any_rate_and_number_of_channels_becomes_one_of_16_khz(
    tmp_path: Path, channels: int, rate: int, kind: str
) -> None:
    wave = np.repeat(tone(0.5, rate)[:, None], channels, axis=1)
    samples, read_rate = read_speech(write_wav(tmp_path / "a.wav", wave, rate, kind))
    assert (samples.dtype, samples.shape, read_rate) == (np.float32, (8_000,), 16_000)
    middle = slice(1_000, 7_000)
    expected = tone(0.5, 16_000)[middle]
    assert np.abs(samples[middle] - expected).max() < 0.02


def test_the_sound_of_a_video_is_read(tmp_path: Path) -> None:
    sound = (tone(1.0), 44_100, "aac")
    samples, _ = read_speech(write_clip(tmp_path / "a.mp4", [numbered(1)] * 25, sound=sound))
    assert 15_900 <= len(samples) <= 17_500
    assert np.abs(samples).max() > 0.5


def test_a_gap_in_the_samples_stays_where_it_is(tmp_path: Path) -> None:
    wave = np.concatenate([tone(0.2), np.zeros(8_820), tone(0.2)])
    samples, _ = read_speech(write_sound(tmp_path / "a.m4a", wave))
    assert np.abs(samples[3_500:6_000]).max() < 0.05
    assert np.abs(samples[6_600:9_000]).max() > 0.5


def test_what_is_read_can_be_written_to(tmp_path: Path) -> None:
    path = write_wav(tmp_path / "a.wav", tone(0.1)[:, None], 44_100, "i2")
    samples, _ = read_speech(path)
    before = path.read_bytes()
    samples[:] = 0
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "is empty"),
        (b"hello, this is no sound" * 20, "is not a sound file or a video"),
        (b"\x89PNG\r\n\x1a\n" + bytes(100), "is a picture; give a sound file or a video"),
    ],
)
def test_what_is_no_sound_is_refused(tmp_path: Path, content: bytes, problem: str) -> None:
    path = tmp_path / "a.wav"
    path.write_bytes(content)
    with pytest.raises(UnreadableMediaError, match=problem):
        read_speech(path)


def test_sound_without_samples_is_refused(tmp_path: Path) -> None:
    path = write_wav(tmp_path / "a.wav", np.zeros((0, 1)), 16_000, "i2")
    with pytest.raises(UnreadableMediaError, match="holds no sound"):
        read_speech(path)


def test_a_video_without_sound_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableMediaError, match="holds no sound"):
        read_speech(write_clip(tmp_path / "a.mp4", [numbered(1)] * 3))


@pytest.mark.parametrize(("channels", "rate"), [(32, 16_000), (1, 0x7FFFFFFF)])
def test_channels_and_rates_that_no_sound_has_are_refused(
    tmp_path: Path, channels: int, rate: int
) -> None:
    path = tmp_path / "odd.wav"
    data, frame = bytes(2 * channels * 400), 2 * channels
    form = struct.pack("<IHHIIHH", 16, 1, channels, rate, rate * frame & 0xFFFFFFFF, frame, 16)
    path.write_bytes(
        b"RIFF" + struct.pack("<I", 36 + len(data)) + b"WAVEfmt " + form
        + b"data" + struct.pack("<I", len(data)) + data
    )  # fmt: skip
    with pytest.raises(UnreadableMediaError, match="its channels or its rate cannot be converted"):
        read_speech(path)


def test_samples_that_are_not_numbers_are_refused(tmp_path: Path) -> None:
    wave = tone(0.1)[:, None]
    wave[100] = np.nan
    path = write_wav(tmp_path / "a.wav", wave, 44_100, "f4")
    with pytest.raises(UnreadableMediaError, match="not numbers"):
        read_speech(path)


def test_samples_far_beyond_their_range_are_refused(tmp_path: Path) -> None:
    wave = tone(0.2, 16_000)[:, None] * np.float32(1e30)
    with pytest.raises(UnreadableMediaError, match="far beyond"):
        read_speech(write_wav(tmp_path / "a.wav", wave, 16_000, "f4"))


def test_samples_far_beyond_their_range_do_not_hold_up_a_film(tmp_path: Path) -> None:
    wave = tone(0.5, 16_000)[:, None] * np.float32(1e8)
    loud = open_sound(write_wav(tmp_path / "a.wav", wave, 16_000, "f4"))
    picture = np.zeros((48, 64, 3), np.uint8)
    with open_sink(tmp_path / "a.mp4", size=(64, 48), rate=Fraction(25), audio=loud) as sink:
        for pts in range(12):
            sink.write(Frame(picture, pts, Fraction(1, 25)))
    samples, _ = read_speech(tmp_path / "a.mp4")
    assert len(samples) > 7000
