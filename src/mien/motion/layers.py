"""One face out of everything that wants to move it.

From the ground up: idling, an emotion, speech, a gaze, the user's sliders. docs/sequences.md
shows it as a picture.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from mien.motion.arkit import BLENDSHAPES, SHAPE_INDEX, shape_weights
from mien.motion.fields import smoothstep
from mien.motion.gaze import gaze_shapes
from mien.motion.moment import REST, Moment
from mien.types import Floats


@dataclass(frozen=True, slots=True)
class Speech:
    """What is being said. ``activity``: 0..1, how far the mouth is the speech's; 0 in silence."""

    moment: Moment = REST
    activity: float = 1.0


@dataclass(frozen=True, slots=True)
class Gaze:
    """Where the eyes are wanted: -1..1, ``right`` of the picture and ``up``. ``share``: 0..1, how
    far that replaces where they would look by themselves."""

    right: float = 0.0
    up: float = 0.0
    share: float = 1.0


SILENCE = Speech(activity=0.0)
OWN_GAZE = Gaze(share=0.0)

COLOUR = 0.7
"""Share of an emotion's corners of the mouth that stays while the mouth speaks."""
ROUND_COLOUR = 0.35
"""The same while the lips are round: nobody says "oo" with a smile."""
_HELD_LIDS = (0.5, 1.0)
"""Lids that an emotion or a slider holds closed further than the first begin to shut out wide
eyes, at the second they do: below, an emotion's own mixture of both is left alone."""


def _shapes(*beginnings: str) -> Floats:
    """(52,) float32, 1 for shapes whose names begin so."""
    return np.array([name.startswith(beginnings) for name in BLENDSHAPES], np.float32)


_MOUTH = _shapes("jaw", "mouth", "cheekPuff", "tongueOut")
_CORNERS = _shapes("mouthSmile", "mouthFrown", "mouthDimple")
_PUCKER, _FUNNEL = SHAPE_INDEX["mouthPucker"], SHAPE_INDEX["mouthFunnel"]
_LOOKS = _shapes("eyeLook")
_BLINKS = np.array([SHAPE_INDEX[f"eyeBlink{side}"] for side in ("Right", "Left")])
_OTHER_LIDS = np.array(
    [
        [SHAPE_INDEX[shape + side] for shape in ("eyeWide", "eyeSquint", "eyeLookUp")]
        for side in ("Right", "Left")
    ]
)
"""(2 eyes, 3): what would keep lids from meeting where a blink wants them to."""


def layer(
    idle: Moment = REST,
    emotion: Moment = REST,
    speech: Speech = SILENCE,
    gaze: Gaze = OWN_GAZE,
    edits: Moment = REST,
) -> Moment:
    """What the face does at one moment. Pure, and continuous in everything it is given.

    1. Weights of ``idle`` and ``emotion`` add up, ever less so towards 1, which they never pass:
       a + b - ab. So nothing stops with a jerk.
    2. As far as ``speech`` is active, jaw and lips are its own; of the emotion's smile, frown and
       dimples 70 % stay, half as much while the lips are round. The rest of its weights adds up
       with theirs.
    3. ``gaze`` replaces where the eyes look, by its share.
    4. ``edits`` are added; the result is kept within 0..1. Negative edits take away.
    5. Blinks win. Those of ``idle`` and ``speech`` close what the emotion and the edits leave
       open, and take away what would hold the lids apart: a full blink shuts any eye.

    Angles and translations of the head add up, scales multiply. The portrait's own expression
    stays as far as all of them let it; speech as far as it is active.
    """
    said, moments = speech.moment, (idle, emotion, speech.moment, edits)
    spoken_over = 1.0 - speech.activity * (1.0 - said.own_expression)
    weights = _spoken(_united(idle.weights, emotion.weights), said.weights, speech.activity)
    weights = np.clip(_looking(weights, gaze) + edits.weights, 0.0, 1.0)
    _blink(
        weights,
        awake=(1.0 - idle.weights[_BLINKS]) * (1.0 - said.weights[_BLINKS]),
        held=np.clip((emotion.weights + edits.weights)[_BLINKS], 0.0, 1.0),
    )
    placed = np.sum([(*m.angles, *m.translation) for m in moments], axis=0)
    yaw, pitch, roll, right, down = placed.tolist()
    return Moment(
        weights.astype(np.float32),
        angles=(yaw, pitch, roll),
        translation=(right, down),
        scale=math.prod(m.scale for m in moments),
        closure=max(speech.activity * said.closure, *(m.closure for m in (idle, emotion, edits))),
        own_expression=spoken_over * math.prod(m.own_expression for m in (idle, emotion, edits)),
    )


def _spoken(weights: Floats, said: Floats, activity: float) -> Floats:
    roundness = min(1.0, float(said[_PUCKER] + 0.5 * said[_FUNNEL]))
    colour = COLOUR + (ROUND_COLOUR - COLOUR) * roundness
    kept = 1.0 - activity * _MOUTH * (1.0 - colour * _CORNERS)
    return _united(weights * kept, said * np.where(_MOUTH, activity, 1.0))


def _united(one: Floats, other: Floats) -> Floats:
    return np.asarray(one + other - one * other)


def _looking(weights: Floats, gaze: Gaze) -> Floats:
    wanted = shape_weights(gaze_shapes(gaze.right, gaze.up))
    return np.asarray(weights * (1.0 - gaze.share * _LOOKS) + gaze.share * wanted)


def _blink(weights: Floats, awake: Floats, held: Floats) -> None:
    """Close the eyes of ``weights``, in place. ``awake``: (2,) right, left, what blinks leave open.
    ``held``: (2,) how far the lids are kept closed besides."""
    weights[_BLINKS] = 1.0 - awake * (1.0 - held)
    weights[_OTHER_LIDS] *= (awake * (1.0 - smoothstep(held, *_HELD_LIDS)))[:, None]
