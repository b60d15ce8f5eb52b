"""The names of Apple's 52 ARKit blendshapes, in their published order. Pure data."""

from __future__ import annotations

import numpy as np

from mien.types import Floats

BLENDSHAPES = (
    "eyeBlinkLeft", "eyeLookDownLeft", "eyeLookInLeft", "eyeLookOutLeft", "eyeLookUpLeft",
    "eyeSquintLeft", "eyeWideLeft",
    "eyeBlinkRight", "eyeLookDownRight", "eyeLookInRight", "eyeLookOutRight", "eyeLookUpRight",
    "eyeSquintRight", "eyeWideRight",
    "jawForward", "jawLeft", "jawRight", "jawOpen",
    "mouthClose", "mouthFunnel", "mouthPucker", "mouthLeft", "mouthRight",
    "mouthSmileLeft", "mouthSmileRight", "mouthFrownLeft", "mouthFrownRight",
    "mouthDimpleLeft", "mouthDimpleRight", "mouthStretchLeft", "mouthStretchRight",
    "mouthRollLower", "mouthRollUpper", "mouthShrugLower", "mouthShrugUpper",
    "mouthPressLeft", "mouthPressRight", "mouthLowerDownLeft", "mouthLowerDownRight",
    "mouthUpperUpLeft", "mouthUpperUpRight",
    "browDownLeft", "browDownRight", "browInnerUp", "browOuterUpLeft", "browOuterUpRight",
    "cheekPuff", "cheekSquintLeft", "cheekSquintRight", "noseSneerLeft", "noseSneerRight",
    "tongueOut",
)  # fmt: skip
"""Left and right are the person's own: Left is on the right of an unmirrored picture."""

SHAPE_INDEX = {name: index for index, name in enumerate(BLENDSHAPES)}


def opposite(name: str) -> str:
    """The mirrored shape's name; itself for a symmetric shape."""
    if name.endswith("Left"):
        return name.removesuffix("Left") + "Right"
    if name.endswith("Right"):
        return name.removesuffix("Right") + "Left"
    return name


def shape_weights(values: dict[str, float]) -> Floats:
    """(52,) float32 weights. A name without its side, as in ``{"eyeBlink": 1}``, sets both."""
    weights = np.zeros(len(BLENDSHAPES), np.float32)
    for name, value in values.items():
        sides = (name,) if name in SHAPE_INDEX else (f"{name}Left", f"{name}Right")
        for side in sides:
            weights[SHAPE_INDEX[side]] = value
    return weights
