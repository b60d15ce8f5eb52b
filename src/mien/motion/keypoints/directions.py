"""The directions in which LivePortrait's expression is known to move, and what they show.

LivePortrait's expression is the offset (21, 3) of its keypoints, x right, y down, z away from the
camera. Its portrait editor (sliders of pull requests #261 and later) moves the keypoints along a
few hand-found directions. A row here is such a direction with the slider position that counts as
fully there, and the blendshapes that it is made of. ``not grin`` and ``brows down`` are the
opposite of a slider that has no negative side: films of rounded lips and of frowns move there.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mien.motion.arkit import shape_weights
from mien.types import Floats

NUM_KEYPOINTS = 21
_GRIN = {"20z": -1.0, "20y": -1.0, "14y": -1.0}
_SMILE = {
    "20y": -10.0, "14y": -20.0, "17y": 6.5, "17z": 3.0,
    "13y": -2.75, "16y": -2.75, "3y": -3.5, "7y": -3.5,
}  # fmt: skip
_PURSE = {"14y": 1.0, "3y": -0.5, "7y": -0.5, "17z": -0.5}
_BROWS_UP = {"1y": 1.0, "2y": -1.0}
_BROWS_KNIT = {"1x": -1.0, "2x": 1.0, "1y": 0.3, "2y": -0.3}
_LOOK_RIGHT = {"11x": 0.7, "15x": 1.0}
_LOOK_LEFT = {"11x": 1.0, "15x": 0.7}
_LOOK_UP = {"11y": -0.5, "15y": -0.5, "13y": -0.15, "16y": -0.15}


@dataclass(frozen=True, slots=True)
class Direction:
    """moves: thousandths of a canvas unit per unit of the slider, by keypoint and axis. full: the
    slider's position that counts as 1. shapes: the blendshapes then; a name without its side is
    both sides."""

    name: str
    moves: dict[str, float]
    full: float
    shapes: dict[str, float]


SHAPED = (
    Direction("smile", _SMILE, 1.0, {"mouthSmile": 1.0, "cheekSquint": 0.5, "eyeSquint": 0.3}),
    Direction("frown", _SMILE, -0.45, {"mouthFrown": 1.0, "mouthShrugLower": 0.3}),
    Direction(
        "grin",
        _GRIN,
        15.0,
        {
            "mouthSmile": 0.7,
            "mouthUpperUp": 0.5,
            "mouthStretch": 0.2,
            "cheekSquint": 0.5,
            "eyeSquint": 0.4,
        },
    ),
    Direction("not grin", _GRIN, -15.0, {"mouthPucker": 0.7, "mouthFunnel": 0.5}),
    Direction("purse", _PURSE, 15.0, {"mouthPucker": 0.8}),
    Direction("widen", _PURSE, -20.0, {"mouthStretch": 0.6, "mouthSmile": 0.4}),
    Direction("lip to the left", {"19x": 1000.0}, 0.04, {"mouthLeft": 0.7, "jawLeft": 0.3}),
    Direction("lip to the right", {"19x": 1000.0}, -0.04, {"mouthRight": 0.7, "jawRight": 0.3}),
    Direction("brows up", _BROWS_UP, 15.0, {"browInnerUp": 0.8, "browOuterUp": 0.8}),
    Direction("brows down", _BROWS_UP, -15.0, {"browDown": 0.8}),
    Direction("brows knit", _BROWS_KNIT, -15.0, {"browDown": 0.5, "browInnerUp": 0.5}),
    Direction("look left", _LOOK_RIGHT, 24.0, {"eyeLookOutLeft": 1.0, "eyeLookInRight": 1.0}),
    Direction("look right", _LOOK_LEFT, -24.0, {"eyeLookInLeft": 1.0, "eyeLookOutRight": 1.0}),
    Direction("look up", _LOOK_UP, 40.0, {"eyeLookUp": 1.0}),
    Direction("look down", _LOOK_UP, -40.0, {"eyeLookDown": 1.0}),
)
"""What the keypoints alone decide. Left and right are the person's own: +x of the picture is to
the person's left."""

SHUT_RIGHT = Direction("shut the right eye", {"11y": 1.0, "13y": -0.3}, 1.0, {})
SHUT_LEFT = Direction("shut the left eye", {"15y": 1.0, "16y": -0.3}, 1.0, {})
OPEN_LIPS = Direction("open the lips", {"19y": 1.0, "19z": 0.1, "17y": -0.1}, 1.0, {})
"""The three that also show as opening over width, which decides how far they are there. The
editor's wink shuts the eye on the picture's left, its blink both."""
GAUGED = (SHUT_RIGHT, SHUT_LEFT, OPEN_LIPS)


def column(place: str) -> int:
    """Column of the 63 numbers of an expression for a keypoint and axis such as ``"11y"``."""
    return int(place[:-1]) * 3 + "xyz".index(place[-1])


def moves_of(directions: tuple[Direction, ...]) -> Floats:
    """(directions, 63): canvas units at full."""
    moves = np.zeros((len(directions), NUM_KEYPOINTS * 3))
    for row, direction in zip(moves, directions, strict=True):
        for place, move in direction.moves.items():
            row[column(place)] = move * direction.full / 1000.0
    return moves


def shapes_of(directions: tuple[Direction, ...]) -> Floats:
    """(directions, 52): blendshapes at full."""
    return np.stack([shape_weights(direction.shapes) for direction in directions])
