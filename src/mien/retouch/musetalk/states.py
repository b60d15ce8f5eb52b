"""What official files of weights hold, in the names that the networks have today."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from mien.weights import State, part_of
from mien.weights.autoencoder import renamed

_ENCODERS = ("model.encoder", "encoder")
"""Where whisper's files keep the encoder, with and without what makes words of it."""


def _whole(state: State, path: Path) -> State:
    return state


def _renamed(state: State, path: Path) -> State:
    return renamed(state)


def _encoder(state: State, path: Path) -> State:
    prefix = next((each for each in _ENCODERS if f"{each}.conv1.weight" in state), _ENCODERS[0])
    return part_of(state, prefix, path)


def _decoder(state: State, path: Path) -> State:
    return part_of(state, "decoder", path)


STATES: Mapping[str, Callable[[State, Path], State]] = {
    "unet": _whole,
    "vae": _renamed,
    "hearing": _encoder,
    "parsing": _whole,
    "tiny": _decoder,
}
"""From what a file holds to the state of the network."""
