"""The built-in performance: six seconds that show what a face can do.

A blink, a look around with the eyes ahead of the head, a smile, a few words, a nod. Pure data and
its interpolation; it begins and ends neutral, so it can be played in a loop.
"""

from __future__ import annotations

from itertools import accumulate, chain

import numpy as np

from mien.motion.arkit import shape_weights
from mien.motion.gaze import gaze_shapes
from mien.motion.keyframes import Keys, interpolate
from mien.motion.moment import Moment
from mien.motion.yielding import share_left_to_own
from mien.types import Floats

DURATION_S = 6.0

_BLINKS = (0.40, 1.62, 3.70, 5.22)
"""When lids begin to close. A blink lasts .25 s: it closes fast and opens slowly."""
_BLINK = ((0.0, 0.0), (0.08, 1.0), (0.11, 1.0), (0.27, 0.0))

_VISEMES: tuple[dict[str, float], ...] = (
    {},
    {"jawOpen": 0.42, "mouthLowerDown": 0.15},
    {"mouthPress": 0.5, "mouthRollLower": 0.2},
    {"jawOpen": 0.2, "mouthStretch": 0.4, "mouthLowerDown": 0.3, "mouthUpperUp": 0.1},
    {"jawOpen": 0.3, "mouthFunnel": 0.6, "mouthPucker": 0.3},
    {"jawOpen": 0.06, "mouthRollLower": 0.5, "mouthUpperUp": 0.2},
    {"jawOpen": 0.38, "mouthStretch": 0.2, "mouthLowerDown": 0.15},
    {"jawOpen": 0.12, "mouthPucker": 0.7, "mouthFunnel": 0.2},
    {"jawOpen": 0.24, "mouthStretch": 0.3, "mouthLowerDown": 0.25},
    {"mouthPress": 0.4},
    {"jawOpen": 0.3, "mouthLowerDown": 0.2},
    {},
)
_TALK_S = 3.85
_VISEME_STEPS_S = (0.0, 0.12, 0.11, 0.1, 0.14, 0.1, 0.12, 0.13, 0.11, 0.1, 0.11, 0.16)
"""Unequal, as speech is: about five syllables a second."""

_HEAD: dict[str, Keys] = {
    "yaw": (
        (0.0, 0.0), (0.85, 0.0), (1.3, -13.0), (1.55, -13.0), (2.1, 12.0), (2.3, 12.0),
        (2.75, 0.0), (3.85, 0.0), (4.2, 2.5), (4.7, -2.0), (5.1, 0.0), (6.0, 0.0),
    ),
    "pitch": (
        (0.0, 0.0), (0.85, 0.0), (1.3, 1.5), (1.85, -2.0), (2.3, 1.0), (3.0, 3.0), (3.5, 2.0),
        (3.9, 0.0), (4.1, -2.0), (4.35, 0.5), (4.65, -1.5), (4.95, 0.5), (5.1, 1.5), (5.35, -8.0),
        (5.55, 1.0), (5.75, -4.0), (5.95, 0.0), (6.0, 0.0),
    ),
    "roll": (
        (0.0, 0.0), (0.9, 0.0), (1.4, -2.0), (2.2, 2.0), (2.6, 0.5), (3.05, 4.0), (3.5, 3.0),
        (4.0, 0.0), (4.4, -1.5), (5.0, 0.0), (6.0, 0.0),
    ),
}  # fmt: skip
"""Degrees."""

_GAZE: dict[str, Keys] = {
    "right": (
        (0.0, 0.0), (0.78, 0.0), (0.88, -0.75), (1.0, -0.75), (1.3, -0.35), (1.6, -0.35),
        (1.76, 0.75), (1.9, 0.75), (2.15, 0.35), (2.36, 0.35), (2.46, -0.15), (2.7, 0.0),
        (6.0, 0.0),
    ),
    "up": (
        (0.0, 0.0), (0.78, 0.0), (0.88, 0.1), (1.6, 0.1), (1.76, -0.15), (2.3, 0.0), (5.1, 0.0),
        (5.35, 0.3), (5.55, 0.0), (5.75, 0.15), (5.95, 0.0),
    ),
}  # fmt: skip
"""-1..1; right of the image. While the head turns the eyes come back towards its middle; while it
nods they stay on who is watching."""

_SMILE: Keys = (
    (0.0, 0.0), (2.5, 0.0), (2.95, 0.9), (3.3, 1.0), (3.45, 0.9), (3.85, 0.06), (4.0, 0.0),
)  # fmt: skip
_SMILE_SHAPES = {
    "mouthSmile": 0.8,
    "cheekSquint": 0.7,
    "eyeSquint": 0.3,
    "mouthUpperUp": 0.22,
    "mouthLowerDown": 0.1,
    "jawOpen": 0.06,
    "browOuterUp": 0.12,
}
_BROWS: Keys = (
    (0.0, 0.0), (1.6, 0.0), (1.85, 0.35), (2.3, 0.1), (2.6, 0.0), (3.9, 0.0), (4.05, 0.45),
    (4.35, 0.1), (4.6, 0.35), (4.9, 0.0), (6.0, 0.0),
)  # fmt: skip


def moment(time_s: float) -> Moment:
    """The performance at a time; it repeats every six seconds."""
    time = np.asarray(time_s % DURATION_S)
    yaw, pitch, roll = (_at(_HEAD[axis], time) for axis in ("yaw", "pitch", "roll"))
    weights = shape_weights(_shapes(time))
    return Moment(weights, (yaw, pitch, roll), own_expression=share_left_to_own(weights))


def _shapes(time: Floats) -> dict[str, float]:
    shapes = {name: _at(keys, time) for name, keys in _TALK.items()}
    smile = _at(_SMILE, time)
    for name, value in _SMILE_SHAPES.items():
        shapes[name] = max(shapes.get(name, 0.0), smile * value)
    shapes["eyeBlink"] = max(_at(_BLINK, time - start) for start in _BLINKS)
    brows = _at(_BROWS, time)
    shapes["browInnerUp"] = brows
    shapes["browOuterUp"] = max(shapes["browOuterUp"], 0.7 * brows)
    return {**shapes, **gaze_shapes(_at(_GAZE["right"], time), _at(_GAZE["up"], time))}


def _talk() -> dict[str, Keys]:
    """Each viseme's shapes as keys at its own time."""
    times = [_TALK_S + passed for passed in accumulate(_VISEME_STEPS_S)]
    names = sorted(set(chain.from_iterable(_VISEMES)))
    return {
        name: [(t, v.get(name, 0.0)) for t, v in zip(times, _VISEMES, strict=True)]
        for name in names
    }


_TALK = _talk()


def _at(keys: Keys, time: Floats) -> float:
    return float(interpolate(keys, time))
