"""Steadies boxes over time, and fades where a face comes or goes."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from mien.retouch.musetalk.boxes import FaceBox, face_edges, settle
from mien.retouch.musetalk.caches import Memory
from mien.retouch.musetalk.following import SeenFace, SeenFrame
from mien.types import Floats, Frame

_DECAY_S = 0.033
"""In this time the say of a neighbouring picture in where a face is falls by a factor e: much of
the tremble is taken away, and a jaw that speaks keeps most of its way."""
_FADE_S = 0.12
"""How long lips fade in and out."""
_UNNOTICED = 0.03


@dataclass(frozen=True, slots=True)
class PlacedFace:
    """A face to be painted. landmarks: (478, 2), steadied. weight: 0..1, below 1 where it fades."""

    track: int
    box: FaceBox
    landmarks: Floats
    weight: float


@dataclass(frozen=True, slots=True)
class PlacedFrame:
    """A frame, what its picture is known by, and its faces, none where none is painted."""

    frame: Frame
    fingerprint: bytes
    faces: tuple[PlacedFace, ...]


class Placer:
    """Places the faces of one stream."""

    def __init__(
        self, rate: Fraction, memory: Memory, *, margin_px: int, shift_px: int, looks_ahead: bool
    ) -> None:
        self._memory, self._margin_px, self._shift_px = memory, margin_px, shift_px
        self._decay = math.exp(-1 / (_DECAY_S * rate))
        self._reach = max(1, math.ceil(math.log(_UNNOTICED) / math.log(self._decay)))
        self._fade = max(2, round(_FADE_S * rate))
        self._ahead = max(self._reach, self._fade) if looks_ahead else 0
        self._boxes: dict[int, FaceBox] = {}

    def place(self, frames: Iterable[SeenFrame]) -> Iterator[PlacedFrame]:
        """As many frames; looks ahead by 0.12 s, or not at all."""
        before: deque[SeenFrame] = deque(maxlen=max(self._reach, self._fade))
        waiting: deque[SeenFrame] = deque()
        for frame in frames:
            waiting.append(frame)
            if len(waiting) > self._ahead:
                yield self._placed(before, waiting)
        while waiting:
            yield self._placed(before, waiting)

    def _placed(self, before: deque[SeenFrame], waiting: deque[SeenFrame]) -> PlacedFrame:
        now = waiting.popleft()
        past, future = list(reversed(before)), list(waiting)
        before.append(now)
        placed = tuple(self._place(face, now, past, future) for face in now.faces)
        self._boxes = {face.track: face.box for face in placed}
        return PlacedFrame(now.frame, now.fingerprint, placed)

    def _place(
        self,
        face: SeenFace,
        now: SeenFrame,
        past: Sequence[SeenFrame],
        future: Sequence[SeenFrame],
    ) -> PlacedFace:
        earlier, later = _run(face.track, past), _run(face.track, future)
        landmarks = self._steadied(face.landmarks, earlier, later)
        height, width = now.frame.pixels.shape[:2]
        box = self._memory.get("box", now.fingerprint, face.place)
        if box is None:
            edges = face_edges(landmarks, margin_px=self._margin_px, shift_px=self._shift_px)
            box = settle(edges, (width, height), self._boxes.get(face.track))
            self._memory.put(box, "box", now.fingerprint, face.place)
        weight = self._weight(now, (earlier, past), (later, future))
        return PlacedFace(face.track, box, landmarks, weight)

    def _weight(
        self, now: SeenFrame, *sides: tuple[Sequence[Floats], Sequence[SeenFrame]]
    ) -> float:
        """1, and less within 0.12 s of a picture without the face; cuts and ends do not count."""
        (earlier, past), (later, future) = sides
        steps = self._fade
        if len(earlier) < len(past) and not [now, *past][len(earlier)].is_cut:
            steps = len(earlier)
        if len(later) < len(future) and not future[len(later)].is_cut:
            steps = min(steps, len(later))
        return min(1.0, (steps + 1) / (self._fade + 1))

    def _steadied(self, now: Floats, *neighbours: Sequence[Floats]) -> Floats:
        total, weights = np.asarray(now[:, :2], np.float64), 1.0
        for side in neighbours:
            for step, landmarks in enumerate(side[: self._reach], start=1):
                weight = self._decay**step
                total, weights = total + weight * landmarks[:, :2], weights + weight
        return np.asarray(total / weights, np.float32)


def _run(track: int, frames: Sequence[SeenFrame]) -> list[Floats]:
    """The landmarks of a track in these frames, as far as it goes without a gap."""
    found = []
    for frame in frames:
        face = next((each for each in frame.faces if each.track == track), None)
        if face is None:
            break
        found.append(face.landmarks)
    return found
