"""How much of what a file would say a stream says too, by speech whose phonemes are known."""

from __future__ import annotations

import json
import os
import wave
from pathlib import Path

import numpy as np
import pytest

from mien.drivers.speech_stream import SpeechStream
from mien.speech.recognition import recognize_phonemes
from mien.speech.visemes import measure_lipsync_accuracy

pytestmark = pytest.mark.golden

FPS = 24
SHARED = os.environ.get("MIEN_SHARED_DIR")
TAKEN = 7  # every so manieth recording

needs_shared = pytest.mark.skipif(
    not SHARED, reason="set MIEN_SHARED_DIR to a folder with media/speech to check against it"
)


def read(path: Path) -> tuple[np.ndarray, list[tuple[float, float, str]]]:
    with wave.open(str(path)) as file:
        samples = np.frombuffer(file.readframes(file.getnframes()), np.int16)
        assert file.getframerate() == 16000
    truth = json.loads(path.with_suffix(".json").read_text())["segments"]
    return samples, [(s["start"], s["end"], s["phoneme"]) for s in truth]


def streamed(samples: np.ndarray) -> list[tuple[float, float, str]]:
    """What the stream holds for said in each frame when it is put out."""
    stream, heard = SpeechStream(FPS), []
    stream.feed(samples)
    stream.feed(np.zeros(3200, np.int16))
    for frame in stream.take(round(len(samples) / 16000 * FPS)):
        start_s, end_s = frame.pts / FPS, (frame.pts + 1) / FPS
        middle_s = (start_s + end_s) / 2
        now = [p.phoneme for p in stream.phonemes if p.start_s <= middle_s < p.end_s]
        heard.append((start_s, end_s, now[0] if now else "SIL"))
    return heard


@needs_shared
def test_a_stream_is_nearly_as_right_as_a_file() -> None:
    live, file = [], []
    for path in sorted((Path(SHARED or "") / "media" / "speech").glob("*.wav"))[::TAKEN]:
        samples, truth = read(path)
        live.append(measure_lipsync_accuracy(streamed(samples), truth, FPS).precision2)
        whole = recognize_phonemes(samples, 16000).segments
        file.append(measure_lipsync_accuracy(whole, truth, FPS).precision2)
    assert np.mean(live) >= 0.93 * np.mean(file)
