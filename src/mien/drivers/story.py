"""The built-in story: somebody waits, smiles, is surprised, and calms down."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction

from mien.drivers.emotions import drive_with_emotions
from mien.motion.arkit import shape_weights
from mien.motion.expressions import Expression, load_expressions
from mien.motion.timeline import parse_timeline
from mien.types import Motion

STORY = "0:neutral 2.6:smile:1:0.7 4.3:surprised:0.65:0.3 5.7:calm:0.65:0.9"
DURATION_S = 8.0
_SMILE = {
    "mouthSmileLeft": 1.0,
    "mouthSmileRight": 0.95,
    "cheekSquint": 0.7,
    "mouthDimple": 0.2,
    "eyeSquint": 0.1,
    "browOuterUp": 0.15,
}
"""With closed lips, unlike ``happy``: it suits any portrait."""
_SEED = 727
"""With it the eyes wander off, come back with a blink just before the smile, and blink again as
the surprise goes."""


def tell_story(fps: Fraction = Fraction(30)) -> Motion:
    """Eight seconds that show what a face can do with nobody to follow."""
    return drive_with_emotions(
        parse_timeline(STORY, "story"),
        expressions=_expressions(),
        seed=_SEED,
        duration_s=DURATION_S,
        fps=fps,
    )


def _expressions() -> Mapping[str, Expression]:
    known = load_expressions()
    return {**known, "smile": replace(known["happy"], name="smile", weights=shape_weights(_SMILE))}
