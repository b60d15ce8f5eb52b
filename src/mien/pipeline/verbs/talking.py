"""A portrait that says what a sound says: from files to a file."""

from __future__ import annotations

import math
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, fields
from datetime import datetime
from fractions import Fraction
from pathlib import Path

from mien.checks import check_choice
from mien.drivers.joyvasa import JoyVasaSettings
from mien.drivers.length import frames_in
from mien.drivers.speech import Manner, felt_in, towards
from mien.engines.settings import EngineSettings, settings_of
from mien.errors import OptionError, UnreadableMediaError
from mien.face.boxed import Box
from mien.media import open_sound, read_speech
from mien.media.sniff import require_file
from mien.motion.expressions import DEFAULT_INTENSITY
from mien.motion.expressions.expression import check_intensity
from mien.motion.timeline import Keyframe, Timeline
from mien.pipeline import speaking
from mien.pipeline.driving import idle_of
from mien.pipeline.emotions import read_emotions
from mien.pipeline.engine_choice import beside_others, chosen_engine
from mien.pipeline.keeping import Keeper
from mien.pipeline.keeping.device_memory import parse_memory
from mien.pipeline.networks import Networks, PaintedLips
from mien.pipeline.options import AnimateOptions, CropChoice, FaceChoice, Size, parse_rate
from mien.pipeline.play import Driving, play
from mien.pipeline.portraits.films import is_film
from mien.pipeline.presets import LipsChoice, Preset, with_preset
from mien.pipeline.report import Report
from mien.pipeline.speakers import (
    AUDIO_DRIVERS,
    AudioDriver,
    OwnSpeaker,
    Said,
    Speaker,
    check_alone,
)
from mien.pipeline.spoken_text import read_spoken_text
from mien.pipeline.target import result_path
from mien.pipeline.verbs.expression_file import known_expressions
from mien.retouch.musetalk.settings import MuseTalkSettings
from mien.speech.body import LIVELINESS, check_liveliness
from mien.types import Framing, Progress, ProgressCallback

RATE = Fraction(25)
"""Frames per second unless asked otherwise."""


@dataclass(frozen=True, slots=True)
class TalkReport(Report):
    """A report that also says who told the phonemes, and what should be known of that.

    lips: who made them. backend: ``alignment`` with the words of a text, ``network`` by ear,
    ``joyvasa``. warnings: one line each, such as that the text is not what is said.
    """

    lips: LipsChoice = "engine"
    backend: str = ""
    warnings: Sequence[str] = ()


