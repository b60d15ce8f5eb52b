"""Coarticulation: every moment of speech is a blend of the sounds around it.

Each sound pulls jaw, lips and tongue towards its own place, with a dominance that grows before
the sound starts and fades after it ends; the mouth is where the pulls balance (Cohen and Massaro
1993, Modeling coarticulation in synthetic visual speech). Theirs never ends; here it is cut off,
so that nothing later than ``LOOK_AHEAD_S`` is ever needed. What follows from it: shapes begin
before their sound, consonants take the lips of the vowels around them, quick vowels fall short of
their place. Contacts of the lips do not: they are put on top, and always reached.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from mien.motion.arkit import BLENDSHAPES, SHAPE_INDEX, shape_weights
from mien.motion.easing import eased
from mien.motion.layers import SILENCE, Speech
from mien.motion.moment import Moment
from mien.speech.articulation.contacts import Contacts, contacts
from mien.speech.articulation.pulls import NUM_PARTS, PART_OF, REACH_S, Pull, pull_of
from mien.speech.articulation.segments import Segment, seamless
from mien.speech.articulation.targets import (
    JAW_UNDER_CONTACT,
    LIP_TO_TEETH_SHAPES,
    PRESSED_SHAPES,
)
from mien.speech.phonemes import SILENCE as SILENT
from mien.types import Floats

LOOK_AHEAD_S = REACH_S
"""What starts or ends later than this after a moment has no influence on it."""
_EASE_OUT_S = 0.45
_STAYS_S = 0.1
"""After the last sound the mouth stays the speech's for a moment, then eases back."""
LOOK_BACK_S = _STAYS_S + _EASE_OUT_S
"""What ended longer than this before a moment has no influence on it."""

_AT_REST = 0.02
"""How much a mouth that nothing pulls insists on being at rest."""
_QUIET, _LOUD = 0.55, 1.35

_OPEN = SHAPE_INDEX["jawOpen"]
_PARTING = np.array([
    name.startswith(("mouthLowerDown", "mouthUpperUp", "mouthFunnel")) or name == "tongueOut"
    for name in BLENDSHAPES
])  # fmt: skip
"""Shapes that open the lips: none is left where they touch."""
_GROWS_WITH_VOICE = np.where(np.array(BLENDSHAPES) == "jawOpen", 1.0, 0.0) + 0.5 * _PARTING
_PRESSED = shape_weights(PRESSED_SHAPES).astype(np.float64)
_LIP_TO_TEETH = shape_weights(LIP_TO_TEETH_SHAPES).astype(np.float64)

OWN_EXPRESSION = 0.0
"""What is left of the portrait's own expression while it speaks: lips that smile in the picture
can be round and closed."""


def steady(_time_s: float) -> float:
    """A voice that is never louder or quieter than usual."""
    return 1.0


@dataclass(frozen=True, slots=True)
class Articulation:
    """The mouth of somebody who speaks, at any time. Made by :func:`articulate`."""

    starts: Sequence[float]
    ends: Sequence[float]
    pulls: Sequence[Pull]
    spoken: Sequence[bool]
    touching: Contacts
    voice: Callable[[float], float]

    def moment_at(self, time_s: float) -> Speech:
        """Mouth and jaw at a time in seconds; ``activity`` is 0 in long silence.

        Takes the same time however long the speech is.
        """
        activity = self._activity(time_s)
        if activity == 0.0:
            return SILENCE
        weights = self._blended(time_s)
        louder = min(max(self.voice(time_s), _QUIET), _LOUD)
        weights *= 1.0 + (louder - 1.0) * _GROWS_WITH_VOICE
        lips, teeth = self.touching.shares(time_s)
        _touch(weights, teeth, _LIP_TO_TEETH)
        _touch(weights, lips, _PRESSED)
        weights = np.clip(weights, 0.0, 1.0).astype(np.float32)
        return Speech(Moment(weights, closure=lips, own_expression=OWN_EXPRESSION), activity)

    def _blended(self, time_s: float) -> Floats:
        """(52,): where the pulls of all sounds near a time balance."""
        first = bisect_left(self.ends, time_s - LOOK_AHEAD_S)
        last = bisect_right(self.starts, time_s + LOOK_AHEAD_S)
        wanted, pull = np.zeros(len(BLENDSHAPES)), np.full(NUM_PARTS, _AT_REST)
        for at in range(first, last):
            start, end, sound = self.starts[at], self.ends[at], self.pulls[at]
            pulls = sound.at(time_s - start, end - time_s)
            wanted += pulls[PART_OF] * sound.place(end - start, end - time_s)
            pull += pulls
        return np.asarray(wanted / pull[PART_OF])

    def _activity(self, time_s: float) -> float:
        """How far the mouth is the speech's."""
        at = bisect_left(self.ends, time_s - LOOK_BACK_S)
        most = 0.0
        while at < len(self.starts) and self.starts[at] < time_s + LOOK_AHEAD_S:
            if self.spoken[at]:
                begun = eased(1.0 - (self.starts[at] - time_s) / LOOK_AHEAD_S)
                over = eased(1.0 - (time_s - self.ends[at] - _STAYS_S) / _EASE_OUT_S)
                most = max(most, begun * over)
            at += 1
        return most


def articulate(
    segments: Iterable[Segment], voice: Callable[[float], float] = steady
) -> Articulation:
    """The mouth that says ``segments``: phonemes in order of time; gaps are silence.

    voice: how loud, against usual (1), somebody speaks at a time in seconds; it scales the jaw
    between .55 and 1.35. See :class:`mien.speech.loudness.Voice`.

    Somebody who hears the sound as it comes calls this again with the segments of the last
    second or so: nothing that ended ``LOOK_BACK_S`` before a moment or happens ``LOOK_AHEAD_S``
    after it matters to it. Raises VisemeError for unknown phonemes, OptionError for times out of
    order.
    """
    sounds = list(seamless(segments))
    pulls = [pull_of(phoneme) for _, _, phoneme in sounds]
    return Articulation(
        [start for start, _, _ in sounds],
        [end for _, end, _ in sounds],
        pulls,
        [phoneme != SILENT for _, _, phoneme in sounds],
        contacts([(s, e, pull.contact) for (s, e, _), pull in zip(sounds, pulls, strict=True)]),
        voice,
    )


def _touch(weights: Floats, share: float, contact: Floats) -> None:
    """Bring lips to where they touch, in place: what parts them goes, the corners stay."""
    weights[_PARTING] *= 1.0 - share
    weights[_OPEN] -= share * max(weights[_OPEN] - JAW_UNDER_CONTACT, 0.0)
    weights[:] = np.maximum(weights, share * contact)
