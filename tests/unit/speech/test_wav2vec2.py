"""A user's Wav2Vec2 model: its files, its tokens and the times of what it hears."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from safetensors.numpy import save_file

from fakes.voices import RATE, say
from fakes.wav2vec2 import TOKENS, weights, write_model
from mien.errors import UnreadableMediaError
from mien.speech.phonemes import PHONES
from mien.speech.recognition import choose_recognizer
from mien.speech.wav2vec2.spikes import Spike, segments_of_spikes, spikes_of
from mien.speech.wav2vec2.tokens import arpabet

pytestmark = pytest.mark.unit


def names(segments: list) -> list[str]:
    return [segment.phoneme for segment in segments]


@pytest.mark.parametrize("large", [True, False])
def test_a_model_in_the_real_layout_recognises(tmp_path: Path, large: bool) -> None:
    recognizer = choose_recognizer(f"wav2vec2:{write_model(tmp_path / 'model', large=large)}")
    samples = say((("SIL", 0.3), ("M", 0.2), ("AA", 0.4), ("SIL", 0.3)))
    found = recognizer.recognize(samples, RATE)
    assert found.backend == "wav2vec2"
    assert found.segments[0].start_s == 0
    assert found.segments[-1].end_s == pytest.approx(1.2)
    assert found == recognizer.recognize(samples, RATE)
    assert recognizer.recognize(np.zeros(0), RATE).segments == ()


def test_windows_leave_no_gap_in_long_sound(tmp_path: Path) -> None:
    recognizer = choose_recognizer(f"wav2vec2:{write_model(tmp_path / 'model')}")
    segments = recognizer.recognize(
        np.random.default_rng(0).normal(0, 0.1, 45 * RATE), RATE
    ).segments
    assert [s.start_s for s in segments[1:]] == [s.end_s for s in segments[:-1]]
    assert segments[-1].end_s == 45


@pytest.mark.parametrize("name", ["config.json", "vocab.json", "model.safetensors"])
@pytest.mark.parametrize("content", [None, b"", b"{}", b"[1]", b"\x00" * 64])
def test_missing_and_damaged_files_are_named(
    tmp_path: Path, name: str, content: bytes | None
) -> None:
    folder = write_model(tmp_path / "model")
    (folder / name).unlink()
    if content is not None:
        (folder / name).write_bytes(content)
    if (name, content) == ("vocab.json", b"{}"):
        return  # a vocabulary of no tokens hears nothing
    with pytest.raises(UnreadableMediaError, match="model"):
        choose_recognizer(f"wav2vec2:{folder}")


@pytest.mark.parametrize(
    "left_out", ["lm_head.weight", "wav2vec2.encoder.layers.1.layer_norm.bias"]
)
def test_missing_weights_are_named(tmp_path: Path, left_out: str) -> None:
    folder = write_model(tmp_path / "model")
    save_file(
        {k: v for k, v in weights(True).items() if k != left_out}, folder / "model.safetensors"
    )
    with pytest.raises(UnreadableMediaError, match=left_out):
        choose_recognizer(f"wav2vec2:{folder}").recognize(np.zeros(RATE), RATE)


def test_other_models_are_refused(tmp_path: Path) -> None:
    folder = write_model(tmp_path / "model")
    (folder / "config.json").write_text(json.dumps({"model_type": "whisper"}))
    with pytest.raises(UnreadableMediaError, match="no Wav2Vec2 model"):
        choose_recognizer(f"wav2vec2:{folder}")


@pytest.mark.parametrize(
    ("token", "phonemes"),
    [
        ("m", "M"), ("ɑːɹ", "AA R"), ("tʃ", "CH"), ("oʊ", "OW"), ("iː", "IY"), ("ɚ", "ER"),
        ("tɕh", "CH HH"), ("ç", "SH"), ("ũ", "UW"), ("<unk>", ""), ("ː", ""), ("5", ""),
    ],
)  # fmt: skip
def test_tokens_become_the_nearest_phonemes(token: str, phonemes: str) -> None:
    assert arpabet(token) == tuple(phonemes.split())


@given(st.text(max_size=6))
def test_any_token_has_known_phonemes(token: str) -> None:
    assert set(arpabet(token)) <= set(PHONES)


def test_spikes_lie_where_the_network_is_surest() -> None:
    logs = np.log(np.full((8, len(TOKENS)), 1e-4, np.float32))
    logs[:, 0] = np.log(0.9)
    logs[2:4, 4] = np.log([0.91, 0.97])  # m, surest in frame 3
    logs[6, 5] = np.log(0.95)
    found = spikes_of(logs, {n: arpabet(t) for n, t in enumerate(TOKENS)}, 0)
    assert [s.phonemes for s in found] == [("M",), ("AA",)]
    assert [s.time_s for s in found] == pytest.approx([0.0725, 0.1325])
    assert found[0].confidence == pytest.approx(0.97)


def test_segments_meet_midway_and_pauses_are_kept_apart() -> None:
    quiet = np.zeros(200, bool)
    quiet[:20] = quiet[80:120] = quiet[170:] = True
    spikes = [Spike(t, (p,), 0.9) for t, p in ((0.3, "M"), (0.5, "AA"), (0.7, "S"), (1.4, "IY"))]
    segments = segments_of_spikes(spikes, quiet, 2.0)
    assert names(segments) == ["SIL", "M", "AA", "S", "SIL", "IY", "SIL"]
    starts = [s.start_s for s in segments]
    assert starts == pytest.approx([0, 0.2, 0.4, 0.6, 0.8, 1.2, 1.6], abs=0.02)
    assert segments[-1].end_s == 2.0
