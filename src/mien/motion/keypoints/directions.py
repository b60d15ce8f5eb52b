"""The directions in which LivePortrait's expression is known to move, and what they show.

LivePortrait's expression is the offset (21, 3) of its keypoints, x right, y down, z away from the
camera. The sliders of its portrait editor (:mod:`.editor`) move the keypoints along a few
directions that people found by hand. Here are those directions, the slider positions that count as
fully there, and the blendshapes that they are made of. The editor's grin has no negative side;
films of rounded lips move there.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from mien.checks import check_choice
from mien.motion.arkit import shape_weights
from mien.motion.keypoints.editor import EDITOR, Moves
from mien.types import Floats

NUM_KEYPOINTS = 21
Shapes = dict[str, float]


@dataclass(frozen=True, slots=True)
class Slider:
    """moves: thousandths of a canvas unit per unit of the slider, by keypoint and axis.
    high, low: the positions that count as 1. shapes_high, shapes_low: the blendshapes then; a
    name without its side is both sides."""

    name: str
    moves: Moves
    high: float
    shapes_high: Shapes
    low: float = -1.0
    shapes_low: Shapes = field(default_factory=dict)


_BROW, _GAZE = EDITOR["eyebrow"], EDITOR["eyeball x"]

SLIDERS = (
    Slider(
        "smile", EDITOR["smile"].above,
        1.0, {"mouthSmile": 1.0, "cheekSquint": 0.5, "eyeSquint": 0.3},
        -0.3, {"mouthFrown": 1.0, "mouthShrugLower": 0.3},
    ),
    Slider(
        "grin", EDITOR["grin"].above,
        15.0, {"mouthSmile": 0.9, "mouthUpperUp": 0.5, "cheekSquint": 0.5, "eyeSquint": 0.4},
        -15.0, {"mouthPucker": 0.6, "mouthFunnel": 0.5},
    ),
    Slider(
        "purse", EDITOR["pursing"].above,
        15.0, {"mouthPucker": 0.7},
        -20.0, {"mouthStretch": 0.6, "mouthSmile": 0.4},
    ),
    Slider(
        "pout", EDITOR["pouting"].above,
        0.04, {"mouthLeft": 0.7, "jawLeft": 0.3},
        -0.04, {"mouthRight": 0.7, "jawRight": 0.3},
    ),
    Slider(
        "eyebrow up", _BROW.above,
        15.0, {"browInnerUp": 0.8, "browOuterUp": 0.8},
        -15.0, {"browDown": 0.8},
    ),
    Slider(
        "eyebrow below 0", {place: -move for place, move in _BROW.below.items()},
        15.0, {"browDown": 0.5, "browInnerUp": 0.5},
    ),
    Slider(
        "eyeball x",
        {place: (move + _GAZE.below[place]) / 2 for place, move in _GAZE.above.items()},
        24.0, {"eyeLookOutLeft": 1.0, "eyeLookInRight": 1.0},
        -24.0, {"eyeLookInLeft": 1.0, "eyeLookOutRight": 1.0},
    ),
    Slider(
        "eyeball y", EDITOR["eyeball y"].above,
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
    Slider("lip close-open", EDITOR["lip close-open"].above, 1.0, {}),
)
"""Those that also show as opening over width, which decides how far they are there. The editor's
wink shuts the eye on the picture's left, and lifts that cheek; its blink moves both eyes like
this."""


def column(place: str) -> int:
    """Column of the 63 numbers of an expression for a keypoint and axis such as ``"11y"``."""
    return int(place[:-1]) * 3 + "xyz".index(place[-1])


def slider_moves(name: str, position: float) -> Floats:
    """(21, 3) canvas units by which a slider of the editor moves the expression. OptionError for
    one that there is not."""
    check_choice("slider", name, EDITOR)
    slider = EDITOR[name]
    moves = np.zeros(NUM_KEYPOINTS * 3)
    for place, move in (slider.above if position > 0 else slider.below).items():
        moves[column(place)] = move * position / 1000.0
    return moves.reshape(NUM_KEYPOINTS, 3)


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
