"""From spoken sounds to a mouth that moves between them as mouths do."""

from mien.speech.articulation.articulation import (
    LOOK_AHEAD_S,
    LOOK_BACK_S,
    Articulation,
    articulate,
)

__all__ = ["LOOK_AHEAD_S", "LOOK_BACK_S", "Articulation", "articulate"]
