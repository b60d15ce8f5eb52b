"""Head, brows and lids of somebody who speaks."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np

from mien.checks import check_number
from mien.motion.arkit import BLENDSHAPES, SHAPE_INDEX, shape_weights
from mien.motion.easing import eased
from mien.motion.gaze import gaze_shapes
from mien.motion.idle import idle_moment
from mien.motion.idle.library import FULL_LOOK_DEG
from mien.motion.moment import Moment, MomentAt
from mien.motion.noise import FOREVER_S, draw
from mien.speech.articulation.segments import Segment
from mien.speech.body.blinking import SpeechBlinks
from mien.speech.body.hearing import Accent, Emphasis, heard
from mien.speech.prosody import Prosody
from mien.types import Floats

_STROKE_S, _BACK_S = 0.22, 0.5
"""A nod goes down within a stressed vowel and comes up slowly."""
_STROKE_DEG = (1.1, 3.1)
"""Of the faintest and the strongest accent."""
_NODS = (
    (0.50, (0.15, -1.0, 0.10)),
    (0.64, (0.10, 0.7, -0.10)),
    (0.82, (0.25, -0.35, 0.85)),
    (1.00, (0.85, -0.45, 0.20)),
)
"""Chance up to which each is chosen, and what it turns: yaw, pitch, roll. Down, up, a tilt, a turn;
yaw and roll to either side."""
_POSTURE_DEG = np.array((2.4, 1.1, 1.5))
_POSTURE_S = 1.0
"""With every phrase the head takes a new place, at most this far from straight."""
_RAISE = {"browInnerUp": 0.30, "browOuterUp": 0.34}
_RAISE_UP_S, _RAISE_STAYS_S, _RAISE_DOWN_S = 0.16, 0.14, 0.4
LIVELINESS = 0.5
"""How much somebody moves who is neither stiff nor excited."""
_LIVELIEST = 1.7
_SHIFT_SHARE = 0.9
"""How steadily eyes stay on who is watching while the head nods."""
_REACH_S = max(_STROKE_S + _BACK_S, _RAISE_UP_S + _RAISE_STAYS_S + _RAISE_DOWN_S)

_LOOKS = np.array([name.startswith("eyeLook") for name in BLENDSHAPES])
_BLINKS = [SHAPE_INDEX["eyeBlinkLeft"], SHAPE_INDEX["eyeBlinkRight"]]
_RAISED = shape_weights(_RAISE)


@dataclass(frozen=True, slots=True)
class BodyLanguage:
    """What the head does besides speaking, at any time; without the mouth.

    emphasis: what was heard; it may grow while this is used. idle: what it does anyway; its blinks
    are replaced. seed: the same gives the same motion. liveliness: 0..1; at 0 only the lids move,
    0.5 is natural (nods of 1 to 3 degrees), 1 is lively.
    """

    emphasis: Emphasis
    idle: MomentAt
    seed: int = 0
    liveliness: float = LIVELINESS
    blinks: SpeechBlinks = field(init=False)

    def __post_init__(self) -> None:
        check_liveliness(self.liveliness)
        object.__setattr__(self, "blinks", SpeechBlinks(self.seed))

    def moment_at(self, time_s: float) -> Moment:
        """To be layered beneath emotion and speech. Nothing that is said more than
        `HEARD_S` later matters."""
        amount = self._amount()
        moment = self._moving(time_s, amount) if amount > 0.0 else Moment()
        moment.weights[_BLINKS] = self.blinks(time_s, self.emphasis.pauses)
        return moment

    def _moving(self, time_s: float, amount: float) -> Moment:
        """All but the blinks."""
        rested, gestured = self.idle(time_s), self._posture(time_s)
        weights = rested.weights * np.float32(min(amount, 1.0))
        for accent in self._recent(time_s):
            gestured = gestured + self._nod(accent, time_s - accent.start_s)
            if accent.raises_brows:
                raised = _RAISED * np.float32(amount * _brows(time_s - accent.start_s))
                weights = weights + raised - weights * raised
        angles = amount * (np.asarray(rested.angles) + gestured)
        self._look(weights, rested, angles, min(amount, 1.0))
        right, down = rested.translation
        return Moment(
            weights,
            angles=(float(angles[0]), float(angles[1]), float(angles[2])),
            translation=(right * amount, down * amount),
            scale=1.0 + (rested.scale - 1.0) * amount,
        )

    def _amount(self) -> float:
        if self.liveliness <= LIVELINESS:
            return self.liveliness / LIVELINESS
        return 1.0 + (_LIVELIEST - 1.0) * (self.liveliness - LIVELINESS) / (1.0 - LIVELINESS)

    def _recent(self, time_s: float) -> list[Accent]:
        accents = self.emphasis.accents
        first = bisect_left(accents, time_s - _REACH_S, key=lambda accent: accent.start_s)
        last = bisect_right(accents, time_s, key=lambda accent: accent.start_s)
        return accents[first:last]

    def _nod(self, accent: Accent, since_s: float) -> Floats:
        """(3,) degrees."""
        chance, side, size = draw(self.seed, "nods", accent.number, 3)
        turns = next(turns for most, turns in _NODS if chance <= most)
        mirror = -1.0 if side < 0.5 else 1.0
        faint, strong = _STROKE_DEG
        degrees = (faint + (strong - faint) * accent.strength) * (0.75 + 0.5 * size)
        course = eased(since_s / _STROKE_S) * eased(1.0 - (since_s - _STROKE_S) / _BACK_S)
        yaw, pitch, roll = turns
        return np.asarray(degrees * course * np.array((mirror * yaw, pitch, mirror * roll)))

    def _posture(self, time_s: float) -> Floats:
        """(3,) degrees: where the head is held since the last phrase began."""
        phrases = self.emphasis.phrases
        first, last = bisect_left(phrases, time_s - _POSTURE_S), bisect_right(phrases, time_s)
        held = self._place(first - 1)
        for at in range(first, last):
            moved = eased((time_s - phrases[at]) / _POSTURE_S)
            held = held + (self._place(at) - self._place(at - 1)) * moved
        return np.asarray(held)

    def _place(self, at: int) -> Floats:
        number = at + self.emphasis.num_forgotten
        if number < 0:
            return np.zeros(3)
        return np.asarray(_POSTURE_DEG * (2.0 * draw(self.seed, "posture", number, 3) - 1.0))

    def _look(self, weights: Floats, rested: Moment, angles: Floats, share: float) -> None:
        """Keep the eyes on what idling looks at while the head turns, in place."""
        right, up = _looks(rested.weights)
        right_deg = right * FULL_LOOK_DEG + rested.angles[0]
        up_deg = up * FULL_LOOK_DEG + rested.angles[1]
        right_deg = share * right_deg - _SHIFT_SHARE * float(angles[0])
        up_deg = share * up_deg - _SHIFT_SHARE * float(angles[1])
        shapes = gaze_shapes(right_deg / FULL_LOOK_DEG, up_deg / FULL_LOOK_DEG)
        weights[_LOOKS] = shape_weights(shapes)[_LOOKS]


def check_liveliness(liveliness: float) -> None:
    """OptionError unless it is a number from 0 (a still head) to 1 (a lively one)."""
    check_number("liveliness", liveliness, 0, 1)


def body_language(
    segments: Iterable[Segment],
    sound: Prosody,
    *,
    seed: int = 0,
    liveliness: float = LIVELINESS,
    idle: MomentAt | None = None,
) -> BodyLanguage:
    """The body language of an utterance: ``sound`` is the prosody of all of it. ``idle`` is the
    natural one unless given.

    Raises OptionError for a liveliness outside 0..1, VisemeError for unknown phonemes.
    """
    resting = idle or idle_moment("natural", seed, FOREVER_S)
    return BodyLanguage(heard(segments, sound), resting, seed, liveliness)


def _brows(since_s: float) -> float:
    lowering_s = since_s - _RAISE_UP_S - _RAISE_STAYS_S
    return eased(since_s / _RAISE_UP_S) * eased(1.0 - lowering_s / _RAISE_DOWN_S)


def _looks(weights: Floats) -> tuple[float, float]:
    """Right and up, -1..1, as :func:`mien.motion.gaze.gaze_shapes` takes them."""
    left_eye = {
        name: float(weights[SHAPE_INDEX[f"eyeLook{name}Left"]])
        for name in ("Out", "In", "Up", "Down")
    }
    return left_eye["Out"] - left_eye["In"], left_eye["Up"] - left_eye["Down"]
