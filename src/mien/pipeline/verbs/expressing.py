"""A portrait with an expression put on it: one picture, a film of the way there, or all of them."""

from __future__ import annotations

from datetime import datetime
from fractions import Fraction
from functools import partial
from pathlib import Path

from mien.drivers import drive_with_emotions
from mien.engines.settings import EngineSettings
from mien.errors import OptionError
from mien.face.boxed import Box
from mien.media import STILL_EXTENSIONS, PictureFile
from mien.motion.expressions import DEFAULT_INTENSITY, Expression, feeling, find_expression
from mien.motion.expressions.expression import check_intensity
from mien.motion.timeline import Keyframe, Timeline
from mien.pipeline.engine_choice import chosen_engine
from mien.pipeline.gallery import render_gallery, render_sheet
from mien.pipeline.keeping import Keeper
from mien.pipeline.options import AnimateOptions, CropChoice, FaceChoice, Size
from mien.pipeline.play import Driving, play
from mien.pipeline.report import Report, StillReport
from mien.pipeline.stills import motion_of, open_studio
from mien.pipeline.target import result_path
from mien.pipeline.verbs.expression_file import known_expressions
from mien.types import Framing, ProgressCallback

FILM_S = 4.0
RATE = Fraction(25)
"""Length of a film unless asked otherwise, and its frames per second."""
_NEUTRAL_S = _TRANSITION_S = 0.6
_EARLIEST_SHARE = 0.25
"""Of a short film: how much of it is neutral, and how much is the way to the expression."""
_FILMS = (".mp4", ".webm", ".gif")


def express(
    source: str | Path,
    *,
    emotion: str | None = None,
    valence: float | None = None,
    arousal: float | None = None,
    every: bool = False,
    intensity: float = DEFAULT_INTENSITY,
    output: str | Path | None = None,
    duration: float | None = None,
    engine: str | EngineSettings = "mesh",
    face: FaceChoice = 1,
    crop_scale: float | None = None,
    crop_x: float | None = None,
    crop_y: float | None = None,
    box: Box | None = None,
    crop: CropChoice = "none",
    paste_back: bool = True,
    size: Size | None = None,
    seed: int = 0,
    force: bool = False,
    progress: ProgressCallback | None = None,
    keeper: Keeper | None = None,
) -> Report | StillReport:
    """Put an expression on a portrait: ``emotion``, or the feeling at ``valence`` and ``arousal``,
    or ``every`` known expression one by one.

    The options are those of ``mien express`` (docs/cli.md). ``output`` decides what is made: a
    picture gives a StillReport, a film a Report.
    ``keeper``: whose engine and prepared portraits are used; without it an engine is loaded for
    this run alone.

    Raises an InputError for bad input, before any file is written.
    """
    options = AnimateOptions(
        engine=chosen_engine(engine),
        face=face,
        framing=Framing(crop_scale, crop_x, crop_y),
        box=box,
        crop=crop,
        paste_back=paste_back,
        size=size,
        duration=duration,
        fps=RATE,
        seed=seed,
        force=force,
    )
    _check_one_way(emotion, valence, arousal, every)
    check_intensity(intensity)
    extension = "" if every else ".png"
    with result_path(
        output, "express", datetime.now(), inputs=(source,), extension=extension
    ) as path:
        kind = Path(path).suffix.lower()
        if duration is not None and (every or kind in STILL_EXTENSIONS):
            raise OptionError("--duration", f"is for films: end --output with {', '.join(_FILMS)}")
        if every:
            return _every(source, path, intensity, options, progress, keeper)
        wanted = _wanted(emotion, valence, arousal)
        if kind in STILL_EXTENSIONS:
            return _still(source, path, wanted, intensity, options, keeper)
        drive = partial(_drive, wanted, intensity, options)
        return play(source, path, options, drive, progress=progress, keeper=keeper)


def _check_one_way(
    emotion: str | None, valence: float | None, arousal: float | None, every: bool
) -> None:
    """OptionError unless exactly one of the ways to name an expression is taken."""
    if (valence is None) != (arousal is None):
        given, missing = (
            ("--arousal", "--valence") if valence is None else ("--valence", "--arousal")
        )
        raise OptionError(given, f"needs {missing} too")
    if (emotion is not None) + (valence is not None) + every != 1:
        problem = "give just one of --emotion NAME, --valence X with --arousal Y, and --all"
        raise OptionError("--emotion", problem)


def _wanted(emotion: str | None, valence: float | None, arousal: float | None) -> Expression:
    known = known_expressions()
    if emotion is not None:
        return find_expression(known, emotion)
    assert valence is not None, "checked"
    assert arousal is not None, "checked"
    return feeling(known, valence, arousal)


def _still(
    source: str | Path,
    path: str | Path,
    wanted: Expression,
    intensity: float,
    options: AnimateOptions,
    keeper: Keeper | None,
) -> StillReport:
    moment, file = wanted.moment(intensity), PictureFile(path, force=options.force)
    with open_studio(source, options, keep_alpha=file.alpha, keeper=keeper) as studio:
        (still,) = studio.stills(motion_of([moment]))
        with studio.watch.stage("encode"):
            file.write(still)
        return studio.report(path)


def _every(
    source: str | Path,
    path: str | Path,
    intensity: float,
    options: AnimateOptions,
    progress: ProgressCallback | None,
    keeper: Keeper | None,
) -> StillReport:
    moments = {name: each.moment(intensity) for name, each in known_expressions().items()}
    kind = Path(path).suffix.lower()
    if kind in _FILMS:
        problem = f"makes pictures: give a folder, or {', '.join(STILL_EXTENSIONS)} for the sheet"
        raise OptionError("--all", problem)
    render = render_sheet if kind in STILL_EXTENSIONS else render_gallery
    return render(source, path, moments, options, progress, keeper)


def _drive(wanted: Expression, intensity: float, options: AnimateOptions) -> Driving:
    """Neutral, then the way to the expression, which is held while the face lives on."""
    duration = options.duration or FILM_S
    earliest = duration * _EARLIEST_SHARE
    onset = Keyframe(
        min(_NEUTRAL_S, earliest), wanted.name, intensity, min(_TRANSITION_S, earliest)
    )
    motion = drive_with_emotions(
        Timeline([Keyframe(0.0, "neutral"), onset]),
        expressions={**known_expressions(), wanted.name: wanted},
        seed=options.seed,
        duration_s=duration,
        fps=RATE,
    )
    return Driving(motion)
