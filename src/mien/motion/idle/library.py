"""The idle motions by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from mien.errors import OptionError
from mien.motion.arkit import shape_weights
from mien.motion.gaze import gaze_shapes
from mien.motion.idle.blinks import Blinks
from mien.motion.idle.body import Breath, Sway
from mien.motion.idle.glances import CONTACT, Glances
from mien.motion.idle.nods import Nods
from mien.motion.moment import Moment, MomentAt
from mien.motion.noise import Wander

_RISE = 0.022
"""Head units that a breath lifts the head: a millimetre and a half."""
_BREATH_PITCH_DEG = 0.35
_CALMER = 0.45
"""Share of the sway that is left while nodding."""
FULL_LOOK_DEG = 30.0
"""What an eyeLook shape of 1 turns the eyes by."""
_FLICKER_S = 1.6
_FLICKERS = {
    "browInnerUp": 0.14,
    "browOuterUp": 0.10,
    "mouthSmileLeft": 0.06,
    "mouthSmileRight": 0.06,
    "mouthPress": 0.07,
    "eyeSquint": 0.10,
}
"""What passes over a face that thinks of nothing much, at most."""


@dataclass(frozen=True, slots=True)
class Idle:
    """One idle motion: what it does, how long its loop is by itself, and the function that makes
    it from a seed and a period in seconds."""

    description: str
    loop_s: float
    make: Callable[[int, float], MomentAt]


def find_idle(name: str) -> Idle:
    """The idle motion of that name (``blink``, not ``idle:blink``); OptionError when there is
    none."""
    if name not in IDLES:
        names = ", ".join(f"idle:{known}" for known in IDLES)
        raise OptionError("--driving", f"idle:{str(name)[:60]} is none of {names}")
    return IDLES[name]


def idle_moment(name: str, seed: int, period_s: float) -> MomentAt:
    """What the face does at any time in seconds; it repeats after ``period_s`` exactly, without
    a jump in place or speed.

    A call costs the same however long the period. Raises OptionError for an unknown name.
    """
    return find_idle(name).make(seed, period_s)


def _blink(seed: int, period_s: float) -> MomentAt:
    blinks = Blinks(seed, period_s)
    return lambda time_s: Moment(shape_weights({"eyeBlink": blinks(time_s)}))


def _nod(seed: int, period_s: float) -> MomentAt:
    nods, blinks = Nods(seed, period_s), Blinks(seed, period_s)
    breath, sway = Breath(seed, period_s), Sway(seed, period_s)

    def moment_at(time_s: float) -> Moment:
        yaw, pitch, roll, right, down, size = (_CALMER * sway(time_s)).tolist()
        full = breath(time_s)
        pitch += _BREATH_PITCH_DEG * full - nods(time_s)
        shapes = {"eyeBlink": blinks(time_s), **_looking(-yaw, -pitch)}
        place = (right, down - _RISE * full)
        return Moment(shape_weights(shapes), (yaw, pitch, roll), place, 1.0 + size)

    return moment_at


def _natural(seed: int, period_s: float) -> MomentAt:
    return attending(seed, period_s)


def attending(
    seed: int, period_s: float, *, contact: float = CONTACT, nodding: float = 0.0
) -> MomentAt:
    """The natural idle motion of somebody who is with somebody else. contact: .5..1, share of the
    time for which the eyes are on the watcher. nodding: depth of nods, 1 is that of ``nod``."""
    glances = Glances(seed, period_s, contact)
    breath, sway, nods = Breath(seed, period_s), Sway(seed, period_s), Nods(seed, period_s)
    blinks = Blinks(seed, period_s, glances)
    flicker = Wander(seed, "flicker", len(_FLICKERS), _FLICKER_S, period_s)

    def moment_at(time_s: float) -> Moment:
        yaw, pitch, roll, right, down, size = sway(time_s).tolist()
        look, full = glances(time_s), breath(time_s)
        yaw += look.head[0]
        pitch += look.head[1] + _BREATH_PITCH_DEG * full
        if nodding:
            pitch -= nodding * nods(time_s)
        # the eyes stay on what they look at while the head moves
        shapes = _looking(look.eyes[0] - yaw, look.eyes[1] - pitch)
        shapes["eyeBlink"] = blinks(time_s)
        passing = np.square((flicker(time_s) + 1.0) / 2.0)
        for (shape, most), amount in zip(_FLICKERS.items(), passing, strict=True):
            shapes[shape] = most * float(amount)
        place = (right, down - _RISE * full)
        return Moment(shape_weights(shapes), (yaw, pitch, roll), place, 1.0 + size)

    return moment_at


def _looking(right_deg: float, up_deg: float) -> dict[str, float]:
    return gaze_shapes(right_deg / FULL_LOOK_DEG, up_deg / FULL_LOOK_DEG)


IDLES: Mapping[str, Idle] = MappingProxyType(
    {
        "blink": Idle("subtle blinks, the head still", 3.0, _blink),
        "nod": Idle("gentle nods, with blinks", 5.0, _nod),
        "natural": Idle("small movements of head and eyes, breath and blinks", 10.0, _natural),
    }
)
