"""JoyVASA in the official layout, filled by the recipe: small networks, nobody's training."""

from __future__ import annotations

import pickle
from argparse import Namespace
from pathlib import Path, PosixPath
from typing import Any

import numpy as np
import torch

from mien.drivers.joyvasa import JoyVasa, JoyVasaSettings
from mien.drivers.joyvasa.loading import BUNDLE
from mien.drivers.joyvasa.recipe import recipe_model, recipe_weights
from mien.nets.joyvasa.params import JOYVASA, AudioParams, DenoiserParams, JoyVasaParams

SMALL = JoyVasaParams(
    audio=AudioParams(
        conv_width=8,
        conv_kernels=JOYVASA.audio.conv_kernels,
        conv_strides=JOYVASA.audio.conv_strides,
        width=64,
        num_layers=1,
        num_heads=1,
        feed_forward=32,
        position_kernel=8,
        position_groups=4,
    ),
    denoiser=DenoiserParams(
        motion_size=73,
        num_previous=3,
        window=12,
        width=32,
        feed_forward=48,
        num_layers=2,
        num_heads=8,
        num_times=9,
        num_positions=20,
    ),
    num_steps=6,
)
GENERATOR, TEMPLATE = (each.place for each in BUNDLE.artifacts)
ARGUMENTS = Namespace(
    n_motions=100, fps=25, pad_mode="zero", n_layers=6, use_indicator=True, exp_dir=PosixPath("a/b")
)


def small_state(seed: int = 0) -> dict[str, torch.Tensor]:
    """A state of `SMALL`, keys as in the official file."""
    return recipe_weights(SMALL, seed)


def template_arrays() -> dict[str, Any]:
    """The range of the motion, as ``motion_template.pkl`` has it: more than is read."""
    sizes = {"scale": 1, "R": 9, "t": 3, "exp": 63, "pitch": 1, "yaw": 1, "roll": 1, "lip": 1}
    sizes["eyes"] = 2
    values = {"mean": 0.01, "std": 0.02, "max": 5.0, "min": -5.0, "abs_max": 5.0}
    arrays = {
        f"{which}_{name}": np.full(size, value, np.float32)
        for which, value in values.items()
        for name, size in sizes.items()
    }
    bounds = {"min_scale": 1.4, "max_scale": 1.5, "min_t": -0.05, "max_t": 0.05}
    return arrays | {key: np.full_like(arrays[key], value) for key, value in bounds.items()}


def write_joyvasa(
    folder: Path,
    state: dict[str, torch.Tensor] | None = None,
    arguments: Any = ARGUMENTS,
    template: Any = None,
) -> Path:
    """Write both files below ``folder``, which stands for ``pretrained_weights``; the folder."""
    for place in (GENERATOR, TEMPLATE):
        (folder / place).parent.mkdir(parents=True, exist_ok=True)
    content = {"args": arguments, "model": state or small_state(), "iter": 20_000}
    torch.save(content, folder / GENERATOR)
    arrays = template_arrays() if template is None else template
    (folder / TEMPLATE).write_bytes(pickle.dumps(arrays))
    return folder


def small_joyvasa(**chosen: Any) -> JoyVasa:
    """The driver with small networks on the processor."""
    settings = JoyVasaSettings(device="cpu", **chosen)
    return JoyVasa(settings, recipe_model(settings, SMALL))
