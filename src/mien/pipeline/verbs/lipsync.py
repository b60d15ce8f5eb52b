"""A film dubbed, or a picture that speaks: lips that go with a sound, and nothing else changed."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import AbstractContextManager, ExitStack, closing
from dataclasses import replace
from datetime import datetime
from fractions import Fraction
from itertools import chain
from pathlib import Path

from mien.checks import check_choice
from mien.drivers.length import checked_rate
from mien.drivers.looping import LOOPS, Loop
from mien.errors import UnreadableMediaError
from mien.media import AudioTrack, open_sink, open_sound, prefetch, read_speech
from mien.media.sniff import require_file
from mien.pipeline.engine_choice import models_folder
from mien.pipeline.keeping import Keeper
from mien.pipeline.networks import musetalk_model
from mien.pipeline.options import MIN_SIDE, FaceChoice, parse_rate
from mien.pipeline.portraits.footage import Footage, open_footage
from mien.pipeline.report import Report
from mien.pipeline.run import Outcome
from mien.pipeline.stopwatch import WAIT, Stopwatch
from mien.pipeline.target import result_path
from mien.pipeline.verbs.talking import frames_for
from mien.retouch.base import LipPainter
from mien.retouch.musetalk.boxes import MARGIN_PX
from mien.retouch.musetalk.lips import Lips, Spoken
from mien.retouch.musetalk.masks import MaskMode
from mien.retouch.musetalk.networks import MuseTalkNetworks
from mien.retouch.musetalk.options import LipsOptions
from mien.retouch.musetalk.settings import DEFAULT_SETTINGS, MuseTalkSettings
from mien.types import Progress, ProgressCallback

NAME = "musetalk"


def lipsync(
    source: str | Path,
    *,
    audio: str | Path,
    output: str | Path | None = None,
    face: FaceChoice = 1,
    mask: MaskMode = "auto",
    extra_margin: int = MARGIN_PX,
    bbox_shift: int = 0,
    loop: Loop = "pingpong",
    fps: str | float | Fraction | None = None,
    musetalk: MuseTalkSettings = DEFAULT_SETTINGS,
    force: bool = False,
    progress: ProgressCallback | None = None,
    keeper: Keeper | None = None,
    painter: LipPainter | None = None,
) -> Report:
    """Let the face of a film or a picture say what is said in ``audio``, by MuseTalk.

    The options are those of ``mien lipsync`` (docs/lipsync.md). The result lasts as long as the
    sound, which takes the place of the film's own. ``musetalk``: where its networks run and how.
    ``keeper``: whose networks are used; without it they are loaded for this run alone.
    ``painter``: what paints, in the place of MuseTalk's networks.

    Raises an InputError for bad input, MissingWeightsError without weights, before any file is
    written.
    """
    rate = None if fps is None else checked_rate(parse_rate(fps))
    options = LipsOptions(face, mask, extra_margin, bbox_shift, musetalk.batch)
    check_choice("--loop", loop, LOOPS)
    watch = Stopwatch()
    with result_path(output, "lipsync", datetime.now(), inputs=(source, audio)) as path:
        alpha = open_sink(
            path, size=(MIN_SIDE, MIN_SIDE), rate=Fraction(1), alpha=True, force=force
        ).alpha
        require_file(audio)
        with ExitStack() as stack:
            with watch.stage("prepare"):
                footage = stack.enter_context(
                    open_footage(source, face=face, fps=rate, loop=loop, keep_alpha=alpha)
                )
                samples, hearing_rate = read_speech(audio)
                lent = painter or stack.enter_context(_networks(musetalk, keeper))
                lips = Lips(lent, options)
            num_frames = frames_for(Fraction(len(samples), hearing_rate), footage.rate)
            frames = stack.enter_context(
                closing(prefetch(watch.around("read", footage.frames(num_frames))))
            )
            spoken = lips.speak(watch.around(WAIT, frames), samples, footage.rate)
            if footage.num_pictures is not None:
                num_frames = min(num_frames, footage.num_pictures)
            outcome = _write(
                spoken, path, footage, open_sound(audio), num_frames, watch, progress, force=force
            )
    seconds = watch.seconds
    return Report(
        output=str(Path(path)),
        engine=NAME,
        frames=outcome.frames,
        size=outcome.size,
        rate=footage.rate,
        fps=outcome.frames / seconds["total"],
        faces_found=footage.faces_found,
        faces_lost=outcome.faces_lost,
        seconds=seconds,
    )


def _networks(
    settings: MuseTalkSettings, keeper: Keeper | None
) -> AbstractContextManager[LipPainter]:
    chosen = replace(settings, models_dir=models_folder(settings.models_dir))
    if keeper is not None:
        return keeper.lend(musetalk_model(chosen))
    return closing(MuseTalkNetworks.load(chosen))


def _write(
    spoken: Generator[Spoken],
    path: str | Path,
    footage: Footage,
    audio: AudioTrack,
    num_frames: int,
    watch: Stopwatch,
    progress: ProgressCallback | None,
    *,
    force: bool,
) -> Outcome:
    """Paints in a thread of its own and encodes in this one."""
    with closing(prefetch(watch.around("lips", spoken))) as queue:
        painted = watch.around(WAIT, queue)
        first = next(painted, None)  # before the file is opened
        if first is None:
            raise UnreadableMediaError(path, "the film has no pictures that can be decoded")
        height, width, channels = first.frame.pixels.shape
        sink = open_sink(
            path,
            size=(width, height),
            rate=footage.rate,
            alpha=channels == 4,
            audio=audio,
            force=force,
        )
        frames = faces_lost = 0
        with sink:
            for each in chain([first], painted):
                with watch.stage("encode"):
                    sink.write(each.frame)
                frames, faces_lost = frames + 1, faces_lost + (each.num_faces == 0)
                if progress is not None:
                    progress(Progress(frames, num_frames))
    return Outcome(frames, faces_lost, (width, height))
