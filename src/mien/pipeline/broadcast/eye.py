"""A camera that moves a live face."""

from __future__ import annotations

import warnings

import numpy as np

from mien.errors import MienWarning
from mien.media.camera import Camera
from mien.pipeline.live import LiveFace

_FACELESS_S = 3.0


class Eye:
    """Pushes the newest picture, and tells what is wrong with them."""

    def __init__(self, camera: Camera, face: LiveFace, *, mirror: bool) -> None:
        """mirror: left and right change sides, as in a mirror."""
        self._camera, self._face, self._mirror = camera, face, mirror
        self.is_shut = False
        """Nobody looks: the face idles."""
        self._faceless_s = 0.0
        self._told_faceless = False
        self._told: str | None = None

    @property
    def is_over(self) -> bool:
        """Whether nothing will be seen any more."""
        return self._camera.is_over

    def look(self) -> float | None:
        """Push the newest picture; when it was taken, or None if there is none."""
        picture = self._camera.newest()
        if picture is None or self.is_shut:
            return None
        pixels = np.ascontiguousarray(picture.pixels[:, ::-1]) if self._mirror else picture.pixels
        self._face.push_frame(pixels)
        return picture.taken_s

    def tell(self, step_s: float) -> None:
        """Warn, once, of a camera that is lost and of one that shows no face. step_s: how long ago
        this was called, in the face's time."""
        problem = self._camera.problem
        if problem is not None and problem != self._told:
            warnings.warn(f"{problem}; the face idles meanwhile", MienWarning, stacklevel=2)
        self._told = problem
        blind = self.is_shut or problem is not None or self._face.sees_face
        self._faceless_s = 0.0 if blind else self._faceless_s + step_s
        if self._faceless_s > _FACELESS_S and not self._told_faceless:
            self._told_faceless = True
            text = f"{self._camera.name} shows no face; the portrait idles until it does"
            warnings.warn(text, MienWarning, stacklevel=2)
