"""The sizes of JoyVASA's networks: the published ones, and those of any file, told by the shapes of
its tensors. The arguments that a file keeps are not asked: upstream itself does not go by them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Positions = Literal["legacy", "per-position"]
"""How the denoiser knows which frame is which. ``legacy``: not at all; one and the same row of its
table is added to all of them, which is how the weights published until December 2025 were trained.
``per-position``: a row for each.
"""
Shapes = Mapping[str, tuple[int, ...]]
"""Key of a state, as in the official file -> shape."""

SAMPLE_RATE = 16_000
FRAMES_PER_S = 25
SAMPLES_PER_FRAME = SAMPLE_RATE // FRAMES_PER_S
_HEADS = 8
"""Of the denoiser; no tensor tells."""
_HEAD_SIZE = 64
"""Of HuBERT's attention, in all its sizes."""
_KERNELS, _STRIDES = (10, 3, 3, 3, 3, 2, 2), (5, 2, 2, 2, 2, 2, 2)
"""Of HuBERT's convolutions: one frame sees 400 samples, and the next begins 320 later."""
_LAYERS = "denoising_net.transformer.layers.{}.linear1.weight"
_CONVS = "audio_encoder.feature_extractor.conv_layers.{}.conv.weight"
_HEARING = "audio_encoder.encoder.layers.{}.feed_forward.intermediate_dense.weight"
_POSITIONS = "audio_encoder.encoder.pos_conv_embed.conv."


@dataclass(frozen=True, slots=True)
class AudioParams:
    """HuBERT. conv_width: channels of its convolutions."""

    conv_width: int
    conv_kernels: tuple[int, ...]
    conv_strides: tuple[int, ...]
    width: int
    num_layers: int
    num_heads: int
    feed_forward: int
    position_kernel: int
    position_groups: int


@dataclass(frozen=True, slots=True)
class DenoiserParams:
    """num_times, num_positions: rows of its tables of sinusoids."""

    motion_size: int
    num_previous: int
    window: int
    width: int
    feed_forward: int
    num_layers: int
    num_heads: int
    num_times: int
    num_positions: int

    @property
    def num_tokens(self) -> int:
        """The frames before the window and those in it."""
        return self.num_previous + self.window


@dataclass(frozen=True, slots=True)
class JoyVasaParams:
    """num_steps: of the diffusion that it was trained with."""

    audio: AudioParams
    denoiser: DenoiserParams
    num_steps: int


JOYVASA = JoyVasaParams(
    audio=AudioParams(
        conv_width=512,
        conv_kernels=_KERNELS,
        conv_strides=_STRIDES,
        width=768,
        num_layers=12,
        num_heads=12,
        feed_forward=3072,
        position_kernel=128,
        position_groups=16,
    ),
    denoiser=DenoiserParams(
        motion_size=73,
        num_previous=10,
        window=100,
        width=256,
        feed_forward=1024,
        num_layers=8,
        num_heads=_HEADS,
        num_times=501,
        num_positions=600,
    ),
    num_steps=50,
)
"""As published."""


def params_of(shapes: Shapes) -> JoyVasaParams:
    """The sizes of the networks whose state has these shapes. ValueError saying what is odd about
    them, KeyError for a tensor that is missing."""
    return JoyVasaParams(
        _audio(shapes), _denoiser(shapes), _side(shapes, "diffusion_sched.betas", 0) - 1
    )


def _audio(shapes: Shapes) -> AudioParams:
    kernels = tuple(_side(shapes, _CONVS.format(i), 2) for i in range(_count(shapes, _CONVS)))
    if kernels != _KERNELS:
        raise ValueError(f"has convolutions of {kernels} samples where HuBERT has {_KERNELS}")
    width = _side(shapes, "audio_encoder.feature_projection.projection.weight", 0)
    if width % _HEAD_SIZE:
        raise ValueError(f"has a HuBERT of width {width}, which is no multiple of {_HEAD_SIZE}")
    names = ("weight_v", "parametrizations.weight.original1")
    name = next((each for each in names if _POSITIONS + each in shapes), names[0])
    group = _side(shapes, _POSITIONS + name, 1)
    if width % group:
        raise ValueError(f"has groups of {group} channels, which do not divide {width}")
    return AudioParams(
        conv_width=_side(shapes, _CONVS.format(0), 0),
        conv_kernels=kernels,
        conv_strides=_STRIDES,
        width=width,
        num_layers=_count(shapes, _HEARING),
        num_heads=width // _HEAD_SIZE,
        feed_forward=_side(shapes, _HEARING.format(0), 0),
        position_kernel=_side(shapes, _POSITIONS + name, 2),
        position_groups=width // group,
    )


def _denoiser(shapes: Shapes) -> DenoiserParams:
    width = _side(shapes, "audio_feature_map.weight", 0)
    if width % (2 * _HEADS):
        raise ValueError(f"has a width of {width}, which {_HEADS} heads cannot share")
    previous = _side(shapes, "start_motion_feat", 1)
    motion = _side(shapes, "start_motion_feat", 2)
    tokens, inputs = (
        _side(shapes, "denoising_net.alignment_mask", 0),
        _side(shapes, "denoising_net.feature_proj.weight", 1),
    )
    if tokens <= previous:
        raise ValueError(f"knows {previous} frames before a window of {tokens - previous}")
    if inputs != motion:
        raise ValueError(f"reads {inputs} numbers for each frame where its motion has {motion}")
    return DenoiserParams(
        motion_size=motion,
        num_previous=previous,
        window=tokens - previous,
        width=width,
        feed_forward=_side(shapes, _LAYERS.format(0), 0),
        num_layers=_count(shapes, _LAYERS),
        num_heads=_HEADS,
        num_times=_side(shapes, "denoising_net.TE.pe", 1),
        num_positions=_side(shapes, "denoising_net.PE.pe", 1),
    )


def _count(shapes: Shapes, key: str) -> int:
    """How many layers there are, 1 at least."""
    count = 0
    while key.format(count) in shapes:
        count += 1
    return max(count, 1)  # the first is then named as missing


def _side(shapes: Shapes, key: str, axis: int) -> int:
    shape = shapes[key]
    if axis >= len(shape) or shape[axis] < 1:
        raise ValueError(f"has {key} of a shape that it cannot have")
    return shape[axis]
