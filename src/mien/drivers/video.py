"""A driving video: its largest face at the start moves the portrait."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import chain, islice
from pathlib import Path
from typing import Literal, TypeAlias

from mien.checks import check_choice, check_number
from mien.drivers.length import check_bounds, checked_rate, frames_in
from mien.drivers.looping import LOOPS, Loop, loop_motion
from mien.drivers.neutrality import most_neutral
from mien.drivers.presence import bridge_losses
from mien.drivers.reading import Baseline, Reading, read_face, to_motion_frame
from mien.errors import NoFaceError, OptionError
from mien.face import FaceTracker
from mien.media import Video, VideoInfo, open_video
from mien.motion.blendshapes.neutral import neutralise
from mien.motion.smoothing import smooth_motion
from mien.types import Motion, MotionFrame

ReferenceChoice: TypeAlias = int | Literal["auto", "first"]
"""Which frame of the clip is the driver's neutral one: its number counted from 1, the first with
a face, or the first unless it is clearly not neutral and one soon after is."""

FACE_WITHIN_S = 1.0
"""So soon a film must show its face, be it driver or portrait."""
_SCAN_S = 3.0


@dataclass(frozen=True, slots=True)
class _Clip:
    """The part of a video that is used. With a loop, ``duration_s`` and ``max_frames`` bound
    the whole result instead of the part."""

    path: str | Path
    start_s: float
    duration_s: float | None
    max_frames: int | None
    fps: Fraction | None
    loop: Loop

    def open(self, *, backwards: bool = False) -> Video:
        once = self.loop == "none"
        return open_video(
            self.path,
            start_s=self.start_s,
            duration_s=self.duration_s if once else None,
            max_frames=self.max_frames if once else None,
            fps=self.fps,
            reverse=backwards,
        )

    def length(self, info: VideoInfo) -> int | None:
        """Frames of the whole result; None when unknown."""
        if self.loop == "none":
            return info.num_frames
        limits = [] if self.max_frames is None else [self.max_frames]
        if self.duration_s is not None:
            limits.append(frames_in(self.duration_s, info.rate))
        if not limits:
            raise OptionError("--loop", "needs --duration or --max-frames, so that it ends")
        return min(limits)


def drive_with_video(
    path: str | Path,
    tracker: FaceTracker,
    *,
    reference: ReferenceChoice = "auto",
    start_s: float = 0.0,
    duration_s: float | None = None,
    max_frames: int | None = None,
    fps: Fraction | None = None,
    loop: Loop = "none",
    smooth: float = 1.0,
) -> Motion:
    """Motion of the largest face at the start of a video.

    start_s, duration_s, max_frames, fps: as in :func:`mien.media.open_video`; with a ``loop``,
    duration and frames bound the whole result, which goes on after the clip's end. ``smooth``:
    as in :func:`mien.motion.smoothing.smooth_motion`.

    The reference frame is looked for before this returns, with as few pictures as possible; the
    rest is decoded and tracked while the frames are consumed. Where the face is out of sight the
    motion is bridged (:mod:`mien.drivers.presence`).

    Raises NoFaceError when the first second has no face, OptionError for a reference that is
    not in the clip, a loop without end or numbers that cannot be, UnreadableMediaError for what
    is not a video.
    """
    check_number("--start", start_s, 0, math.inf)
    check_choice("--loop", loop, LOOPS)
    check_bounds(duration_s, max_frames)
    wanted_rate = None if fps is None else checked_rate(fps)
    clip = _Clip(path, start_s, duration_s, max_frames, wanted_rate, loop)
    with clip.open() as video:
        rate = video.info.rate
        num_frames = clip.length(video.info)
        tracker.reset()
        chosen = _find_reference(video, tracker, reference)
    neutral, _ = neutralise(chosen.head)
    baseline = Baseline(chosen.pose.scale, neutral)
    first = to_motion_frame(chosen, baseline, pts=0, time_base=1 / rate)
    tracker.reset()

    def play(backwards: bool) -> Iterator[MotionFrame]:
        seen = _seen(_track(clip, tracker, backwards), baseline, rate)
        return bridge_losses(seen, first, 1 / rate)

    frames = smooth_motion(loop_motion(play, loop, num_frames, 1 / rate), rate, smooth)
    return Motion(first, frames, rate, num_frames)


def _track(clip: _Clip, tracker: FaceTracker, backwards: bool) -> Iterator[Reading | None]:
    with clip.open(backwards=backwards) as video:
        yield from _readings(video, tracker)


def _readings(video: Video, tracker: FaceTracker) -> Iterator[Reading | None]:
    for frame in video:
        faces = tracker.track(frame.pixels)
        yield read_face(faces[0], frame.pixels) if faces else None


def _seen(
    readings: Iterable[Reading | None], baseline: Baseline, rate: Fraction
) -> Iterator[tuple[int, MotionFrame | None]]:
    for pts, reading in enumerate(readings):
        if reading is None:
            yield pts, None
        else:
            yield pts, to_motion_frame(reading, baseline, pts=pts, time_base=1 / rate)


def _find_reference(video: Video, tracker: FaceTracker, choice: ReferenceChoice) -> Reading:
    readings = enumerate(_readings(video, tracker), start=1)
    within = max(1, round(FACE_WITHIN_S * video.info.rate))
    opening = ((number, seen) for number, seen in islice(readings, within) if seen)
    number, first = next(opening, (0, None))
    if first is None:
        problem = "no face is seen in the first second; start where one is, with --start"
        raise NoFaceError(video.path, problem)
    if choice == "first":
        return first
    if choice == "auto":
        soon = round(_SCAN_S * video.info.rate)
        return most_neutral(first, (seen for _, seen in islice(readings, soon) if seen))
    numbered = chain([(number, first)], readings)
    return _numbered(choice, video, numbered)


def _numbered(choice: int, video: Video, readings: Iterable[tuple[int, Reading | None]]) -> Reading:
    number = 0
    for number, seen in readings:
        if number == choice and seen is not None:
            return seen
        if number >= choice:
            raise NoFaceError(video.path, f"no face is seen in frame {choice}, the reference")
    problem = f"there is no frame {choice}: only {number} of {video.path} are used"
    raise OptionError("--reference", problem)
