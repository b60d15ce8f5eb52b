"""The ONNX files of LivePortrait's networks: what they are called, what they take and give.

Names and orders are FasterLivePortrait's, so that its files and ours stand in for each other. The
batch is 1.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

Shape = tuple[int, ...]

PICTURE: Shape = (1, 3, 256, 256)
VOLUME: Shape = (1, 32, 16, 64, 64)
KEYPOINTS: Shape = (1, 21, 3)
_BINS: Shape = (1, 66)
_FLAT_KEYPOINTS: Shape = (1, 63)


@dataclass(frozen=True, slots=True)
class OnnxFile:
    """One file, and the shapes of its inputs and outputs by name.

    part: what `mien.weights` calls it. required: whether there is a runtime without it.
    """

    part: str
    name: str
    inputs: Mapping[str, Shape]
    outputs: Mapping[str, Shape]
    required: bool = True


APPEARANCE = OnnxFile(
    "appearance", "appearance_feature_extractor.onnx", {"img": PICTURE}, {"output": VOLUME}
)
MOTION = OnnxFile(
    "motion",
    "motion_extractor.onnx",
    {"img": PICTURE},
    {
        "pitch": _BINS,
        "yaw": _BINS,
        "roll": _BINS,
        "t": (1, 3),
        "exp": _FLAT_KEYPOINTS,
        "scale": (1, 1),
        "kp": _FLAT_KEYPOINTS,
    },
)
"""Angles are logits of bins, as the heads say them."""
PAINTING = OnnxFile(
    "warping-generator",
    "warping_spade.onnx",
    {"feature_3d": VOLUME, "kp_driving": KEYPOINTS, "kp_source": KEYPOINTS},
    {"out": (1, 3, 512, 512)},
)
STITCHING = OnnxFile(
    "stitching", "stitching.onnx", {"input": (1, 126)}, {"output": (1, 65)}, required=False
)
EYES = OnnxFile(
    "eyes", "stitching_eye.onnx", {"input": (1, 66)}, {"output": _FLAT_KEYPOINTS}, required=False
)
LIP = OnnxFile(
    "lip", "stitching_lip.onnx", {"input": (1, 65)}, {"output": _FLAT_KEYPOINTS}, required=False
)

FILES = (APPEARANCE, MOTION, PAINTING, STITCHING, EYES, LIP)
"""All that there are, without the landmarks."""
