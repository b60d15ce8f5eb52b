"""The network that reads 478 landmarks (lips, eyes and irises refined) from a face's region."""

from __future__ import annotations

import numpy as np

from mien.face.models import open_model
from mien.face.regions import FaceRegion, sample
from mien.types import Face, Image

_SIDE = 192


class MeshNetwork:
    """The landmark network, loaded."""

    def __init__(self) -> None:
        self._session = open_model("face478_fp16")

    def locate(self, image: Image, region: FaceRegion) -> Face:
        """The face in a region of an RGB picture. A score below 0.5 means that there is none."""
        transform = region.to_picture(_SIDE)
        pixels = sample(image, transform, _SIDE, border="replicate")
        points, score = self._session.run(None, {"image": pixels[None]})
        landmarks = np.empty((len(points), 3), np.float32)
        landmarks[:, :2] = points[:, :2] @ transform[:, :2].T + transform[:, 2]
        landmarks[:, 2] = points[:, 2] * (region.side / _SIDE)
        return Face(landmarks, float(score[0]))
