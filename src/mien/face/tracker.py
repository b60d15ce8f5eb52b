"""Faces in a stream of pictures, and in a single one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import Protocol

import numpy as np

from mien.face.detector import FULL_RANGE, SHORT_RANGE, Detection, Detector
from mien.face.mesh import MeshNetwork
from mien.face.regions import FaceRegion, landmark_box, nested, overlap, region_of_landmarks
from mien.types import Face, Floats, Image

MAX_FACES = 16
"""How many are looked for in a single picture."""
_PRESENT = 0.5
"""Presence score above which a region holds a face."""
_CERTAIN = 0.99
"""The same for regions of the closest search, which offers many."""
_LIKELY = 0.7
"""Score of a detection of the closest search that counts although there are other faces."""
_SAME_FACE = 0.5
"""Overlap of two boxes from which they are the same face."""
_WITHIN_FACE = 0.6
"""Share of a face's box within another's from which it is a part of that one."""
_SETTLING_PASSES = 2
"""A detector's region is coarse: this often the landmarks correct it before they are trusted."""
_CLOSE_SEARCH_EVERY = 30
"""While no face is to be seen, the slowest search runs on one picture in so many, beginning with
the first."""


class FaceTracker(Protocol):
    """Follows faces from picture to picture."""

    def track(self, image: Image) -> list[Face]:
        """Faces of the next RGB picture of the stream, largest first; [] when there are none."""
        ...

    def reset(self) -> None:
        """Forget the stream; the next picture starts a new one."""
        ...


class MeshTracker:
    """Follows up to ``max_faces`` faces, with 478 landmarks each.

    Faces are followed by their own landmarks; a detector runs only while there are fewer than
    ``max_faces`` of them, and slower searches for small faces only while there are none at all.
    A face that is lost is looked for again in the same picture. One tracker serves one stream;
    it is not safe to use from several threads at once.
    """

    def __init__(self, max_faces: int = 1) -> None:
        self._max_faces = max_faces
        self._near = Detector(SHORT_RANGE)
        self._mesh = MeshNetwork()
        self._faces: list[Face] = []
        self._num_empty = 0

    @cached_property
    def _far(self) -> Detector:
        return Detector(FULL_RANGE)

    def track(self, image: Image) -> list[Face]:
        """Faces of the next RGB picture of the stream, largest first; [] when there are none."""
        regions = [region_of_landmarks(face.landmarks) for face in self._faces]
        faces = _distinct(self._present(image, regions))
        if len(faces) < self._max_faces:
            faces = self._add(image, faces, self._near.detect(image))
        if not faces:
            faces = self._add(image, faces, self._far.detect(image))
        if not faces and self._num_empty % _CLOSE_SEARCH_EVERY == 0:
            faces = self._add(image, faces, self._far.detect_closely(image), _CERTAIN)
        self._num_empty = 0 if faces else self._num_empty + 1
        self._faces = _largest_first(faces)
        return list(self._faces)

    def reset(self) -> None:
        """Forget the stream; the next picture starts a new one."""
        self._faces = []
        self._num_empty = 0

    def adopt(self, faces: Iterable[Face]) -> None:
        """Go on from these faces of the latest picture, such as ``search`` finds."""
        self._faces = _largest_first(list(faces))[: self._max_faces]

    def search(self, image: Image) -> list[Face]:
        """Faces of a single RGB picture, largest first, whatever the stream; however many the
        first detector finds, small ones are looked for too. Safe to use from several threads."""
        faces = self._add(image, [], self._near.detect(image))
        if len(faces) < self._max_faces:
            faces = self._add(image, faces, self._far.detect(image))
        if len(faces) < self._max_faces:
            small = self._far.detect_closely(image)
            likely = [found for found in small if not faces or found.score > _LIKELY]
            faces = self._add(image, faces, likely, _CERTAIN)
        return _largest_first(faces)

    def _add(
        self,
        image: Image,
        known: list[Face],
        detections: list[Detection],
        least_score: float = _PRESENT,
    ) -> list[Face]:
        """The known faces and, largest detection first, new ones up to the number wanted."""
        faces = list(known)
        for region in sorted((found.region for found in detections), key=lambda r: -r.side):
            if len(faces) >= self._max_faces:
                break
            if not _is_known(region.box, (region_of_landmarks(f.landmarks).box for f in faces)):
                new = [f for f in self._settle(image, region) if f.score > least_score]
                faces = _distinct([*faces, *new])
        return faces

    def _present(self, image: Image, regions: Iterable[FaceRegion]) -> Iterator[Face]:
        for region in regions:
            face = self._mesh.locate(image, region)
            if face.score > _PRESENT:
                yield face

    def _settle(self, image: Image, region: FaceRegion) -> list[Face]:
        """The face in a detector's region, or [] when the landmarks say that there is none."""
        faces = list(self._present(image, [region]))
        for _ in range(_SETTLING_PASSES):
            faces = list(self._present(image, [region_of_landmarks(f.landmarks) for f in faces]))
        return faces


def find_faces(image: Image, max_faces: int = MAX_FACES) -> list[Face]:
    """Faces of a single RGB picture, largest first; near and small ones, none of them twice."""
    return MeshTracker(max_faces).search(image)


def _largest_first(faces: list[Face]) -> list[Face]:
    return sorted(faces, key=lambda face: -face.size) if len(faces) > 1 else faces


def _distinct(faces: Iterable[Face]) -> list[Face]:
    """The faces without those that lie on or in an earlier one: half a face can pass for one."""
    kept: list[Face] = []
    for face in faces:
        box = landmark_box(face.landmarks)
        if not kept or nested(box, np.stack(list(_boxes(kept)))).max() < _WITHIN_FACE:
            kept.append(face)
    return kept


def _boxes(faces: list[Face]) -> Iterator[Floats]:
    return (landmark_box(face.landmarks) for face in faces)


def _is_known(box: Floats, boxes: Iterable[Floats]) -> bool:
    others = list(boxes)
    return bool(others) and bool((overlap(box, np.stack(others)) > _SAME_FACE).any())
