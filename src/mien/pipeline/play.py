"""A portrait is cast, a motion is played, a report is written: what all runs have in common."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from mien.media import AudioTrack, open_sink
from mien.pipeline.composition import Composition, CropAlone, PastedBack, SideBySide
from mien.pipeline.keeping import Keeper
from mien.pipeline.options import MIN_SIDE, AnimateOptions
from mien.pipeline.portraits.casting import Cast, cast_faces
from mien.pipeline.portraits.films import cast_film, is_film
from mien.pipeline.report import Report
from mien.pipeline.run import Copy, Take, record
from mien.pipeline.sound import choose_sound
from mien.pipeline.stopwatch import Stopwatch
from mien.retouch.base import Retouch
from mien.types import Frame, Motion, ProgressCallback


@dataclass(frozen=True, slots=True)
class Driving:
    """What moves the faces, its sound, and what paints over the frames that come of it."""

    motion: Motion
    audio: AudioTrack | None = None
    retouch: Retouch | None = None


def play(
    source: str | Path,
    path: str | Path,
    options: AnimateOptions,
    drive: Callable[[], Driving],
    *,
    progress: ProgressCallback | None,
    viewer: Callable[[Cast], Callable[[Frame], None]] | None = None,
    keeper: Keeper | None = None,
    shown: Composition | None = None,
    copies: Sequence[Copy] = (),
) -> Report:
    """Cast the faces of ``source``, play what ``drive`` returns into ``path``, and report.

    ``drive`` is called when the portrait is known to be good. ``keeper``: whose engine and prepared
    portraits are used, if not some of this run alone. ``viewer`` is told the cast and
    returns what looks at every frame. ``shown``: what the frames show, where the options are not
    to say it. ``copies``: other files that show the same frames otherwise.
    """
    watch = Stopwatch()
    keeps_alpha = _checked_alpha(path, options)
    with ExitStack() as stack:
        with watch.stage("prepare"):
            cast = stack.enter_context(_cast(source, options, keeper, keep_alpha=keeps_alpha))
            driver = drive()
        take = Take(
            cast.scene,
            driver.motion,
            options.motion,
            shown or composition_for(options, driver.motion),
            choose_sound(options, cast.sound, driver.audio),
            driver.retouch,
        )
        outcome = record(
            take,
            path,
            force=options.force,
            watch=watch,
            progress=progress,
            on_frame=viewer(cast) if viewer else None,
            copies=copies,
        )
    seconds = watch.seconds
    return Report(
        output=str(Path(path)),
        engine=options.engine.name,
        frames=outcome.frames,
        size=outcome.size,
        rate=driver.motion.rate,
        fps=outcome.frames / seconds["total"],
        faces_found=cast.faces_found,
        faces_lost=outcome.faces_lost,
        seconds=seconds,
    )


def _checked_alpha(path: str | Path, options: AnimateOptions) -> bool:
    """Whether the output keeps transparency; OutputError now rather than after the work."""
    return open_sink(
        path, size=(MIN_SIDE, MIN_SIDE), rate=Fraction(1), alpha=True, force=options.force
    ).alpha


def _cast(
    source: str | Path, options: AnimateOptions, keeper: Keeper | None, *, keep_alpha: bool
) -> AbstractContextManager[Cast]:
    if is_film(source):
        return cast_film(source, options, keeper=keeper)
    return cast_faces(source, options, keep_alpha=keep_alpha, keeper=keeper)


def composition_for(options: AnimateOptions, motion: Motion) -> Composition:
    """How a frame of the result is put together."""
    result: Composition = PastedBack() if options.paste_back else CropAlone(options.size)
    if not options.side_by_side:
        return result
    return SideBySide(result, motion.reference.pixels)
