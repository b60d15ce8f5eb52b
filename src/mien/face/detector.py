"""Finds faces in a whole picture: a fast network for near faces, a finer one for small faces."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import numpy as np

from mien.face.models import open_model
from mien.face.regions import FaceRegion, overlap, picture_region, region_of_box, sample
from mien.types import Floats, Image

_SAME_FACE = 0.3
"""Overlap from which raw detections are averaged into one."""


@dataclass(frozen=True, slots=True)
class DetectorSpec:
    """A detector network. ``grids``: (stride in pixels, anchors per cell) of each output grid;
    ``threshold``: score from which a raw detection counts."""

    model: str
    side: int
    grids: tuple[tuple[int, int], ...]
    threshold: float


SHORT_RANGE = DetectorSpec("face_detector_fp16", 128, ((8, 2), (16, 6)), 0.5)
FULL_RANGE = DetectorSpec("face_detector_full_fp16", 192, ((4, 1),), 0.6)


@dataclass(frozen=True, slots=True)
class Detection:
    """A face's (4,) box x0, y0, x1, y1 and its (6, 2) keypoints in picture pixels: the person's
    right eye, left eye, nose tip, mouth, right ear, left ear. ``score`` 0..1."""

    box: Floats
    keypoints: Floats
    score: float

    @property
    def region(self) -> FaceRegion:
        """Where the landmark network is to look."""
        return region_of_box(self.box, self.keypoints[0], self.keypoints[1])

    def moved(self, x: int, y: int) -> Detection:
        """The same, so many pixels further right and down."""
        shift = np.array([x, y])
        return Detection(self.box + np.tile(shift, 2), self.keypoints + shift, self.score)


class Detector:
    """One detector network, loaded."""

    def __init__(self, spec: DetectorSpec) -> None:
        self._spec = spec
        self._anchors = anchor_centers(spec)
        self._session = open_model(spec.model)

    def detect_closely(self, image: Image) -> list[Detection]:
        """Faces of the squares that cover an RGB picture, half as long as it and overlapping by
        half: finds faces half as large, at several times the cost. A face may come more than
        once."""
        side = -(-max(image.shape[:2]) // 2)
        return [
            found.moved(x, y)
            for y, x in product(_starts(image.shape[0], side), _starts(image.shape[1], side))
            for found in self.detect(image[y : y + side, x : x + side])
        ]

    def detect(self, image: Image) -> list[Detection]:
        """Faces of an RGB picture, best score first."""
        region, side = picture_region(image), self._spec.side
        pixels = sample(image, region.to_picture(side), side, border="black")
        raw, logits = self._session.run(None, {"image": pixels[None]})
        boxes, keypoints, scores = decode(raw[0], logits[0, :, 0], self._anchors, self._spec)
        corner = np.array([region.x, region.y]) - region.side / 2
        return [
            Detection(
                (found.box.reshape(2, 2) * region.side + corner).ravel(),
                found.keypoints * region.side + corner,
                found.score,
            )
            for found in merge_overlapping(boxes, keypoints, scores)
        ]


def _starts(length: int, side: int) -> list[int]:
    """Where stretches of ``side`` begin that cover ``length`` and overlap by half or more."""
    count = 1 + max(0, -(-2 * (length - side) // side))
    return [round(place) for place in np.linspace(0, max(0, length - side), count)]


def anchor_centers(spec: DetectorSpec) -> Floats:
    """(n, 2) float32 centres of the anchors, 0..1 of the network's square, in the order of its
    outputs."""
    grids = []
    for stride, anchors_per_cell in spec.grids:
        cells = spec.side // stride
        y, x = np.mgrid[:cells, :cells]
        centers = (np.stack([x, y], axis=-1).reshape(-1, 2) + 0.5) / cells
        grids.append(np.repeat(centers, anchors_per_cell, axis=0))
    return np.concatenate(grids).astype(np.float32)


def decode(
    raw: Floats, logits: Floats, anchors: Floats, spec: DetectorSpec
) -> tuple[Floats, Floats, Floats]:
    """Boxes (n, 4), keypoints (n, 6, 2), both 0..1 of the network's square, and scores (n,) of
    the anchors above the threshold, best first. ``raw``: (anchors, 16) pixels of that square."""
    certain = logits >= np.log(spec.threshold / (1 - spec.threshold))
    kept = np.flatnonzero(certain & (raw[:, 2:4] >= 0).all(axis=1))
    kept = kept[np.argsort(-logits[kept], kind="stable")]
    values, centers = raw[kept] / spec.side, anchors[kept]
    middle, half = values[:, :2] + centers, values[:, 2:4] / 2
    boxes = np.concatenate([middle - half, middle + half], axis=1)
    keypoints = values[:, 4:].reshape(-1, 6, 2) + centers[:, None]
    scores = 1 / (1 + np.exp(-np.clip(logits[kept], -100, 100)))
    return boxes, keypoints, scores


def merge_overlapping(boxes: Floats, keypoints: Floats, scores: Floats) -> list[Detection]:
    """Weighted non-maximum suppression of detections that come best first: those that overlap
    the best one are averaged into it by score, and so on with the rest."""
    left, merged = np.arange(len(scores)), []
    while len(left):
        same = overlap(boxes[left[0]], boxes[left]) > _SAME_FACE
        same[0] = True  # an empty box does not even overlap itself
        group = left[same]
        weights = scores[group] / scores[group].sum()
        merged.append(
            Detection(
                weights @ boxes[group],
                np.tensordot(weights, keypoints[group], axes=1),
                float(scores[left[0]]),
            )
        )
        left = left[~same]
    return merged
