"""What runs LivePortrait's seven networks: one protocol, whatever library does the arithmetic.

Arrays are NumPy. Keypoints are 21 rows (x right, y down, z inward) in canvas units, float32.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

from mien.types import Floats, Image


@dataclass(frozen=True, slots=True)
class KeypointReading:
    """What the motion extractor says of one picture.

    canonical: (21, 3) keypoints of the unmoved, neutral face. expression: (21, 3) added to them
    after the rotation. pitch, yaw, roll: degrees, with LivePortrait's signs. translation: (3,) as
    predicted; its z is used nowhere but in the editing sliders. scale: of the face on the canvas.
    """

    canonical: Floats
    expression: Floats
    pitch: float
    yaw: float
    roll: float
    translation: Floats
    scale: float


class Runtime(Protocol):
    """The networks, loaded and ready. One instance serves one thread at a time.

    What `prepare` gives belongs to the runtime that made it. A call that runs out of memory
    raises OutOfMemoryError naming the size; the runtime stays as it was.
    """

    def read_motion(self, pictures: Image) -> list[KeypointReading]:
        """One reading for each of (B, 256, 256, 3) pictures."""
        ...

    def prepare(self, picture: Image, keypoints: Floats) -> Any:
        """All that depends on the source alone, from its (256, 256, 3) crop and its own (21, 3)
        keypoints."""
        ...

    def render(self, prepared: Any, driving: Floats) -> Floats:
        """The source moved to each of the (B, 21, 3) keypoints: (B, 512, 512, 3), 0..1."""
        ...

    def stitch(self, source: Floats, driving: Floats) -> Floats:
        """The (B, 21, 3) driving keypoints, corrected so that the shoulders of the (21, 3) source
        stay where they are; as they were where the weights have no such network."""
        ...

    def eye_delta(self, source: Floats, ratios: Floats) -> Floats:
        """(21, 3) to add to the (21, 3) keypoints; ``ratios``: (3,) openness of the source's left
        and right eye, and the one wanted."""
        ...

    def lip_delta(self, source: Floats, ratios: Floats) -> Floats:
        """(21, 3) to add to the (21, 3) keypoints; ``ratios``: (2,) openness of the source's
        lips, and the one wanted."""
        ...

    def close(self) -> None:
        """Give memory back; the runtime is not used afterwards."""
        ...
