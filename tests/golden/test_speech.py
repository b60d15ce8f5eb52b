"""Phonemes against speech whose phoneme times are known, by the figures of its own evaluation."""

from __future__ import annotations

import importlib.util
import json
import os
import wave
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from mien.speech.recognition import choose_recognizer, recognize_phonemes
from mien.speech.visemes import phoneme_to_viseme

pytestmark = [
    pytest.mark.golden,
    pytest.mark.skipif(
        "MIEN_SHARED_DIR" not in os.environ,
        reason="set MIEN_SHARED_DIR to the folder with the speech and its evaluation",
    ),
]
SHARED = Path(os.environ.get("MIEN_SHARED_DIR", "."))


@pytest.fixture(scope="module")
def evaluation() -> ModuleType:
    spec = importlib.util.spec_from_file_location(
        "evaluate_speech", SHARED / "tools/evaluate_speech.py"
    )
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def samples_of(path: Path) -> tuple[np.ndarray, int]:
    with wave.open(str(path)) as file:
        data = np.frombuffer(file.readframes(file.getnframes()), np.int16)
        return data, file.getframerate()


def figures(evaluation: ModuleType, voices: str, *, with_text: bool) -> dict[str, float]:
    """Means over all recordings of the voices."""
    precision, recall, onsets, closures = [], [], [], []
    for path in sorted((SHARED / "media/speech").glob(f"{voices}*.wav")):
        truth = json.loads(path.with_suffix(".json").read_text())
        text = truth["text"] if with_text else None
        heard = recognize_phonemes(*samples_of(path), text)
        assert heard.backend == ("alignment" if with_text else "network")
        guess = [
            {"start": s.start_s, "end": s.end_s, "viseme": phoneme_to_viseme(s.phoneme).name}
            for s in heard.segments
        ]
        count = int(truth["duration"] * evaluation.FPS)
        wanted, got = (evaluation.labels(s, count) for s in (truth["segments"], guess))
        precision.append(evaluation.within(got, wanted, 2))
        recall.append(evaluation.within(wanted, got, 2))
        said = evaluation.onsets(truth["segments"])
        pairs = evaluation.matched(said, evaluation.onsets(guess))
        onsets += [abs(difference) * 1000 for difference, _ in pairs]
        closures.append((sum(v == "PP" for _, v in pairs), sum(v == "PP" for _, v in said)))
    hit, total = np.sum(closures, axis=0)
    return {
        "precision": float(np.mean(precision)),
        "recall": float(np.mean(recall)),
        "onset_ms": float(np.mean(onsets)),
        "closures": hit / total,
    }


def test_without_text_most_visemes_are_right(evaluation: ModuleType) -> None:
    found = figures(evaluation, "", with_text=False)
    assert found["precision"] >= 0.88
    assert found["recall"] >= 0.88
    assert found["closures"] >= 0.85
    assert found["onset_ms"] <= 18


def test_of_a_voice_it_has_not_learned_from_as_many_are_right(evaluation: ModuleType) -> None:
    found = figures(evaluation, "fl_slt", with_text=False)
    assert found["precision"] >= 0.88
    assert found["recall"] >= 0.88
    assert found["closures"] >= 0.85
    assert found["onset_ms"] <= 18


def test_with_text_nearly_all_visemes_are_right(evaluation: ModuleType) -> None:
    found = figures(evaluation, "", with_text=True)
    assert found["precision"] >= 0.97
    assert found["recall"] >= 0.95
    assert found["closures"] >= 0.97
    assert found["onset_ms"] <= 15


def test_a_wrong_text_is_noticed() -> None:
    paths = sorted((SHARED / "media/speech").glob("*.wav"))
    texts = [json.loads(p.with_suffix(".json").read_text())["text"] for p in paths]
    recognizer = choose_recognizer()
    for path, text, other in zip(paths, texts, [*texts[1:], texts[0]], strict=True):
        if text != other:
            heard = recognizer.recognize(*samples_of(path), other)
            assert heard.backend == "network"
            assert heard.warnings
