"""What is measured on: the built-in portrait, and pictures of it in motion."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from importlib.resources import as_file, files
from itertools import cycle
from math import pi, sin
from typing import cast

import cv2

from mien.drivers.moments import drive_with_moments
from mien.drivers.reading import Baseline, Reading, read_face, to_motion_frame
from mien.engines import load_engine
from mien.face import MeshTracker, crop_around, cut, find_faces, paste
from mien.media import read_still
from mien.motion.arkit import shape_weights
from mien.motion.blendshapes.neutral import neutralise
from mien.motion.moment import Moment
from mien.types import Image, Motion, MotionFrame, Portrait

RATE = Fraction(30)
PERIOD_S = 6
"""After so long the motion begins again."""
_HEAD_AND_SHOULDERS = 2.4


def sample_portrait(side: int) -> Portrait:
    """Head and shoulders of the built-in portrait, ``side`` x ``side``."""
    with as_file(files("mien").joinpath("data", "astronaut.png")) as path:
        whole = read_still(path)
    height, width = whole.pixels.shape[:2]
    face = find_faces(whole.pixels)[0]
    crop = crop_around(face.landmarks, (width, height), scale=_HEAD_AND_SHOULDERS)
    pixels = cv2.resize(cut(whole.pixels, crop), (side, side), interpolation=cv2.INTER_CUBIC)
    return Portrait(cast(Image, pixels), name="astronaut")


def sample_frames(num_frames: int, side: int) -> list[Image]:
    """The portrait, in motion: pictures of a film at ``RATE``, the first one at rest."""
    picture = sample_portrait(side)
    engine = load_engine()
    source = engine.prepare(picture, find_faces(picture.pixels)[0])
    motion = drive_with_moments(_busy, fps=RATE, num_frames=num_frames)
    rendered = engine.animate(source, motion, engine.info.options)
    return [paste(picture.pixels, moment) for moment in rendered]


def tracked_motion(pictures: Sequence[Image], num_frames: int) -> Motion:
    """The motion of the face in these pictures, forwards and backwards until there are so many
    frames; each is tracked when it is asked for. The first picture is the neutral one."""
    tracker = MeshTracker()
    first = _read(tracker, pictures[0])
    neutral, _ = neutralise(first.head)
    baseline = Baseline(first.pose.scale, neutral)
    reference = to_motion_frame(first, baseline, pts=0, time_base=1 / RATE)

    def frames() -> Iterator[MotionFrame]:
        there_and_back = cycle([*pictures, *pictures[-2:0:-1]])
        for pts, picture in zip(range(num_frames), there_and_back, strict=False):
            reading = _read(tracker, picture)
            yield to_motion_frame(reading, baseline, pts=pts, time_base=1 / RATE)

    return Motion(reference, frames(), RATE, num_frames)


def _read(tracker: MeshTracker, picture: Image) -> Reading:
    return read_face(tracker.track(picture)[0], picture)


def _busy(time_s: float) -> Moment:
    """Everything moves at once, neutral at the beginning and the end of the period."""
    slow, middle, fast = (sin(2 * pi * turns * time_s / PERIOD_S) for turns in (1, 3, 12))
    shapes = {
        "eyeBlink": max(0.0, fast) ** 4,
        "jawOpen": 0.4 * max(0.0, fast),
        "mouthSmile": 0.8 * max(0.0, middle),
        "mouthPucker": 0.6 * max(0.0, -middle),
        "browInnerUp": 0.7 * max(0.0, slow),
        "eyeLookUp": 0.4 * max(0.0, -slow),
    }
    return Moment(shape_weights(shapes), (12.0 * slow, 5.0 * middle, 3.0 * slow))
