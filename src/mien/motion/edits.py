"""Sliders: what a user wants changed about a face, as numbers.

Left and right are the person's own. docs/editing.md compares each slider with LivePortrait's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from difflib import get_close_matches

import numpy as np

from mien.checks import check_number, shown
from mien.errors import OptionError
from mien.motion.arkit import BLENDSHAPES, SHAPE_INDEX, shape_weights
from mien.motion.gaze import gaze_shapes
from mien.motion.moment import Moment
from mien.types import MAX_RATIO, Floats, Part

RANGES: Mapping[str, tuple[float, float]] = {
    "smile": (-1, 1),
    "grin": (0, 1),
    "pout": (-1, 1),
    "purse": (-1, 1),
    "lip_close": (-1, 1),
    "brow": (-1, 1),
    "wink_left": (0, 1),
    "wink_right": (0, 1),
    "gaze_x": (-1, 1),
    "gaze_y": (-1, 1),
    "eyes_open": (0, MAX_RATIO),
    "lips_open": (0, MAX_RATIO),
    "yaw": (-25, 25),
    "pitch": (-15, 15),
    "roll": (-15, 15),
    "move_x": (-1, 1),
    "move_y": (-1, 1),
    "zoom": (0.9, 1.2),
}
"""Lowest and highest value of each slider, by name."""
MOVE = 0.3
"""Distances between the eyes that the head moves at 1."""

_SLIDERS: Mapping[str, tuple[Mapping[str, float], Mapping[str, float]]] = {
    "smile": (
        {"mouthSmile": 0.85, "cheekSquint": 0.5, "mouthDimple": 0.2, "eyeSquint": 0.15},
        {"mouthFrown": 0.5, "mouthShrugLower": 0.15},
    ),
    "grin": (
        {
            "mouthSmile": 0.5, "mouthStretch": 0.35, "mouthUpperUp": 0.5, "mouthLowerDown": 0.3,
            "mouthDimple": 0.3, "cheekSquint": 0.3,
        },
        {},
    ),
    "pout": ({"mouthPucker": 0.6, "mouthLeft": 0.7}, {"mouthPucker": 0.6, "mouthRight": 0.7}),
    "purse": (
        {"mouthPucker": 0.8, "mouthFrown": 0.2, "mouthPress": 0.2},
        {"mouthStretch": 0.6, "mouthDimple": 0.4, "mouthSmile": 0.2},
    ),
    "lip_close": (
        {"mouthPress": 0.5, "mouthRollLower": 0.3, "mouthRollUpper": 0.2},
        {"jawOpen": 0.3, "mouthLowerDown": 0.6, "mouthUpperUp": 0.2},
    ),
    "brow": (
        {"browInnerUp": 0.9, "browOuterUp": 0.9},
        {"browDown": 1.0, "eyeSquint": 0.15},
    ),
    "wink_left": (
        {
            "eyeBlinkLeft": 1.0, "cheekSquintLeft": 0.7, "browDownLeft": 0.25,
            "mouthSmileLeft": 0.3,
        },
        {},
    ),
    "wink_right": (
        {
            "eyeBlinkRight": 1.0, "cheekSquintRight": 0.7, "browDownRight": 0.25,
            "mouthSmileRight": 0.3,
        },
        {},
    ),
}  # fmt: skip
"""Blendshapes at 1 and at -1."""


@dataclass(frozen=True, slots=True)
class Edits:
    """Changes to a face; 0 (``zoom`` 1, ``eyes_open`` and ``lips_open`` None) changes nothing.

    smile: -1..1, corners of the mouth up or down. grin: 0..1, a broad one that shows teeth.
    pout: -1..1, lips pushed forward and to one side; > 0 to the image's right.
    purse: -1..1, lips drawn together or wide. lip_close: -1..1, lips pressed together, or parted.
    brow: -1..1, brows raised or knitted. wink_left, wink_right: 0..1.
    gaze_x, gaze_y: -1..1, about 30 degrees to the image's right and up.
    eyes_open, lips_open: 0..0.8, opening over width, whatever else moves them; a wink closes its
    eye from there. None leaves them alone.
    yaw: -25..25 degrees, > 0 turns the face to the image's right. pitch: -15..15, > 0 up.
    roll: -15..15, > 0 clockwise on the screen.
    move_x, move_y: -1..1, to the image's right and up, 0.3 distances between the eyes at 1.
    zoom: 0.9..1.2, size of the head.
    shapes: ARKit blendshapes by name, 0..1, in place of what the sliders make of them.

    Raises OptionError for a number outside its range and for a shape that does not exist.
    """

    smile: float = 0.0
    grin: float = 0.0
    pout: float = 0.0
    purse: float = 0.0
    lip_close: float = 0.0
    brow: float = 0.0
    wink_left: float = 0.0
    wink_right: float = 0.0
    gaze_x: float = 0.0
    gaze_y: float = 0.0
    eyes_open: float | None = None
    lips_open: float | None = None
    yaw: float = 0.0
    pitch: float = 0.0
    roll: float = 0.0
    move_x: float = 0.0
    move_y: float = 0.0
    zoom: float = 1.0
    shapes: Mapping[str, float] = field(default_factory=dict, hash=False)

    def __post_init__(self) -> None:
        for slider in fields(self):
            value = getattr(self, slider.name)
            if slider.name in RANGES and value is not None:
                check_number(f"--{slider.name.replace('_', '-')}", value, *RANGES[slider.name])
        for name, value in self.shapes.items():
            _check_shape(name)
            check_number(f"--set {name}", value, 0, 1)

    @property
    def moment(self) -> Moment:
        """The face with these edits, over the portrait's own expression."""
        return Moment(
            weights=self._weights(),
            angles=(self.yaw, self.pitch, self.roll),
            translation=(MOVE * self.move_x, -MOVE * self.move_y),
            scale=self.zoom,
            closure=max(0.0, self.lip_close),
        )

    @property
    def ratios(self) -> Floats:
        """(3,) float32 opening over width of right eye, left eye and lips; NaN where the edits
        leave it to the face."""
        ratios = np.full(3, np.nan, np.float32)
        if self.eyes_open is not None:
            ratios[0] = self.eyes_open * (1 - self.wink_right)
            ratios[1] = self.eyes_open * (1 - self.wink_left)
        if self.lips_open is not None:
            ratios[2] = self.lips_open
        return ratios

    @property
    def parts(self) -> frozenset[Part]:
        """Whose opening the edits fix."""
        fixed: dict[Part, float | None] = {"eyes": self.eyes_open, "lips": self.lips_open}
        return frozenset(part for part, ratio in fixed.items() if ratio is not None)

    def _weights(self) -> Floats:
        weights = shape_weights(gaze_shapes(self.gaze_x, self.gaze_y))
        for name, (up, down) in _SLIDERS.items():
            value = getattr(self, name)
            weights += abs(value) * shape_weights(dict(up if value > 0 else down))
        weights = np.minimum(weights, 1.0).astype(np.float32)
        for name, value in self.shapes.items():
            weights[SHAPE_INDEX[name]] = value
        return weights


def _check_shape(name: str) -> None:
    if name in SHAPE_INDEX:
        return
    lowered = {shape.lower(): shape for shape in BLENDSHAPES}
    near = get_close_matches(str(name)[:60].lower(), lowered, n=2, cutoff=0.5)
    hint = f"did you mean {' or '.join(lowered[match] for match in near)}? " if near else ""
    problem = f"{shown(name)} is none of the 52 blendshapes; {hint}docs/editing.md lists them"
    raise OptionError("--set", problem)
