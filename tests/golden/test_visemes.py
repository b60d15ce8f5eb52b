"""Mouth shapes and accuracy against the figures that the project was given."""

from __future__ import annotations

import importlib.util
import json
import os
import random
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from mien import measure_lipsync_accuracy, phoneme_to_viseme
from mien.motion.arkit import shape_weights
from mien.speech.phonemes import PHONES
from mien.speech.visemes import VISEMES, viseme_blendshapes
from mien.speech.visemes.table import viseme_table

pytestmark = pytest.mark.golden

TABLE = json.loads((Path(__file__).parent / "data/visemes/table.json").read_text())
SHARED = os.environ.get("MIEN_SHARED_DIR")
needs_shared = pytest.mark.skipif(
    not SHARED, reason="set MIEN_SHARED_DIR to the folder with the speech and its evaluation"
)


def test_the_phonemes_are_those_of_the_reference() -> None:
    assert set(viseme_table().phonemes) == set(TABLE["phonemes"])


@pytest.mark.parametrize("phoneme", TABLE["phonemes"])
def test_a_phoneme_looks_as_in_the_reference(phoneme: str) -> None:
    expected = TABLE["phonemes"][phoneme]
    viseme = phoneme_to_viseme(phoneme)
    assert viseme.name == expected["viseme"]
    assert viseme.mouth.tolist() == pytest.approx(expected["mouth"])
    if expected["end"] is None:
        assert viseme.end is None
    else:
        assert viseme.end is not None
        assert viseme.end.tolist() == pytest.approx(expected["end"])


def test_the_visemes_have_the_blendshapes_of_the_reference() -> None:
    assert list(VISEMES) == TABLE["visemes"]
    for name, weights in TABLE["arkit_by_viseme"].items():
        expected = {shape.removesuffix("_LR"): weight for shape, weight in weights.items()}
        assert np.allclose(viseme_blendshapes(name), shape_weights(expected))


def test_all_that_can_be_recognised_has_a_viseme() -> None:
    assert set(PHONES) <= set(viseme_table().phonemes)


@needs_shared
@pytest.mark.parametrize("file", ["es_us_03", "fl_slt_05"])
@pytest.mark.parametrize("seed", range(4))
def test_the_accuracy_is_the_evaluations(file: str, seed: int) -> None:
    truth = json.loads((Path(SHARED or "") / f"media/speech/{file}.json").read_text())
    guess = spoilt(truth["segments"], seed)
    measured = measure_lipsync_accuracy(guess, truth["segments"], duration_s=truth["duration"])
    expected = evaluated(truth, guess)
    assert measured.precision2 == pytest.approx(expected["precision2"])
    assert measured.recall2 == pytest.approx(expected["recall2"])
    assert measured.exact == pytest.approx(expected["exact"])
    assert measured.onset_ms == pytest.approx(expected["onset_ms"])
    assert measured.closures == pytest.approx(expected["closures"])
    assert 0.3 < measured.precision2 < 1


def spoilt(segments: list[dict[str, Any]], seed: int) -> list[dict[str, Any]]:
    """The segments with moved boundaries, and every fifth viseme another one."""
    chance = random.Random(seed)
    times = [segments[0]["start"], *(segment["end"] for segment in segments)]
    moved = sorted(time + chance.uniform(-0.06, 0.06) for time in times)
    moved = [max(0.0, time) for time in moved]
    return [
        {
            "start": start,
            "end": end,
            "viseme": chance.choice(VISEMES) if chance.random() < 0.2 else segment["viseme"],
        }
        for segment, start, end in zip(segments, moved[:-1], moved[1:], strict=True)
    ]


def evaluated(truth: dict[str, Any], guess: list[dict[str, Any]]) -> dict[str, float]:
    """What the evaluation's own functions say of one file."""
    judge = evaluation()
    count = int(truth["duration"] * judge.FPS)
    labels = [judge.labels(segments, count) for segments in (truth["segments"], guess)]
    onsets = [judge.onsets(segments) for segments in (truth["segments"], guess)]
    pairs = judge.matched(*onsets)
    closures = sum(viseme == "PP" for _, viseme in onsets[0])
    return {
        "precision2": judge.within(labels[1], labels[0], judge.WINDOW),
        "recall2": judge.within(labels[0], labels[1], judge.WINDOW),
        "exact": judge.within(labels[0], labels[1], 0),
        "onset_ms": 1000 * sum(abs(gap) for gap, _ in pairs) / len(pairs),
        "closures": sum(viseme == "PP" for _, viseme in pairs) / max(1, closures),
    }


def evaluation() -> ModuleType:
    path = Path(SHARED or "") / "tools/evaluate_speech.py"
    spec = importlib.util.spec_from_file_location("evaluate_speech", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
