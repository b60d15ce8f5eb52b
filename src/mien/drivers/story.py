"""The built-in story: somebody waits, smiles, is surprised, and calms down."""

from __future__ import annotations

from fractions import Fraction

from mien.drivers.emotions import drive_with_emotions
from mien.motion.timeline import parse_timeline
from mien.types import Motion

STORY = "0:neutral 2.6:happy:0.5:0.6 4.3:surprised:0.6:0.3 5.7:calm:0.8:0.9"
DURATION_S = 8.0
_SEED = 727
"""With it the eyes wander off, come back with a blink just before the smile, and blink again as
the surprise goes."""


def tell_story(fps: Fraction = Fraction(30)) -> Motion:
    """Eight seconds that show what a face can do with nobody to follow."""
    timeline = parse_timeline(STORY, "story")
    return drive_with_emotions(timeline, seed=_SEED, duration_s=DURATION_S, fps=fps)
