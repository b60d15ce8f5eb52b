"""Sizes of networks that have no file of configuration, read off their tensors.

A state that is as wide as the published network, or another network's, gives the published sizes:
what is wrong with it is then told by what it lacks.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mien.nets.liveportrait.params import MOTION, MotionParams
from mien.weights import State

if TYPE_CHECKING:
    from mien.nets.personalive.motion_encoder import MotionEncoderParams

_MOST = 64
"""Of layers in a row, more than any network here has."""


def motion_encoder_sizes(state: State) -> MotionEncoderParams:
    """Of the encoder of faces."""
    from mien.nets.personalive.motion_encoder import MOTION_ENCODER, MotionEncoderParams

    stem = _width(state, "model.conv1.weight")
    half, quarter = (_width(state, f"model.att_{number}.norm.weight") for number in (1, 2))
    tokens = _width(state, "model.att_1.pos_embed.proj.weight")
    maps = _width(state, "model.l0.weight")
    depth = _count(state, "model.m0.b1_{}.bn1.weight", first=1)
    whole = stem and half and quarter and tokens and maps and depth
    if not whole or tokens == MOTION_ENCODER.token_width or depth > MOTION_ENCODER.hourglass_depth:
        return MOTION_ENCODER
    head = MOTION_ENCODER.token_width // MOTION_ENCODER.num_heads
    return MotionEncoderParams((stem, half, quarter), depth, tokens, max(1, tokens // head), maps)


def motion_extractor_sizes(state: State) -> MotionParams:
    """Of LivePortrait's M."""
    stages = range(len(MOTION.widths))
    widths = tuple(_width(state, f"detector.stages.{each}.0.dwconv.weight") for each in stages)
    depths = tuple(
        _count(state, f"detector.stages.{each}.{{}}.dwconv.weight", first=0) for each in stages
    )
    if not all(widths) or widths == MOTION.widths:
        return MOTION
    return MotionParams(
        MOTION.image_channels, widths, depths, MOTION.num_keypoints, MOTION.num_bins
    )


def _width(state: State, key: str) -> int:
    """The first length of a tensor, 0 where it is not there."""
    shape = state[key].shape if key in state else ()
    return int(shape[0]) if shape else 0


def _count(state: State, pattern: str, *, first: int) -> int:
    """How many layers in a row there are, ``first`` being the first one's number."""
    numbers = range(first, first + _MOST)
    return next((n - first for n in numbers if pattern.format(n) not in state), _MOST)
