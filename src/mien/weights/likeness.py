"""Whose weights these look like, so that a complaint about a wrong file can say what it is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_BY_KEY = {
    "resblocks_3d.3dr0.conv1.weight": "the appearance extractor",
    "detector.fc_kp.weight": "the motion extractor",
    "dense_motion_network.mask.weight": "the warping network",
    "G_middle_0.conv_0.weight_orig": "the SPADE generator",
    "G_middle_0.conv_0.weight": "the SPADE generator",
    "retarget_shoulder.mlp.0.weight": "the stitching and retargeting networks",
    "denoising_net.motion_dec.0.weight": "JoyVASA's motion generator",
    "down_blocks.0.motion_modules.0.temporal_transformer.norm.weight": "the denoising UNet",
    "down_blocks.0.temporal_modules.0.temporal_transformer.norm.weight": "the temporal module",
    "down_blocks.0.resnets.0.conv1.weight": "a UNet for pictures alone",
    "model.att_1.norm.weight": "the motion encoder",
    "conv_out_modify.weight": "the pose guider",
    "vision_model.embeddings.class_embedding": "CLIP's encoder of pictures",
    "quant_conv.weight": "an autoencoder of pictures",
}
"""A key that no other network has, or none that comes after it here."""

_BY_INPUTS = {
    126: "the stitching network",
    66: "the eye retargeting network",
    65: "the lip retargeting network",
}
"""Inputs of the perceptrons, whose keys are the same."""


def likeness(state: Mapping[str, Any]) -> str | None:
    """Whose state this is, by a key or two, None for nobody's."""
    for key, name in _BY_KEY.items():
        if key in state:
            return name
    first = state.get("mlp.0.weight")
    if first is None or len(first.shape) != 2:
        return None
    return _BY_INPUTS.get(first.shape[1])
