"""A tiny Wav2Vec2 model for CTC with random weights, in the layout of Hugging Face."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
from safetensors.numpy import save_file

TOKENS = ("<pad>", "<s>", "</s>", "<unk>", "m", "ɑː", "s", "iː", "tʃ", "ɑːɹ", "ɚ", "oʊ", "t", "ʊ")
WIDTH, NARROW, WIDE, LAYERS = 32, 16, 64, 2
KERNELS, STRIDES = (10, 3, 3, 3, 3, 2, 2), (5, 2, 2, 2, 2, 2, 2)


def config(large: bool) -> dict[str, Any]:
    """Of the layouts of wav2vec2-large-lv60 (and xlsr) and wav2vec2-base."""
    return {
        "model_type": "wav2vec2", "vocab_size": len(TOKENS), "hidden_size": WIDTH,
        "num_hidden_layers": LAYERS, "num_attention_heads": 4, "intermediate_size": WIDE,
        "conv_dim": [NARROW] * 7, "conv_kernel": KERNELS, "conv_stride": STRIDES,
        "num_conv_pos_embeddings": 128 if large else 16, "num_conv_pos_embedding_groups": 4,
        "pad_token_id": 0, "feat_extract_norm": "layer" if large else "group",
        "do_stable_layer_norm": large, "conv_bias": large, "hidden_act": "gelu",
        "feat_extract_activation": "gelu", "layer_norm_eps": 1e-5,
    }  # fmt: skip


def weights(large: bool) -> dict[str, np.ndarray]:
    """The same every time."""
    rng, made = np.random.default_rng(5), {}

    def add(name: str, *shape: int, spread: float = 0.25) -> None:
        made[name] = rng.normal(0, spread, shape).astype(np.float32)

    def affine(name: str, out: int, into: int = 0) -> None:
        add(f"{name}.weight", *((out, into) if into else (out,)))
        add(f"{name}.bias", out)

    for n, kernel in enumerate(KERNELS):
        name = f"wav2vec2.feature_extractor.conv_layers.{n}"
        add(f"{name}.conv.weight", NARROW, NARROW if n else 1, kernel)
        if large:
            add(f"{name}.conv.bias", NARROW)
        if large or n == 0:
            affine(f"{name}.layer_norm", NARROW)
    affine("wav2vec2.feature_projection.layer_norm", NARROW)
    affine("wav2vec2.feature_projection.projection", WIDTH, NARROW)
    positions, encoder = (128 if large else 16), "wav2vec2.encoder"
    length, direction = (
        ("parametrizations.weight.original0", "parametrizations.weight.original1")
        if large
        else ("weight_g", "weight_v")
    )
    add(f"{encoder}.pos_conv_embed.conv.{length}", 1, 1, positions)
    add(f"{encoder}.pos_conv_embed.conv.{direction}", WIDTH, WIDTH // 4, positions)
    add(f"{encoder}.pos_conv_embed.conv.bias", WIDTH)
    affine(f"{encoder}.layer_norm", WIDTH)
    for n in range(LAYERS):
        name = f"{encoder}.layers.{n}"
        for part in "qkv":
            affine(f"{name}.attention.{part}_proj", WIDTH, WIDTH)
        affine(f"{name}.attention.out_proj", WIDTH, WIDTH)
        affine(f"{name}.layer_norm", WIDTH)
        affine(f"{name}.feed_forward.intermediate_dense", WIDE, WIDTH)
        affine(f"{name}.feed_forward.output_dense", WIDTH, WIDE)
        affine(f"{name}.final_layer_norm", WIDTH)
    affine("lm_head", len(TOKENS), WIDTH)
    return made


def write_model(folder: Path, *, large: bool = True) -> Path:
    """A folder with all its files."""
    folder.mkdir(exist_ok=True)
    (folder / "config.json").write_text(json.dumps(config(large)))
    vocabulary = {token: number for number, token in enumerate(TOKENS)}
    (folder / "vocab.json").write_text(json.dumps(vocabulary))
    (folder / "preprocessor_config.json").write_text(json.dumps({"do_normalize": True}))
    save_file(weights(large), folder / "model.safetensors")
    return folder
