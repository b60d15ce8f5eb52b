"""How sounds pull at jaw, lips and tongue over time."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np

from mien.motion.arkit import BLENDSHAPES, shape_weights
from mien.motion.easing import eased
from mien.speech.articulation.targets import TARGETS, Contact
from mien.types import Floats

REACH_S = 0.12
"""No sound pulls earlier before its start or later after its end than this."""
_JAW_LEAD_S, _JAW_LAG_S = 0.085, 0.075
_TONGUE_LEAD_S, _TONGUE_LAG_S = 0.05, 0.04
_INSIDE_S = 0.035
"""How far into the sound its pull still grows, and before its end begins to fade."""
_GLIDE_S, _GLIDE_DONE_S = 0.12, 0.03
_GLIDE_SHARE, _GLIDE_DONE_SHARE = 0.75, 0.2
_QUICKEST_GLIDE_S = 0.06
"""When a diphthong's glide begins and is done before the end of its sound: at most so long, at
most that share of the sound (but in no less time than the third)."""

_JAW, _LIPS, _TONGUE = range(3)
NUM_PARTS = 3
PART_OF = np.array(
    [
        _JAW if name.startswith("jaw") else _TONGUE if name == "tongueOut" else _LIPS
        for name in BLENDSHAPES
    ]
)
"""(52,): the part of the mouth that a shape moves."""


@dataclass(frozen=True, slots=True)
class Pull:
    """What one sound does, as arrays.

    begins_at, ends_at: (52,) weights; a diphthong glides from the first to the second. strength:
    how much it insists, by part. lead_s, lag_s: how long before and after, by part.
    """

    begins_at: Floats
    ends_at: Floats
    strength: tuple[float, ...]
    lead_s: tuple[float, ...]
    lag_s: tuple[float, ...]
    contact: Contact

    def at(self, since_start_s: float, until_end_s: float) -> Floats:
        """(3,) how strongly it pulls at each part."""
        return np.array(
            [
                strength
                * eased((since_start_s + lead) / (lead + _INSIDE_S))
                * eased((until_end_s + lag) / (lag + _INSIDE_S))
                for strength, lead, lag in zip(self.strength, self.lead_s, self.lag_s, strict=True)
            ]
        )

    def place(self, lasts_s: float, until_end_s: float) -> Floats:
        """(52,) where it pulls to."""
        if self.ends_at is self.begins_at:
            return self.begins_at
        begins_s = min(_GLIDE_S, max(_GLIDE_SHARE * lasts_s, _QUICKEST_GLIDE_S))
        done_s = min(_GLIDE_DONE_S, _GLIDE_DONE_SHARE * lasts_s)
        glided = eased((begins_s - until_end_s) / max(begins_s - done_s, 1e-6))
        return np.asarray(self.begins_at + (self.ends_at - self.begins_at) * glided)


@cache
def pull_of(phoneme: str) -> Pull:
    """The pull of an ARPAbet phoneme in `TARGETS`."""
    target = TARGETS[phoneme]
    begins_at = shape_weights(dict(target.shapes)).astype(np.float64)
    glide = shape_weights(dict(target.glide)).astype(np.float64)
    return Pull(
        begins_at,
        glide if target.glide else begins_at,
        (target.jaw, target.lips, target.tongue),
        (_JAW_LEAD_S, target.lead_s, _TONGUE_LEAD_S),
        (_JAW_LAG_S, target.lag_s, _TONGUE_LAG_S),
        target.contact,
    )
