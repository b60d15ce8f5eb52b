"""What moves the portrait: the driver that ``--driving`` and ``--emotions`` ask for."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

from mien.drivers import drive_with_image, drive_with_video
from mien.errors import OptionError
from mien.face import MeshTracker
from mien.media import AudioTrack, open_video, sniff
from mien.pipeline.options import AnimateOptions
from mien.pipeline.play import Driving

STILL_RATE = Fraction(30)
"""Frames per second of a result driven by a picture, unless asked otherwise."""


def choose_driver(driving: str | Path | None, options: AnimateOptions) -> Driving:
    """The driver for ``--driving``: a video or a picture.

    Raises OptionError when nothing says what moves, and what the driver itself raises.
    """
    if driving is None:
        raise OptionError("--driving", "is needed: a video or a picture")
    if sniff(driving) == "still":
        return _still(driving, options)
    return _video(driving, options)


def _still(path: str | Path, options: AnimateOptions) -> Driving:
    motion = drive_with_image(
        path,
        duration_s=options.duration,
        max_frames=options.max_frames or None,
        fps=options.fps or STILL_RATE,
    )
    return Driving(motion)


def _video(path: str | Path, options: AnimateOptions) -> Driving:
    motion = drive_with_video(
        path,
        MeshTracker(),
        reference=options.reference,
        start_s=options.start,
        duration_s=options.duration,
        max_frames=options.max_frames or None,
        fps=options.fps,
        loop=options.loop,
        smooth=options.smooth,
    )
    return Driving(motion, _sound(path, options))


def _sound(path: str | Path, options: AnimateOptions) -> AudioTrack | None:
    """The driver's sound from the same moment on; repeated with the pictures only where they
    are, once forwards otherwise."""
    if options.keep_audio == "none":
        return None
    with open_video(path, start_s=options.start) as video:
        return video.audio(loop=options.loop == "repeat")
