"""A portrait that says what a sound says: from files to a file."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from fractions import Fraction
from pathlib import Path

from mien.drivers.length import frames_in
from mien.drivers.speech import Manner, drive_with_speech, felt_in, towards
from mien.engines.settings import EngineSettings
from mien.errors import OptionError, UnreadableMediaError
from mien.face.boxed import Box
from mien.media import open_sound, read_speech
from mien.media.sniff import require_file
from mien.motion.expressions import DEFAULT_INTENSITY
from mien.motion.expressions.expression import check_intensity
from mien.motion.idle import Idle
from mien.motion.timeline import Keyframe, Timeline
from mien.pipeline.driving import idle_of
from mien.pipeline.emotions import read_emotions
from mien.pipeline.engine_choice import chosen_engine
from mien.pipeline.keeping import Keeper
from mien.pipeline.options import AnimateOptions, CropChoice, FaceChoice, Size, parse_rate
from mien.pipeline.play import Driving, play
from mien.pipeline.portraits.films import is_film
from mien.pipeline.report import Report
from mien.pipeline.spoken_text import read_spoken_text
from mien.pipeline.target import result_path
from mien.pipeline.verbs.expression_file import known_expressions
from mien.speech.body import LIVELINESS, check_liveliness
from mien.speech.utterance import Utterance, hear
from mien.types import Framing, Progress, ProgressCallback

RATE = Fraction(25)
"""Frames per second unless asked otherwise."""


@dataclass(frozen=True, slots=True)
class TalkReport(Report):
    """A report that also says who told the phonemes, and what should be known of that.

    backend: ``alignment`` with the words of a text, ``network`` by ear. warnings: one line
    each, such as that the text is not what is said.
    """

    backend: str = ""
    warnings: Sequence[str] = ()


def talk(
    source: str | Path,
    *,
    audio: str | Path,
    text: str | None = None,
    text_file: str | Path | None = None,
    emotion: str | None = None,
    emotions: str | Path | Timeline | None = None,
    intensity: float = DEFAULT_INTENSITY,
    gaze: tuple[float, float] | None = None,
    liveliness: float = LIVELINESS,
    driving: str | None = None,
    output: str | Path | None = None,
    engine: str | EngineSettings = "mesh",
    face: FaceChoice = 1,
    crop_scale: float | None = None,
    crop_x: float | None = None,
    crop_y: float | None = None,
    box: Box | None = None,
    crop: CropChoice = "none",
    paste_back: bool = True,
    size: Size | None = None,
    fps: str | float | Fraction | None = None,
    duration: float | None = None,
    seed: int = 0,
    force: bool = False,
    progress: ProgressCallback | None = None,
    keeper: Keeper | None = None,
) -> TalkReport:
    """Let a portrait say what is said in ``audio``: a sound file, or a video for its sound.

    The options are those of ``mien talk`` (docs/talking.md). The result lasts as long as the
    sound, which plays with it, or for ``duration`` seconds. ``driving``: ``idle:NAME``, what the
    body does in the place of the gestures of somebody who speaks. ``crop``: what of the picture
    is shown. ``progress`` is called once with 0 frames before the sound is analysed, then after
    every frame.
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
        fps=RATE if fps is None else parse_rate(fps),
        duration=duration,
        keep_audio="driving",
        seed=seed,
        force=force,
    )
    check_liveliness(liveliness)
    body = None if driving is None else idle_of(driving)
    timeline = _timeline(emotion, emotions, intensity)
    manner = Manner(felt_in(timeline, known_expressions()), towards(gaze), seed)
    inputs = [given for given in (source, audio, text_file) if given is not None]
    with result_path(output, "talk", datetime.now(), inputs=tuple(inputs)) as path:
        if is_film(source):
            raise UnreadableMediaError(source, "is a video; talking takes a picture")
        require_file(audio)
        said = read_spoken_text(text, text_file)
        listener = _Listener(audio, said, liveliness, body, manner, options, progress)
        report = play(source, path, options, listener.drive, progress=progress, keeper=keeper)
    facts = {each.name: getattr(report, each.name) for each in fields(report)}
    heard = listener.utterance
    return TalkReport(**facts, backend=heard.recognizer, warnings=tuple(heard.warnings))


@dataclass(slots=True)
class _Listener:
    """Listens, once the portrait is known to be good, and remembers what was heard."""

    audio: str | Path
    text: str | None
    liveliness: float
    body: Idle | None
    manner: Manner
    options: AnimateOptions
    progress: ProgressCallback | None
    utterance: Utterance = field(init=False)

    def drive(self) -> Driving:
        """What moves the face, and its sound."""
        if self.progress is not None:
            self.progress(Progress(0, None))
        samples, rate = read_speech(self.audio)
        options, fps = self.options, self.options.fps or RATE
        self.utterance = hear(
            samples, rate, self.text, liveliness=self.liveliness, seed=options.seed
        )
        num_frames = frames_for(self.utterance.length_s, fps, options.duration)
        if self.body is not None:
            body_at = self.body.make(options.seed, float(num_frames / fps))
            self.utterance = replace(self.utterance, body_at=body_at)
        motion = drive_with_speech(self.utterance, self.manner, fps=fps, num_frames=num_frames)
        return Driving(motion, open_sound(self.audio))


def frames_for(length_s: Fraction, fps: Fraction, duration_s: float | None = None) -> int:
    """How many frames show a sound to its end, or ``duration_s`` seconds: one at least. The last
    one begins before the sound ends, so pictures and sound differ by less than a frame, however
    long both are."""
    if duration_s is not None:
        return frames_in(duration_s, fps)
    return max(1, math.ceil(length_s * fps))


def _timeline(
    emotion: str | None, emotions: str | Path | Timeline | None, intensity: float
) -> Timeline | None:
    check_intensity(intensity)
    if emotion is not None and emotions is not None:
        raise OptionError("--emotion", "goes without --emotions; give one of them")
    if emotion is not None:
        return Timeline([Keyframe(0.0, emotion, intensity)], "--emotion")
    return None if emotions is None else read_emotions(emotions)
