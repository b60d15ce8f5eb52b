"""A motion that is played and written down at once, because it can be consumed only once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import islice

from mien.engines.liveportrait.framing import ratios_of
from mien.templates import MotionTemplate, record_motion
from mien.types import Floats, Motion, MotionFrame


class NotedMotion:
    """Notes the frames of a ``motion`` while its own ``motion`` is played: about 1 KB for each,
    without pictures and landmarks, and with the openings of eyes and lips as they were seen."""

    def __init__(self, motion: Motion) -> None:
        self.motion = replace(motion, frames=self._noted(motion.frames))
        self._played = motion
        self._notes: list[MotionFrame] = []
        self._openings = _seen_openings(motion.reference)

    def template(self, num_frames: int) -> MotionTemplate:
        """The first so many frames that were played, measured against the first of them."""
        notes = self._notes[:num_frames]
        noted = replace(self._played, reference=notes[0], frames=islice(notes, None))
        return record_motion(noted, landmarks=False)

    def _noted(self, frames: Iterator[MotionFrame]) -> Iterator[MotionFrame]:
        for frame in frames:
            self._notes.append(self._note(frame))
            yield frame

    def _note(self, frame: MotionFrame) -> MotionFrame:
        """While the face is out of sight its openings stay as they were."""
        seen = _seen_openings(frame)
        self._openings = self._openings if seen is None else seen
        return replace(frame, pixels=None, landmarks=None, ratios=self._openings)


def _seen_openings(frame: MotionFrame) -> Floats | None:
    if frame.ratios is not None:
        return frame.ratios
    return None if frame.pixels is None else ratios_of(frame.pixels.landmarks)
