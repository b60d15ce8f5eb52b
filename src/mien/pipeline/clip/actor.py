"""A portrait and a sound in, a clip as an array out: the same for every engine."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self, TypeVar, get_args

from numpy.typing import DTypeLike, NDArray

from mien.checks import check_choice
from mien.drivers.speech import Manner, drive_with_speech, felt_in, towards
from mien.engines import Engine
from mien.errors import MienWarning, OptionError
from mien.pipeline.bridge import open_engine
from mien.pipeline.clip.buffers import (
    check_dtype,
    clip_buffer,
    interleaved,
    planes,
    write_planes,
)
from mien.pipeline.clip.config import TalkConfig
from mien.pipeline.clip.crew import Crew
from mien.pipeline.clip.pictures import SourceImage, head_and_shoulders
from mien.pipeline.clip.rendering import Stage
from mien.pipeline.clip.request import Clip
from mien.pipeline.clip.sequence import ExpressionSequence, clip_timeline
from mien.pipeline.clip.sounds import NAME, DrivingAudio, samples_of
from mien.pipeline.engine_choice import chosen_engine
from mien.pipeline.verbs.expression_file import known_expressions
from mien.speech.utterance import hear
from mien.types import Image, Motion, Progress, ProgressCallback

Layout = Literal["chw", "hwc"]
T = TypeVar("T")
_WORTH_FRAMES = 100
"""Shorter clips are made before processes have been started for them."""


def load_actor(
    engine: str | None = None,
    precision: str | None = None,
    device: str | None = None,
    *,
    config: TalkConfig | str | Path | None = None,
) -> Actor:
    """Somebody who can play any portrait. ``engine``: ``mesh`` if nothing is said.

    precision, device: for engines that know several; ``mesh`` has one precision and runs on
    ``cpu``. config: settings, or the YAML file that holds them, for whatever is not said here or
    in a call.

    Raises OptionError for what the engine does not have, EngineUnavailableError.
    """
    if isinstance(config, str | Path):
        config = TalkConfig.from_yaml(config)
    if not isinstance(config, TalkConfig | None):
        raise OptionError("config", f"is {type(config).__name__}; give a TalkConfig or a YAML file")
    said = TalkConfig(engine=engine, precision=precision, device=device)
    return Actor(said.over(config or TalkConfig()))


def load_liveportrait(
    precision: str | None = None,
    device: str | None = None,
    *,
    config: TalkConfig | str | Path | None = None,
) -> Actor:
    """:func:`load_actor` with the engine ``liveportrait``.

    Raises MissingWeightsError too, which says how to get its weights.
    """
    return load_actor("liveportrait", precision, device, config=config)


class Actor:
    """Makes talking clips. Holds engines: close it, or use it in a ``with`` statement. One call at
    a time."""

    def __init__(self, config: TalkConfig) -> None:
        """``config``: what holds where a call says nothing. :func:`load_actor` makes actors."""
        self._config = config
        settings = chosen_engine(config.engine_settings)
        self._engine: Engine[Any] = open_engine(settings)
        self._crew = Crew(settings, parallel=self._engine.info.parallel)

    def animate(
        self,
        source_image: SourceImage,
        driving_audio: DrivingAudio,
        *,
        sample_rate: float | None = None,
        fps: float | str | Fraction | None = None,
        duration: float | None = None,
        expression_preset: str | None = None,
        expression_sequence: ExpressionSequence | None = None,
        intensity: float | None = None,
        output: Any = None,
        dtype: DTypeLike | None = None,
        seed: int | None = None,
        text: str | None = None,
        gaze: tuple[float, float] | None = None,
        liveliness: float | None = None,
        size: int | None = None,
        strict: bool | None = None,
        progress: ProgressCallback | None = None,
    ) -> Any:
        """The portrait says what is said: (T, 3, H, W), red, green and blue.

        source_image: a path, a Pillow picture, uint8 (h, w, 3) or float (3, h, w) in 0..1, any
            size; its largest face is shown with its shoulders, ``size`` x ``size`` (512) pixels.
        driving_audio: a path, or samples (S,), (S, C) or (C, S) at ``sample_rate`` (24000) Hz.
        fps, duration: frames per second (24) and seconds (45): round(duration * fps) frames.
            Longer sound is cut, with a MienWarning; after shorter sound the face idles.
        expression_preset: with what expression ("neutral"), ``intensity`` 0..1 (0.7).
        expression_sequence: names, spread evenly, or keyframes (time in s, name, intensity).
        output: a numpy array, memmap or CPU tensor of torch, that is written in place and
            returned. float32 and float16 hold 0..1, uint8 0..255. Without one it is made, of
            ``dtype`` (float32: 3.4 GB for the clip that the defaults ask for).
        seed: of idling and body language (0). Same input and seed, same bytes.
        text: the words, if known. gaze: (right, up), -1..1. liveliness: of the head, 0..1 (0.5).
        strict: raise ExpressionError for an unknown expression, which else becomes neutral with
            a MienWarning.
        progress: called after every frame; what it raises ends the work.

        None takes what the actor's config says, else what is in brackets. Raises an InputError
        that says what was given and what is wanted.
        """
        said = TalkConfig(
            sample_rate=sample_rate, fps=fps, duration=duration, intensity=intensity,
            expression_preset=expression_preset, expression_sequence=expression_sequence,
            seed=seed, text=text, gaze=gaze, liveliness=liveliness, size=size, strict=strict,
        )  # fmt: skip
        if progress is not None and not callable(progress):
            raise OptionError("progress", f"is {type(progress).__name__}; give a function")
        clip = Clip.of(said.over(self._config))
        buffer = clip_buffer(output, clip.shape, dtype)

        def write(number: int, picture: Image) -> None:
            write_planes(picture, buffer[number])

        with closing(self._perform(clip, source_image, driving_audio, write)) as written:
            for done, _ in enumerate(written, start=1):
                if progress is not None:
                    progress(Progress(done, clip.num_frames))
        return buffer if output is None else output

    def frames(
        self,
        source_image: SourceImage,
        driving_audio: DrivingAudio,
        *,
        layout: Layout = "chw",
        sample_rate: float | None = None,
        fps: float | str | Fraction | None = None,
        duration: float | None = None,
        expression_preset: str | None = None,
        expression_sequence: ExpressionSequence | None = None,
        intensity: float | None = None,
        dtype: DTypeLike = "float32",
        seed: int | None = None,
        text: str | None = None,
        gaze: tuple[float, float] | None = None,
        liveliness: float | None = None,
        size: int | None = None,
        strict: bool | None = None,
    ) -> Generator[NDArray[Any]]:
        """The same clip frame by frame, with no more than a few in memory: (3, H, W) each, or
        (H, W, 3) for the ``layout`` "hwc". Wrong input is told at once; close the generator to
        end early."""
        check_choice("layout", layout, get_args(Layout))
        said = TalkConfig(
            sample_rate=sample_rate, fps=fps, duration=duration, intensity=intensity,
            expression_preset=expression_preset, expression_sequence=expression_sequence,
            seed=seed, text=text, gaze=gaze, liveliness=liveliness, size=size, strict=strict,
        )  # fmt: skip
        clip, kind = Clip.of(said.over(self._config)), check_dtype(dtype)
        shaped = planes if layout == "chw" else interleaved

        def made(_number: int, picture: Image) -> NDArray[Any]:
            return shaped(picture, kind)

        return self._perform(clip, source_image, driving_audio, made)

    def close(self) -> None:
        """Give back what the engines hold; the actor is not used afterwards."""
        self._crew.dismiss()
        self._engine.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _perform(
        self,
        clip: Clip,
        source_image: SourceImage,
        driving_audio: DrivingAudio,
        finish: Callable[[int, Image], T],
    ) -> Generator[T]:
        """Prepare everything, and return what makes the frames."""
        known = known_expressions()
        timeline = clip_timeline(clip, known)
        manner = Manner(felt_in(timeline, known), towards(clip.gaze), clip.seed)
        samples, rate = samples_of(driving_audio, clip.sample_rate, clip.duration)
        if clip.num_frames >= _WORTH_FRAMES:
            self._crew.summon()
        # The sound is heard while the portrait is prepared: both leave a core to the other.
        with ThreadPoolExecutor(1) as listener:
            hearing = listener.submit(
                hear, samples, rate, clip.text, liveliness=clip.liveliness, seed=clip.seed
            )
            stage = self._prepare(source_image, clip.size)
            utterance = hearing.result()
        for warning in utterance.warnings:
            warnings.warn(f"{NAME}: {warning}", MienWarning, stacklevel=3)

        def motion_of(first: int, step: int) -> Motion:
            return drive_with_speech(
                utterance, manner, fps=clip.fps, num_frames=clip.num_frames, first=first, step=step
            )

        return self._played(stage, motion_of, finish)

    def _played(
        self,
        stage: Stage,
        motion_of: Callable[[int, int], Motion],
        finish: Callable[[int, Image], T],
    ) -> Generator[T]:
        if self._crew.is_free():
            pictures = self._crew.pictures(stage, motion_of)
        else:
            pictures = stage.pictures(self._engine, motion_of(0, 1))
        with closing(pictures):
            for number, picture in enumerate(pictures):
                yield finish(number, picture)

    def _prepare(self, source_image: SourceImage, size: int) -> Stage:
        portrait, face = head_and_shoulders(source_image, size)
        source = self._engine.prepare(portrait, face)
        self._engine.warmup(source)
        return Stage(source, portrait, self._engine.info.options)
