"""Mouth shapes as data: what one phoneme, one viseme looks like."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, get_args

from mien.types import Floats

VisemeName = Literal[
    "sil", "PP", "FF", "TH", "DD", "kk", "CH", "SS", "nn", "RR", "aa", "E", "ih", "oh", "ou"
]
VISEMES: tuple[VisemeName, ...] = get_args(VisemeName)
"""The fifteen visemes of Oculus, in their published order."""

CueName = Literal["A", "B", "C", "D", "E", "F", "G", "H", "X"]
CUES: tuple[CueName, ...] = get_args(CueName)
"""Mouth shapes of Rhubarb Lip Sync."""

MOUTH = ("jaw_open", "lip_width", "lip_rounding")
"""What the columns of a viseme sequence are."""
NEUTRAL_WIDTH = 0.5


@dataclass(frozen=True, slots=True)
class Viseme:
    """What the mouth does for one phoneme. ``str()`` gives the name.

    name: one of the fifteen of Oculus, see `VISEMES`.
    mouth: (3,) float32, read-only: jaw_open, lip_width (0.5 at rest), lip_rounding, each 0..1.
    end: the same for the end of a diphthong, into which it glides; None for all other phonemes.
    closure: 1 where the lips touch each other (p, b, m), 0.5 where the lower lip touches the
        upper teeth (f, v), else 0.
    blendshapes: (52,) float32, read-only, 0..1: ARKit's, as `mien.BLENDSHAPES` names them.
    cue, end_cue: Rhubarb's mouth shapes, the second for the end of a diphthong.
    """

    name: VisemeName
    mouth: Floats = field(compare=False)
    end: Floats | None = field(compare=False)
    closure: float
    blendshapes: Floats = field(compare=False)
    cue: CueName
    end_cue: CueName | None

    def __str__(self) -> str:
        return self.name
