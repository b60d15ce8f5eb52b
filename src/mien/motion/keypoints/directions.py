"""The directions in which LivePortrait's expression is known to move, and what they show.

LivePortrait's expression is the offset (21, 3) of its keypoints, x right, y down, z away from the
camera. The sliders of its portrait editor move the keypoints along a few directions that people
found by hand. Here are those directions, the slider positions that count as fully there, and the
blendshapes that they are made of. The editor's grin has no negative side; films of rounded lips
move there.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from mien.motion.arkit import shape_weights
from mien.types import Floats

NUM_KEYPOINTS = 21
Shapes = dict[str, float]


@dataclass(frozen=True, slots=True)
class Slider:
    """moves: thousandths of a canvas unit per unit of the slider, by keypoint and axis.
    high, low: the positions that count as 1. shapes_high, shapes_low: the blendshapes then; a
    name without its side is both sides."""

    name: str
    moves: dict[str, float]
    high: float
    shapes_high: Shapes
    low: float = -1.0
    shapes_low: Shapes = field(default_factory=dict)


SLIDERS = (
    Slider(
        "smile",
        {
            "20y": -10.0, "14y": -20.0, "17y": 6.5, "17z": 3.0,
            "13y": -2.75, "16y": -2.75, "3y": -3.5, "7y": -3.5,
        },
        1.0, {"mouthSmile": 1.0, "cheekSquint": 0.5, "eyeSquint": 0.3},
        -0.3, {"mouthFrown": 1.0, "mouthShrugLower": 0.3},
    ),
    Slider(
        "grin", {"20z": -1.0, "20y": -1.0, "14y": -1.0},
        15.0, {"mouthSmile": 0.9, "mouthUpperUp": 0.5, "cheekSquint": 0.5, "eyeSquint": 0.4},
        -15.0, {"mouthPucker": 0.6, "mouthFunnel": 0.5},
    ),
    Slider(
        "purse", {"14y": 1.0, "3y": -0.5, "7y": -0.5, "17z": -0.5},
        15.0, {"mouthPucker": 0.7},
        -20.0, {"mouthStretch": 0.6, "mouthSmile": 0.4},
    ),
    Slider(
        "pout", {"19x": 1000.0},
        0.04, {"mouthLeft": 0.7, "jawLeft": 0.3},
        -0.04, {"mouthRight": 0.7, "jawRight": 0.3},
    ),
    Slider(
        "eyebrow up", {"1y": 1.0, "2y": -1.0},
        15.0, {"browInnerUp": 0.8, "browOuterUp": 0.8},
        -15.0, {"browDown": 0.8},
    ),
    Slider(
        "eyebrow below 0", {"1x": 1.0, "2x": -1.0, "1y": -0.3, "2y": 0.3},
        15.0, {"browDown": 0.5, "browInnerUp": 0.5},
    ),
    Slider(
        "eyeball x", {"11x": 0.85, "15x": 0.85},
        24.0, {"eyeLookOutLeft": 1.0, "eyeLookInRight": 1.0},
        -24.0, {"eyeLookInLeft": 1.0, "eyeLookOutRight": 1.0},
    ),
    Slider(
        "eyeball y", {"11y": -0.5, "15y": -0.5, "13y": -0.15, "16y": -0.15},
        50.0, {"eyeLookUp": 1.0},
        -50.0, {"eyeLookDown": 1.0},
    ),
)  # fmt: skip
"""What the keypoints alone decide. Left and right are the person's own: +x of the picture is to
the person's left. The editor's eyeball x moves the two eyes by .7 and 1, by which side it is on;
its eyeball y is taken together with the blink that comes with it."""

GAUGED = (
    Slider("wink, right eye", {"11y": 1.0, "13y": -0.3}, 1.0, {}),
    Slider("wink, left eye", {"15y": 1.0, "16y": -0.3}, 1.0, {}),
    Slider("lip close-open", {"19y": 1.0, "19z": 0.1, "17y": -0.1}, 1.0, {}),
)
"""Those that also show as opening over width, which decides how far they are there. The editor's
wink shuts the eye on the picture's left; its blink moves both eyes like this."""


def column(place: str) -> int:
    """Column of the 63 numbers of an expression for a keypoint and axis such as ``"11y"``."""
    return int(place[:-1]) * 3 + "xyz".index(place[-1])


def moves_of(sliders: tuple[Slider, ...]) -> Floats:
    """(sliders, 63): canvas units per unit of each slider."""
    moves = np.zeros((len(sliders), NUM_KEYPOINTS * 3))
    for row, slider in zip(moves, sliders, strict=True):
        for place, move in slider.moves.items():
            row[column(place)] = move / 1000.0
    return moves


def shapes_of(sliders: tuple[Slider, ...]) -> tuple[Floats, Floats]:
    """Two (sliders, 52): blendshapes at ``high`` and at ``low``."""
    high = np.stack([shape_weights(slider.shapes_high) for slider in sliders])
    low = np.stack([shape_weights(slider.shapes_low) for slider in sliders])
    return high, low
