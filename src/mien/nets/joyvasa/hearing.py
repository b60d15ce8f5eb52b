"""Speech as HuBERT hears it (Hsu et al. 2021), brought to the frames of the motion."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional
from transformers import HubertConfig, HubertModel

from mien.nets.joyvasa.params import FRAMES_PER_S, AudioParams

HOP, REACH = 320, 400
"""Samples from one frame of HuBERT's convolutions to the next, and those that one frame sees."""
_PER_S = 50
"""Frames of HuBERT."""


def make_hubert(params: AudioParams) -> HubertModel:
    """HuBERT of these sizes; all else is as in the base model."""
    config = HubertConfig(
        hidden_size=params.width,
        num_hidden_layers=params.num_layers,
        num_attention_heads=params.num_heads,
        intermediate_size=params.feed_forward,
        conv_dim=(params.conv_width,) * len(params.conv_kernels),
        conv_kernel=params.conv_kernels,
        conv_stride=params.conv_strides,
        num_conv_pos_embeddings=params.position_kernel,
        num_conv_pos_embedding_groups=params.position_groups,
        attn_implementation="sdpa",
    )
    return HubertModel(config)


def lengthened(samples_BS: Tensor) -> Tensor:
    """As many samples more at both ends, about, as HuBERT's last frame needs beyond a whole number
    of hops: its mirror image twice, each time half of them, and the last sample again if odd."""
    count = samples_BS.shape[1]
    lacking = HOP * (count // HOP) + REACH - HOP - count
    side = -(-lacking // 2)
    if side <= 0:
        return samples_BS
    half = side // 2
    if half:
        for _ in range(2):
            samples_BS = functional.pad(samples_BS, (half, half), mode="reflect")
    if side % 2:
        samples_BS = functional.pad(samples_BS, (1, 1), mode="replicate")
    return samples_BS


def convolved(hubert: HubertModel, samples_BS: Tensor, num_frames: int) -> Tensor:
    """(B, C, 2 * num_frames) of the window's samples, by HuBERT's convolutions."""
    found_BCT = hubert.feature_extractor(lengthened(samples_BS))
    most = round(2 * num_frames * _PER_S / FRAMES_PER_S)
    return _resized(found_BCT[..., :most], 2 * num_frames)


def contextualised(hubert: HubertModel, found_BCT: Tensor) -> Tensor:
    """(B, T, C): what the transformer makes of it, each frame in the light of all others."""
    kind = hubert.feature_projection.projection.weight.dtype
    x_BTC = hubert.feature_projection(found_BCT.transpose(1, 2).to(kind))
    heard: Tensor = hubert.encoder(x_BTC).last_hidden_state
    return heard


def per_frame(heard_BTC: Tensor, num_frames: int) -> Tensor:
    """(B, L, C): a row for each frame of the motion."""
    return _resized(heard_BTC.transpose(1, 2), num_frames).transpose(1, 2)


def _resized(x_BCT: Tensor, count: int) -> Tensor:
    # In half precision the places themselves would be rounded.
    resized = functional.interpolate(x_BCT.float(), size=count, mode="linear", align_corners=False)
    return resized.to(x_BCT.dtype)


def fold_weight_norm(hubert: HubertModel) -> None:
    """Compute the weights of the convolution that tells positions once and for all, in place."""
    conv = hubert.encoder.pos_conv_embed.conv
    with torch.no_grad():
        torch.nn.utils.parametrize.remove_parametrizations(conv, "weight")
    conv.requires_grad_(False)
