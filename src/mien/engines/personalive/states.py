"""What the official files hold, and how far they may differ from what the networks need.

Three of them are read without looking by upstream: the denoising UNet, what joins its frames, and
the motion extractor. Here each has its keys, and the only liberties are those named below.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from mien.weights import State, part_of, read_state
from mien.weights.autoencoder import renamed
from mien.weights.strict import check_finite, check_state

_TEMPORAL = ".temporal_modules."
_POSITIONS = ".pos_encoder.pe"
"""Tables that are computed: a file may do without."""
_COUNTED = "vision_model.embeddings.position_ids"
"""What CLIP's files held when transformers still wrote it: the numbers from 0 on."""
_BINS = ("idx_tensor", "module.idx_tensor")
"""What the motion extractor counts bins with: the numbers from 0 on."""
_EXPRESSION = ("detector.fc_exp.weight", "detector.fc_exp.bias")
"""A head whose result is not used: a file may do without."""


def read_whole(path: Path) -> State:
    """The tensors of a file, in float32 where they are in numbers of half the size."""
    return {key: _widened(tensor) for key, tensor in read_state(path).items()}


def spatial_state(path: Path, needed: State) -> State:
    """Of ``denoising_unet.pth``, for a network that needs these tensors: all but what joins its
    frames, which the file may hold, too. Raises WeightsError."""
    state = read_whole(path)
    own = {key: each for key, each in needed.items() if _TEMPORAL not in key or key in state}
    check_state(own, state, path)
    check_finite(state, path)
    return state


def temporal_state(path: Path, needed: State) -> State:
    """Of ``temporal_module.pth``, for the same network: what joins its frames. The file may do
    without tables of positions, and may hold other layers of the network, which then count."""
    state = {key: each for key, each in needed.items() if _POSITIONS in key} | read_whole(path)
    own = {key: each for key, each in needed.items() if _TEMPORAL in key or key in state}
    check_state(own, state, path)
    check_finite(state, path)
    return state


def _whole(state: State, path: Path, needed: State) -> State:
    return state


def _autoencoder(state: State, path: Path, needed: State) -> State:
    return renamed(state)


def _image_encoder(state: State, path: Path, needed: State) -> State:
    return {key: each for key, each in state.items() if key != _COUNTED}


def _motion_extractor(state: State, path: Path, needed: State) -> State:
    import torch

    unused = {key: torch.zeros(needed[key].shape) for key in _EXPRESSION}
    return unused | {key: each for key, each in state.items() if key not in _BINS}


def _decoder(state: State, path: Path, needed: State) -> State:
    return part_of(state, "decoder", path)


STATES: Mapping[str, Callable[[State, Path, State], State]] = {
    "reference_unet": _whole,
    "vae": _autoencoder,
    "image_encoder": _image_encoder,
    "motion_encoder": _whole,
    "pose_guider": _whole,
    "motion_extractor": _motion_extractor,
    "tiny": _decoder,
}
"""From what a file holds, and what the network needs, to the state of the network."""


def _widened(tensor: Any) -> Any:
    import torch

    return tensor.float() if tensor.dtype in (torch.float16, torch.bfloat16) else tensor
