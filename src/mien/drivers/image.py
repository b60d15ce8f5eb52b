"""A driving picture: the portrait takes on its expression."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np

from mien.drivers.length import check_bounds, checked_rate, frames_in
from mien.drivers.reading import Baseline, read_face, to_motion_frame
from mien.errors import NoFaceError
from mien.face import find_faces
from mien.media import read_still
from mien.motion.blendshapes.neutral import neutralise
from mien.types import Motion


def drive_with_image(
    path: str | Path,
    *,
    duration_s: float | None = None,
    max_frames: int | None = None,
    fps: Fraction = Fraction(30),
) -> Motion:
    """The largest face of a picture, standing still for one frame or for ``duration_s``.

    A single picture shows no neutral face to compare with, so the reference is this face without
    its expression, in the same pose and place: relative to it, the expression moves and the head
    does not. The reference has no pixels.

    Raises NoFaceError, UnreadableMediaError for what is not a picture, OptionError for
    numbers that cannot be.
    """
    rate = checked_rate(fps)
    check_bounds(duration_s, max_frames)
    portrait = read_still(path)
    faces = find_faces(portrait.pixels, max_faces=1)
    if not faces:
        raise NoFaceError(path, "no face found; give a picture that shows one clearly")
    reading = read_face(faces[0], portrait.pixels)
    neutral, own = neutralise(reading.head)
    frame = to_motion_frame(
        reading, Baseline(reading.pose.scale, neutral), pts=0, time_base=1 / rate
    )
    frame = replace(frame, blendshapes=own)
    rest = np.zeros_like(frame.blendshapes)
    reference = replace(frame, landmarks=neutral, blendshapes=rest, pixels=None)
    num_frames = 1 if duration_s is None else frames_in(duration_s, rate)
    num_frames = min(num_frames, max_frames or num_frames)
    frames = (replace(frame, pts=pts) for pts in range(num_frames))
    return Motion(reference, frames, rate, num_frames)
