"""Which expression when: the keyframes of a sequence, checked."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from mien.checks import shown
from mien.errors import TimelineError
from mien.motion.expressions import DEFAULT_INTENSITY

TRANSITION_S = 0.5
"""How long the way to an expression takes when nothing is said; a smile that is meant takes
about as long to appear."""
MAX_KEYFRAMES = 10_000
MAX_TIME_S = 86_400.0
"""A day: what is later was not meant."""
_ROUNDING_S = 1e-6


@dataclass(frozen=True, slots=True)
class Keyframe:
    """From ``time_s`` on the face goes to ``expression``.

    time_s: seconds from 0 to a day. intensity: 0..1. transition_s: how long the way takes, above
    0; None for half a second, or less where the next keyframe comes sooner, and none at all for
    a keyframe at time 0, which starts in its expression.
    """

    time_s: float
    expression: str
    intensity: float = DEFAULT_INTENSITY
    transition_s: float | None = None

    def __str__(self) -> str:
        """As ``--emotions`` takes it."""
        text = f"{_number(self.time_s)}:{self.expression}:{_number(self.intensity)}"
        return text if self.transition_s is None else f"{text}:{_number(self.transition_s)}"


@dataclass(frozen=True, slots=True)
class Timeline:
    """Keyframes in the order of their times; TimelineError when they make no sense.

    A transition may go on while the next one runs, but not into the one after that.
    ``name`` is what complaints call it: a file, an option.
    """

    keyframes: Sequence[Keyframe]
    name: str = field(default="timeline", compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "keyframes", tuple(self.keyframes))
        if not self.keyframes:
            raise TimelineError(self.name, "is empty; give at least one keyframe such as 0:happy")
        if len(self.keyframes) > MAX_KEYFRAMES:
            too_many = f"has more than {MAX_KEYFRAMES} keyframes; play it in parts"
            raise TimelineError(self.name, too_many)
        for number, key in enumerate(self.keyframes, start=1):
            if (problem := _problem_of(key)) is not None:
                raise TimelineError(self.name, f"keyframe {number}: {problem}")
        self._check_order()
        self._check_overlap()

    def __str__(self) -> str:
        """As ``--emotions`` takes it."""
        return " ".join(map(str, self.keyframes))

    @property
    def transitions_s(self) -> Sequence[float]:
        """How long the way to each keyframe takes; 0 for one that is there at once."""
        gaps = [after.time_s - key.time_s for key, after in pairwise(self.keyframes)]
        return tuple(map(_transition_s, self.keyframes, [*gaps, math.inf]))

    @property
    def end_s(self) -> float:
        """When the last transition is over."""
        return self.keyframes[-1].time_s + self.transitions_s[-1]

    def _check_order(self) -> None:
        for number, (before, key) in enumerate(pairwise(self.keyframes), start=2):
            if key.time_s <= before.time_s:
                at, earlier = _number(key.time_s), _number(before.time_s)
                raise TimelineError(
                    self.name,
                    f"keyframe {number} at {at} s does not come after the one at {earlier} s; "
                    "give keyframes in the order of their times, one at a time",
                )

    def _check_overlap(self) -> None:
        ends = (k.time_s + s for k, s in zip(self.keyframes, self.transitions_s, strict=True))
        for number, (end, after) in enumerate(zip(ends, self.keyframes[2:], strict=False), start=1):
            if end > after.time_s + _ROUNDING_S:
                raise TimelineError(
                    self.name,
                    f"the transition of keyframe {number} still runs when keyframe {number + 2} "
                    "begins; it may overlap the next one, not the one after",
                )


def _transition_s(key: Keyframe, gap_s: float) -> float:
    if key.transition_s is not None:
        return key.transition_s
    return min(TRANSITION_S, gap_s) if key.time_s > 0 else 0.0


def _problem_of(key: Keyframe) -> str | None:
    if not isinstance(key, Keyframe):
        return f"{shown(key)} is no Keyframe"
    if not (isinstance(key.expression, str) and key.expression):
        return "names no expression"
    if not _is_between(key.time_s, 0, MAX_TIME_S):
        return f"time {shown(key.time_s)} is not between 0 and {MAX_TIME_S:g} seconds"
    if not _is_between(key.intensity, 0, 1):
        return f"intensity {shown(key.intensity)} is not between 0 and 1"
    if key.transition_s is not None and not _is_between(key.transition_s, 0, MAX_TIME_S, over=True):
        return f"transition {shown(key.transition_s)} is not a time above 0 seconds"
    return None


def _is_between(value: Any, low: float, high: float, *, over: bool = False) -> bool:
    """Whether it is a number from ``low``, or just above, to ``high``."""
    try:
        return bool(low <= value <= high and not (over and value == low))
    except TypeError:
        return False


def _number(value: float) -> str:
    """The shortest text that gives the same number again."""
    return repr(float(value)).removesuffix(".0")
