"""What can be chosen about a stream."""

from __future__ import annotations

from dataclasses import dataclass

from mien.engines.personalive.key_frames import DISTANCE
from mien.nets.personalive.schedule import OFFICIAL_STEPS


@dataclass(frozen=True, slots=True)
class StreamOptions:
    """steps: calls of the network for each frame, a multiple of 4. guidance: how far the noise goes
    from what it would be of nobody, held as the portrait is, to what it is of the portrait under
    its driver, and beyond; 1 is there, and takes half as long as more. seed: of the noise.
    key_distance: how far a motion is from all that are remembered, for its frame to be, too.
    """

    steps: int = OFFICIAL_STEPS
    guidance: float = 1.0
    seed: int = 0
    key_distance: float = DISTANCE


DEFAULT_OPTIONS = StreamOptions()