def talk(
    source: str | Path,
    *,
    audio: str | Path | None = None,
    say: str | None = None,
    voice: str | None = None,
    text: str | None = None,
    text_file: str | Path | None = None,
    emotion: str | None = None,
    emotions: str | Path | Timeline | None = None,
    intensity: float = DEFAULT_INTENSITY,
    gaze: tuple[float, float] | None = None,
    liveliness: float = LIVELINESS,
    driving: str | None = None,
    audio_driver: AudioDriver = "speech",
    joyvasa: JoyVasaSettings | None = None,
    lips: LipsChoice = "engine",
    musetalk: MuseTalkSettings | None = None,
    preset: Preset | None = None,
    vram_budget: str | int | None = None,
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
    """Let a portrait say what is said in ``audio``, a sound file or a video for its sound, or
    ``say`` words that a synthesizer speaks with ``voice``.

    The options are those of ``mien talk`` (docs/talking.md). The result lasts as long as the
    sound, which plays with it, or for ``duration`` seconds. ``driving``: ``idle:NAME``, what the
    body does in the place of the gestures of somebody who speaks. ``crop``: what of the picture
    is shown. ``audio_driver``: what makes the motion; ``joyvasa`` as its settings say, else where
    the engine runs. ``lips``: who makes them; ``musetalk`` likewise. ``preset``: engine and lips
    by one word. ``vram_budget``: millions of bytes, or text as ``14GiB``, within which all
    networks keep; what the device has if not given. ``progress`` is called once with 0 frames
    before the sound is analysed, then after every frame. ``keeper``: whose engine, networks and
    prepared portraits are used, within its own budget; without it they are loaded for this run
    alone.

    Raises an InputError for bad input, before any file is written; MissingWeightsError.
    """
    asked, lips = with_preset(preset, settings_of(engine), lips)
    check_choice("--audio-driver", audio_driver, AUDIO_DRIVERS)
    alone = lips == "engine" and audio_driver == "speech"
    options = AnimateOptions(
        engine=chosen_engine(asked if alone else beside_others(asked)),
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
    timeline = _timeline(emotion, emotions, intensity)
    body = None if driving is None else idle_of(driving)
    manner = Manner(felt_in(timeline, known_expressions()), towards(gaze), seed)
    _check_one_sound(audio, say, voice)
    budget_mb = None if vram_budget is None else parse_memory(vram_budget)
    inputs = [given for given in (source, audio, text_file) if given is not None]
    with (
        result_path(output, "talk", datetime.now(), inputs=tuple(inputs)) as path,
        ExitStack() as stack,
    ):
        if is_film(source):
            raise UnreadableMediaError(source, "is a video; talking takes a picture")
        said = read_spoken_text(text, text_file)
        sound, words = _sound(audio, say, voice, stack)
        networks = Networks(asked, keeper, budget_mb, stack)
        speaker: Speaker
        if audio_driver == "joyvasa":
            check_alone(text=said, emotions=timeline, gaze=gaze, driving=driving)
            speaker = networks.joyvasa_speaker(joyvasa, seed)
        else:
            mouth = lips == "engine"
            speaker = OwnSpeaker(said or words, manner, liveliness, seed, body, mouth=mouth)
        painted = networks.lips(musetalk, options) if lips == "musetalk" else None
        talker = _Talker(sound, speaker, painted, options, progress)
        report = play(
            source, path, options, talker.drive, progress=progress, keeper=networks.keeper
        )
    facts = {each.name: getattr(report, each.name) for each in fields(report)}
    heard = talker.said
    return TalkReport(**facts, lips=lips, backend=heard.backend, warnings=tuple(heard.warnings))


@dataclass(slots=True)
class _Talker:
    """Listens, once the portrait is known to be good, and remembers what was heard."""

    audio: str | Path
    speaker: Speaker
    lips: PaintedLips | None
    options: AnimateOptions
    progress: ProgressCallback | None
    said: Said = field(init=False)

    def drive(self) -> Driving:
        """What moves the face, its sound, and what paints its lips."""
        if self.progress is not None:
            self.progress(Progress(0, None))
        samples, rate = read_speech(self.audio)
        fps = self.options.fps or RATE
        if not len(samples):
            raise OptionError("--audio", "holds no samples; give some, silence if nothing is said")
        num_frames = frames_for(Fraction(len(samples), rate), fps, self.options.duration)
        self.said = self.speaker.speak(samples, rate, fps=fps, num_frames=num_frames)
        retouch = None if self.lips is None else self.lips.retouch(samples, rate, fps)
        return Driving(self.said.motion, open_sound(self.audio), retouch)


def _check_one_sound(audio: str | Path | None, say: str | None, voice: str | None) -> None:
    if (audio is None) == (say is None):
        raise OptionError("--audio", "or --say is needed, and only one of them: what is said")
    if voice is not None and say is None:
        raise OptionError("--voice", "goes with --say, not with a sound")


def _sound(
    audio: str | Path | None, say: str | None, voice: str | None, stack: ExitStack
) -> tuple[str | Path, str | None]:
    """A file that is there while ``stack`` is open, and what it is known to say."""
    if audio is not None:
        return require_file(audio), None
    spoken = speaking.say(str(say), voice)
    return stack.enter_context(speaking.said_in_file(spoken)), spoken.text


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
