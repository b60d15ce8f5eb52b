"""Follows faces from picture to picture, and knows which of them are meant."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal, Protocol, TypeAlias

import numpy as np

from mien.face.tracker import MAX_FACES, MeshTracker
from mien.retouch.musetalk.boxes import in_sight
from mien.retouch.musetalk.caches import Fingerprints, Memory
from mien.types import Face, Floats, Frame, Image

FaceChoice: TypeAlias = int | Literal["all"]
"""Which face: its number by size in the picture where it first shows, counted from 1; or all."""

_FARTHEST, _LARGEST = 0.4, 1.5
"""From picture to picture a face moves by less than so many of its own sizes and grows by less
than this factor; beyond that it is another one."""
_GIVEN_UP_S = 1.0
"""A face that was out of sight for so long is looked for anew, wherever it is then."""


class FaceFinder(Protocol):
    """Finds faces, largest first; one for one stream of pictures."""

    def track(self, image: Image) -> list[Face]:
        """Those of the next picture, quickly."""
        ...

    def search(self, image: Image) -> list[Face]:
        """All of a picture, small ones too."""
        ...

    def adopt(self, faces: Iterable[Face]) -> None:
        """Go on from these."""
        ...


@dataclass(frozen=True, slots=True)
class SeenFace:
    """One face that is meant. track: the same number as long as it is followed. place: its number
    in the picture. landmarks: (478, 3) pixels."""

    track: int
    place: int
    landmarks: Floats


@dataclass(frozen=True, slots=True)
class SeenFrame:
    """A frame, what its picture is known by, and the faces in it that are meant. is_cut: whether it
    begins another shot: faces before it and in it, and none of them goes on."""

    frame: Frame
    fingerprint: bytes
    faces: tuple[SeenFace, ...]
    is_cut: bool = False


@dataclass(slots=True, eq=False)
class _Track:
    number: int
    landmarks: Floats
    unseen: int = 0


class Follower:
    """Follows the faces of one stream of frames."""

    def __init__(
        self,
        choice: FaceChoice,
        rate: Fraction,
        memory: Memory,
        finder: FaceFinder | None = None,
    ) -> None:
        self._choice, self._memory = choice, memory
        self._finder = finder or MeshTracker(MAX_FACES)
        self._patience = math.ceil(_GIVEN_UP_S * rate)
        self._fingerprints = Fingerprints()
        self._tracks: list[_Track] = []
        self._chosen: _Track | None = None
        self._num_tracks = 0

    def follow(self, frames: Iterable[Frame]) -> Iterator[SeenFrame]:
        """The same frames with their faces; none is held back."""
        for frame in frames:
            picture = frame.pixels[..., :3]
            fingerprint = self._fingerprints.of(frame.pixels)
            found = self._memory.get("faces", fingerprint)
            if found is None:
                found = tuple(face.landmarks for face in self._look(picture))
                self._memory.put(found, "faces", fingerprint)
            tracks, is_cut = self._assign(found)
            chosen = self._choose(tracks)
            size = picture.shape[1], picture.shape[0]
            faces = [
                SeenFace(track.number, place, landmarks)
                for place, (track, landmarks) in enumerate(zip(tracks, found, strict=True))
                if track in chosen and in_sight(landmarks, size)
            ]
            yield SeenFrame(frame, fingerprint, tuple(faces), is_cut)

    def _look(self, picture: Image) -> Sequence[Face]:
        faces = self._finder.track(picture)
        if faces and not self._tracks:  # small ones beside it, too
            faces = self._finder.search(picture) or faces
            self._finder.adopt(faces)
        return faces

    def _assign(self, found: Sequence[Floats]) -> tuple[list[_Track], bool]:
        """Which face goes on with which track, and whether this is another shot."""
        pairs = sorted(
            (distance, place, index)
            for place, landmarks in enumerate(found)
            for index, track in enumerate(self._tracks)
            if (distance := _distance(track.landmarks, landmarks)) <= 1.0
        )
        going_on: dict[int, _Track] = {}
        taken: set[int] = set()
        for _, place, index in pairs:
            if place not in going_on and index not in taken:
                going_on[place] = self._tracks[index]
                taken.add(index)
        is_cut = bool(found) and not going_on and any(each.unseen == 0 for each in self._tracks)
        if is_cut:
            self._tracks.clear()
        for track in self._tracks:
            track.unseen += 1
        tracks = [going_on.get(place) or self._begin() for place in range(len(found))]
        for track, landmarks in zip(tracks, found, strict=True):
            track.landmarks, track.unseen = landmarks, 0
        self._tracks = [each for each in self._tracks if each.unseen < self._patience]
        return tracks, is_cut

    def _begin(self) -> _Track:
        self._num_tracks += 1
        self._tracks.append(_Track(self._num_tracks, np.zeros((0, 3), np.float32)))
        return self._tracks[-1]

    def _choose(self, tracks: Sequence[_Track]) -> Sequence[_Track]:
        """The tracks that are meant; once one is given up, the one that has its number by size."""
        if self._choice == "all":
            return tracks
        if self._chosen not in self._tracks:
            enough = len(tracks) >= self._choice
            self._chosen = tracks[self._choice - 1] if enough else None
        return [] if self._chosen is None else [self._chosen]


def _distance(before: Floats, now: Floats) -> float:
    """Between two faces in neighbouring pictures; beyond 1 they are hardly the same."""
    moved = before[:, :2].mean(axis=0) - now[:, :2].mean(axis=0)
    sizes = [
        max(float(np.sqrt(np.prod(np.ptp(each[:, :2], axis=0)))), 1.0) for each in (before, now)
    ]
    grown = abs(math.log(sizes[1] / sizes[0])) / math.log(_LARGEST)
    return max(float(np.hypot(*moved)) / sizes[0] / _FARTHEST, grown)
