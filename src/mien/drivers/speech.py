"""Somebody who speaks, as a driver: the mouth over an emotion, over a body that lives."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np

from mien.checks import shown
from mien.drivers.moments import canonical_reference, moment_frame
from mien.errors import OptionError
from mien.motion.arkit import BLENDSHAPES
from mien.motion.expressions import Expression
from mien.motion.layers import OWN_GAZE, Gaze, Speech, layer
from mien.motion.liveliness import enliven
from mien.motion.moment import REST, Moment, MomentAt
from mien.motion.timeline import Timeline, keyframe_targets, timeline_moments
from mien.speech.utterance import Utterance
from mien.types import Motion, MotionFrame

_LEFT_OPEN = np.array(
    [
        0.0 if name == "jawOpen"
        else 0.25 if name.startswith(("mouthLowerDown", "mouthUpperUp", "mouthFunnel"))
        else 1.0
        for name in BLENDSHAPES
    ],
    np.float32,
)  # fmt: skip
"""How much of an emotion's open mouth is left to somebody who speaks: a mouth that opens where
nothing is said seems to say something."""


_SHARE = 0.85
"""Eyes that are told where to look still wander a little: quite fixed ones stare."""


def towards(gaze: tuple[float, float] | None) -> Gaze:
    """A gaze (right, up), -1..1 each, as the picture shows it; None for eyes left to themselves.

    Raises OptionError for anything else.
    """
    if gaze is None:
        return OWN_GAZE
    try:
        right, up = map(float, gaze)
    except (TypeError, ValueError):
        raise OptionError("gaze", f"{shown(gaze)} is not two numbers") from None
    if not all(-1.0 <= part <= 1.0 for part in (right, up)):
        raise OptionError("gaze", f"{shown(gaze)} is not X,Y with both from -1 (left, down) to 1")
    return Gaze(right, up, _SHARE)


@dataclass(frozen=True, slots=True)
class Manner:
    """With what face something is said.

    emotion_at: what is felt at a time in seconds. gaze: where the eyes look. seed: of how a held
    expression breathes.
    """

    emotion_at: MomentAt = lambda _time_s: REST
    gaze: Gaze = OWN_GAZE
    seed: int = 0

    def moment(self, utterance: Utterance, time_s: float) -> Moment:
        """All of the face at a time in seconds. Pure."""
        return self.layered(utterance.body_at(time_s), utterance.speech_at(time_s), time_s)

    def layered(self, body: Moment, speech: Speech, time_s: float) -> Moment:
        """What is felt at a time in seconds, between what body and mouth do then. Pure."""
        felt = enliven(self.emotion_at(time_s), time_s, seed=self.seed)
        return layer(body, felt, speech, self.gaze)


def felt_in(
    timeline: Timeline | None,
    expressions: Mapping[str, Expression] | None = None,
    *,
    open_mouth: bool = False,
) -> MomentAt:
    """What is felt at a time in seconds; nothing without a timeline, which leaves the portrait its
    own expression. ``expressions``: what its names mean; the built-in ones if none are given.
    ``open_mouth``: whether the expressions may open it too, as they do where nobody speaks.

    Raises ExpressionError for a name that means nothing.
    """
    if timeline is None:
        return lambda _time_s: REST
    targets = keyframe_targets(timeline, expressions)
    return timeline_moments(timeline, targets if open_mouth else list(map(speakable, targets)))


def speakable(felt: Moment) -> Moment:
    """What is felt, with as little of an open mouth as somebody has who speaks."""
    return replace(felt, weights=felt.weights * _LEFT_OPEN)


def drive_with_speech(
    utterance: Utterance,
    manner: Manner | None = None,
    *,
    fps: Fraction = Fraction(25),
    num_frames: int,
    first: int = 0,
    step: int = 1,
) -> Motion:
    """Somebody who says ``utterance``, as frames 0 to ``num_frames`` of ``fps`` per second.

    Frame i is what the face does in the middle of the time for which it is shown, from i / fps
    on. first, step: only every ``step``-th frame of these from ``first`` on, as a motion of its
    own: several together make up the whole, each frame the same as without. Same input and
    seeds, same frames.
    """
    if not 0 <= first < step:
        raise OptionError("first", f"{first} is not a number from 0 to {step - 1}")
    numbers = range(first, num_frames, step)
    time_base = step / fps
    manner = manner or Manner()

    def frame(pts: int, number: int) -> MotionFrame:
        time_s = float((number + Fraction(1, 2)) / fps)
        return moment_frame(manner.moment(utterance, time_s), pts=pts, time_base=time_base)

    frames = (frame(pts, number) for pts, number in enumerate(numbers))
    return Motion(canonical_reference(time_base), frames, 1 / time_base, len(numbers))
