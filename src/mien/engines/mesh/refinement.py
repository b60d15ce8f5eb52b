"""What flow adds to the driver's landmarks, eased in and out where its pictures come and go.

Flow and landmarks disagree by a little. Where a picture is missing (the face was lost, a loop
begins again) the face would jump by that little, and its wrinkles vanish in one frame.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from mien.engines.mesh.film import Shot
from mien.engines.mesh.registration import Reading
from mien.engines.mesh.retarget import FaceShape
from mien.motion.blending import mean_rotation
from mien.motion.fields import smoothstep
from mien.motion.pose import Pose
from mien.types import Floats

_EASE_S = 0.2
"""How long flow takes to have its whole say, or none."""


class Refinement:
    """Flow's share in a run. Nothing is eased while every frame has a picture."""

    def __init__(self, no_shift: Floats) -> None:
        """no_shift: the shift of rings that nothing moves."""
        self._share: float | None = None
        self._latest: tuple[FaceShape, Shot] | None = None
        self.ring_shift = no_shift

    def follow(
        self, driver: FaceShape, shot: Shot | None, step_s: float
    ) -> tuple[FaceShape, Reading | None]:
        """The driver's face as its landmarks and flow see it together, and what its skin looks
        like; ``ring_shift`` follows.

        driver: as its landmarks say. shot: what its picture says, if there is one. step_s: time
        since the last frame.
        """
        if self._share is None:
            self._share = 0.0 if shot is None else 1.0
        way = step_s / _EASE_S
        self._share = min(1.0, max(0.0, self._share + (way if shot is not None else -way)))
        share = float(smoothstep(self._share))
        if shot is not None:
            self._latest = driver, shot
            self.ring_shift = self.ring_shift + (shot.ring_shift - self.ring_shift) * share
            if share == 1.0:
                return shot.shape, shot.reading
        if self._latest is None or share == 0.0:
            return driver, None
        before, seen = self._latest
        reading = replace(seen.reading, trust=seen.reading.trust * np.float32(share))
        return _corrected(driver, before, seen.shape, share), reading


def _corrected(face: FaceShape, before: FaceShape, after: FaceShape, share: float) -> FaceShape:
    """The face changed by a share of what leads from one face to another."""
    old, new, now = before.pose, after.pose, face.pose
    rotations = [now.rotation, new.rotation, old.rotation]
    return FaceShape(
        face.head + (after.head - before.head) * share,
        Pose(
            np.asarray(mean_rotation(rotations, np.array([1.0, share, -share])), np.float64),
            now.translation + (new.translation - old.translation) * share,
            now.scale + (new.scale - old.scale) * share,
        ),
    )
