"""What is measured on: the built-in portrait, and a film of it made on the fly."""

from __future__ import annotations

from fractions import Fraction
from math import pi, sin
from pathlib import Path
from typing import cast

import cv2

import mien
from mien.drivers import drive_with_moments
from mien.face import crop_around, cut
from mien.motion.arkit import shape_weights
from mien.motion.moment import Moment
from mien.types import Image, Portrait

RATE = Fraction(30)
_HEAD_AND_SHOULDERS = 2.4
_PERIOD_S = 6


def portrait(side: int) -> Portrait:
    """Head and shoulders of the built-in portrait, ``side`` x ``side``."""
    whole = mien.read_still(Path(mien.__file__).parent / "data" / "astronaut.png")
    height, width = whole.pixels.shape[:2]
    face = mien.find_faces(whole.pixels)[0]
    crop = crop_around(face.landmarks, (width, height), scale=_HEAD_AND_SHOULDERS)
    pixels = cv2.resize(cut(whole.pixels, crop), (side, side), interpolation=cv2.INTER_CUBIC)
    return Portrait(cast(Image, pixels), name="astronaut")


def save_portrait(path: Path, side: int) -> Path:
    """The portrait as a file."""
    cv2.imwrite(str(path), cv2.cvtColor(portrait(side).pixels, cv2.COLOR_RGB2BGR))
    return path


def frames(num_frames: int, side: int) -> list[Image]:
    """The portrait, in motion."""
    picture = portrait(side)
    engine = mien.load_engine()
    source = engine.prepare(picture, mien.find_faces(picture.pixels)[0])
    motion = drive_with_moments(_busy, fps=RATE, num_frames=num_frames)
    rendered = engine.animate(source, motion, engine.info.options)
    return [mien.paste(picture.pixels, moment) for moment in rendered]


def save_clip(path: Path, num_frames: int, side: int) -> Path:
    """The same as an MP4 film at 30 frames per second, over and over."""
    period = frames(min(num_frames, round(_PERIOD_S * RATE)), side)
    with mien.open_sink(path, size=(side, side), rate=RATE) as sink:
        for pts in range(num_frames):
            sink.write(mien.Frame(period[pts % len(period)], pts, 1 / RATE))
    return path


def _busy(time_s: float) -> Moment:
    """Everything moves at once, neutral at the beginning and the end of the period."""
    slow, middle, fast = (sin(2 * pi * turns * time_s / _PERIOD_S) for turns in (1, 3, 12))
    shapes = {
        "eyeBlink": max(0.0, fast) ** 4,
        "jawOpen": 0.4 * max(0.0, fast),
        "mouthSmile": 0.8 * max(0.0, middle),
        "mouthPucker": 0.6 * max(0.0, -middle),
        "browInnerUp": 0.7 * max(0.0, slow),
        "eyeLookUp": 0.4 * max(0.0, -slow),
    }
    return Moment(shape_weights(shapes), (12.0 * slow, 5.0 * middle, 3.0 * slow))
