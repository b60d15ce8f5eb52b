"""Files of configuration say how large networks are, and nothing that could not be."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from mien.errors import WeightsError
from mien.nets.musetalk.params import HEARING, UNET, VAE
from mien.nets.personalive.params import IMAGE_ENCODER
from mien.weights.configs import read_config

pytestmark = pytest.mark.unit


def refusal(path: Path, content: Any, published: Any = UNET) -> str:
    text = content if isinstance(content, str) else json.dumps(content)
    path.write_text(text, "utf-8")
    with pytest.raises(WeightsError) as refused:
        read_config(path, published)
    assert str(path) in str(refused.value)
    return str(refused.value)


def test_what_libraries_note_for_themselves_is_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "musetalk.json"
    path.write_text(json.dumps({"_class_name": "X", "_diffusers_version": "0.6", **UNET}))
    assert read_config(path, UNET) == UNET
    path.write_text(json.dumps({"architectures": ["WhisperModel"], "d_model": 64}))
    assert read_config(path, HEARING) == {**HEARING, "d_model": 64}
    path.write_text(json.dumps({"model_type": "clip_vision_model", **IMAGE_ENCODER}))
    assert read_config(path, IMAGE_ENCODER) == IMAGE_ENCODER


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("in_channels", 1 << 40),
        ("in_channels", True),
        ("in_channels", "8"),
        ("layers_per_block", 100_000),
        ("num_hidden_layers", 100),
        ("sample_size", 4096),
        ("block_out_channels", []),
        ("block_out_channels", [320] * 100),
        ("block_out_channels", [320, 0]),
        ("block_out_channels", 320),
        ("down_block_types", ["__import__('os')"]),
        ("up_block_types", [None]),
        ("norm_eps", -1.0),
        ("norm_eps", 1),
        ("act_fn", "tanh"),
        ("flip_sin_to_cos", False),
        ("freq_shift", 3),
    ],
)
def test_sizes_that_no_network_has_are_refused(tmp_path: Path, key: str, value: Any) -> None:
    published = UNET if key in UNET else IMAGE_ENCODER
    assert f"for {key}, which no network has" in refusal(tmp_path / "c", {key: value}, published)


def test_what_is_no_configuration_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "config.json"
    assert "no file of JSON" in refusal(path, "{", VAE)
    assert "no file of JSON" in refusal(path, "[" * 200_000, VAE)
    assert "holds no configuration" in refusal(path, [1], VAE)
    assert "too long" in refusal(path, " " * (2 << 20), VAE)
    path.write_bytes(b"\xff\xfe{}")
    with pytest.raises(WeightsError, match="no file of JSON"):
        read_config(path, VAE)
    with pytest.raises(WeightsError, match="No such file"):
        read_config(tmp_path / "none.json", VAE)
