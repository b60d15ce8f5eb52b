"""The canonical neutral face: 478 landmarks and their triangles.

The coordinates are a mirror-symmetric mean of the landmarks of ten portraits, in head units
(1 = distance between the eye centres). The 852 triangles are MediaPipe's face tesselation.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from mien.types import Floats


@dataclass(frozen=True, slots=True)
class FaceTemplate:
    """landmarks: (478, 3) float32, head frame. triangles: (852, 3), the skin without the holes
    of eyes and mouth. mirror: (478,), the landmark on the other side of the face."""

    landmarks: Floats
    triangles: NDArray[np.intp]
    mirror: NDArray[np.intp]


def _load() -> FaceTemplate:
    with (
        files("mien.motion").joinpath("face_template.npz").open("rb") as file,
        np.load(file) as data,
    ):
        return FaceTemplate(
            data["landmarks"].astype(np.float32),
            data["triangles"].astype(np.intp),
            data["mirror"].astype(np.intp),
        )


FACE_TEMPLATE = _load()
