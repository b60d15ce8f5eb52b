"""Wav2Vec2 in numpy against transformers 5.23 on the same weights and samples."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from fakes.wav2vec2 import write_model
from mien.speech.wav2vec2.files import read_folder
from mien.speech.wav2vec2.network import Wav2Vec2Network

pytestmark = pytest.mark.golden

EXPECTED = json.loads((Path(__file__).parent / "data/wav2vec2.json").read_text())


@pytest.mark.parametrize("layout", ["large", "base"])
def test_the_probabilities_are_those_of_transformers(layout: str, tmp_path: Path) -> None:
    folder = write_model(tmp_path / "model", large=layout == "large")
    samples = np.random.default_rng(3).normal(0, 0.1, 8000).astype(np.float32)
    logs = Wav2Vec2Network(read_folder(folder), str(folder)).log_probabilities(samples)
    assert logs.shape == (24, 14)
    assert np.allclose(logs[::6], EXPECTED[layout], atol=2e-5)
