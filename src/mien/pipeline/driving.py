"""What moves the portrait: the driver that ``--driving`` and ``--emotions`` ask for."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

from mien.checks import shown
from mien.drivers import (
    drive_idle,
    drive_with_emotions,
    drive_with_image,
    drive_with_template,
    drive_with_video,
)
from mien.errors import OptionError
from mien.face import MeshTracker
from mien.media import AudioTrack, open_video, sniff
from mien.media.sniff import require_file
from mien.motion.idle import Idle, find_idle
from mien.motion.timeline import Timeline
from mien.pipeline.options import AnimateOptions
from mien.pipeline.play import Driving
from mien.pipeline.verbs.expression_file import known_expressions
from mien.templates import TEMPLATE_EXTENSIONS

_RATE = Fraction(30)
"""Frames per second of a result driven by what does not move by itself, unless asked."""
NEEDED = "is needed: a video, a picture, a template or idle:NAME; or give --emotions"
_IDLE = "idle:"


def choose_driver(driving: str | Path | None, options: AnimateOptions) -> Driving:
    """The driver for ``--driving``: a video, a picture, a template or ``idle:NAME``. Emotions are
    played over an idle motion, ``idle:natural`` if none is named.

    Raises OptionError when nothing says what moves, or emotions meet a driver that has its own;
    and what the driver itself raises.
    """
    check_driver(driving, options)
    if options.emotions is not None:
        return _emotions(options.emotions, driving, options)
    assert driving is not None, "checked"
    if _is_idle(driving):
        return _idle(_idle_name(driving), options)
    kind = sniff(driving)
    if kind == "still":
        return _still(driving, options)
    # a damaged one is known by its name only
    if kind == "template" or (kind == "unknown" and _is_named_template(driving)):
        return _template(driving, options)
    return _video(driving, options)


def check_driver(driving: str | Path | None, options: AnimateOptions) -> None:
    """Raise as :func:`choose_driver` for what is wrong at a glance, before an engine is loaded:
    nothing to drive with, too much of it, no such file or idle motion."""
    file = None if driving is None or _is_idle(driving) else driving
    if driving is None and options.emotions is None:
        raise OptionError("--driving", NEEDED)
    if file is not None and options.emotions is not None:
        problem = f"go with --driving idle:NAME or without it, not with {file}"
        raise OptionError("--emotions", problem)
    if file is not None:
        require_file(file)
    elif driving is not None:
        find_idle(_idle_name(driving))


def idle_of(driving: str) -> Idle:
    """The idle motion that ``idle:NAME`` names. Raises OptionError for anything else."""
    if not isinstance(driving, str) or not _is_idle(driving):
        problem = f"{shown(driving)} is no idle motion, which is all that goes with speech"
        raise OptionError("--driving", f"{problem}; give idle:natural, for example")
    return find_idle(_idle_name(driving))


def _is_idle(driving: str | Path) -> bool:
    return str(driving).startswith(_IDLE)


def _is_named_template(driving: str | Path) -> bool:
    return Path(driving).suffix.lower() in TEMPLATE_EXTENSIONS


def _idle_name(driving: str | Path) -> str:
    return str(driving).removeprefix(_IDLE)


def _emotions(timeline: Timeline, driving: str | Path | None, options: AnimateOptions) -> Driving:
    motion = drive_with_emotions(
        timeline,
        expressions=known_expressions(),
        idle="natural" if driving is None else _idle_name(driving),
        seed=options.seed,
        duration_s=options.duration,
        max_frames=options.max_frames or None,
        fps=options.fps or _RATE,
    )
    return Driving(motion)


def _still(path: str | Path, options: AnimateOptions) -> Driving:
    motion = drive_with_image(
        path,
        duration_s=options.duration,
        max_frames=options.max_frames or None,
        fps=options.fps or _RATE,
    )
    return Driving(motion)


def _template(path: str | Path, options: AnimateOptions) -> Driving:
    motion = drive_with_template(
        path,
        start_s=options.start,
        duration_s=options.duration,
        max_frames=options.max_frames or None,
        fps=options.fps,
        loop=options.loop,
    )
    return Driving(motion)


def _idle(name: str, options: AnimateOptions) -> Driving:
    motion = drive_idle(
        name,
        seed=options.seed,
        duration_s=options.duration,
        max_frames=options.max_frames or None,
        fps=options.fps or _RATE,
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
