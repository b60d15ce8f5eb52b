"""The LivePortrait engine: a portrait moved by its official networks (Guo et al. 2024)."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from itertools import repeat
from typing import ClassVar

import numpy as np

from mien.engines.base import DEFAULT_FRAMING, EngineInfo
from mien.engines.liveportrait.algebra import DriveOptions
from mien.engines.liveportrait.framing.placement import CROP_SIDE
from mien.engines.liveportrait.framing.subjects import SOURCE_SCALE, SOURCE_Y
from mien.engines.liveportrait.opening import find_networks, open_networks, points_for
from mien.engines.liveportrait.playing import play
from mien.engines.liveportrait.runtimes.base import Runtime
from mien.engines.liveportrait.runtimes.resting import RestingRuntime
from mien.engines.liveportrait.source import LivePortraitSource, prepare_source
from mien.engines.settings import FOR_FILMS, PRECISIONS, RUNTIMES, SPECIES, TIERS, EngineSettings
from mien.types import Face, Framing, Motion, MotionOptions, Portrait, Rendered
from mien.weights.residents import MemoryBudget

_NAME = "liveportrait"


class LivePortraitEngine:
    """Appearance features, moved by keypoints, painted by a generator. Keeps nothing from run to
    run."""

    info: ClassVar[EngineInfo] = EngineInfo(
        name=_NAME,
        channels=("keypoints", "pixels", "blendshapes", "pose"),
        max_side=CROP_SIDE,
        latency_frames=168,
        devices=("cpu", "cuda"),
        memory_mb=1500,
        licence="MIT",
        crop_scale=SOURCE_SCALE,
        crop_y=SOURCE_Y,
        crop_side=CROP_SIDE,
        precisions=PRECISIONS,
        runtimes=RUNTIMES,
        tiers=TIERS,
        species=SPECIES,
        extras=("models_dir", "stitching", *FOR_FILMS, "batch"),
    )

    def __init__(
        self,
        settings: EngineSettings,
        runtime: Runtime | None = None,
        *,
        budget: MemoryBudget | None = None,
    ) -> None:
        """Find the weights and make them ready, or use a ``runtime`` that has its own.
        ``budget``: the memory that the networks share with others.

        Raises MissingWeightsError, WeightsError, OptionError for a device or a precision that is
        not there, EngineUnavailableError naming the package that is missing.
        """
        self._settings = settings
        if runtime is None:
            open_runtime = partial(open_networks, settings)
            runtime = RestingRuntime(open_runtime, self.info.memory_mb, budget)
        self._runtime = runtime
        self._points_of = points_for(settings)

    @classmethod
    def check(cls, settings: EngineSettings, options: MotionOptions) -> None:
        """Animals move whole, and nothing is known of how far their eyes and lips are open."""
        _drive_options(settings, options)

    @classmethod
    def check_here(cls, settings: EngineSettings) -> None:
        """Device, precision, packages, and whether the files of weights are there."""
        find_networks(settings)

    def prepare(
        self,
        portrait: Portrait,
        face: Face,
        *,
        framing: Framing = DEFAULT_FRAMING,
        previous: LivePortraitSource | None = None,
    ) -> LivePortraitSource:
        """Cut the face out, read its keypoints, extract its features. A film's frame is prepared
        as a picture is, by itself."""
        return prepare_source(self._runtime, portrait, face, framing, self._points_of)

    def warmup(self, source: LivePortraitSource) -> None:
        """Render the source as it is, as often at once as frames will be."""
        keypoints = source.motion.keypoints[None]
        self._runtime.render(source.prepared, np.repeat(keypoints, self._settings.batch, axis=0))

    def animate(
        self, source: LivePortraitSource, motion: Motion, options: MotionOptions
    ) -> Iterator[Rendered]:
        """One rendered crop of 512 x 512 pixels per motion frame."""
        return self._play(repeat(source), motion, options, film=False)

    def animate_film(
        self, sources: Iterator[LivePortraitSource], motion: Motion, options: MotionOptions
    ) -> Iterator[Rendered]:
        """The same for a source of its own for every frame. Where smoothing looks ahead, so many
        frames later; at most ``info.latency_frames``."""
        return self._play(sources, motion, options, film=True)

    def reset(self) -> None:
        """Nothing is carried from run to run."""

    def close(self) -> None:
        """Give the networks' memory back."""
        self._runtime.close()

    def _play(
        self,
        sources: Iterator[LivePortraitSource],
        motion: Motion,
        options: MotionOptions,
        *,
        film: bool,
    ) -> Iterator[Rendered]:
        return play(
            self._runtime,
            sources,
            motion,
            _drive_options(self._settings, options),
            film=film,
            batch=self._settings.batch,
            points_of=self._points_of,
        )


def _drive_options(settings: EngineSettings, options: MotionOptions) -> DriveOptions:
    return DriveOptions(
        motion=options,
        stitching=settings.stitching,
        hold_eyes=settings.hold_eyes,
        smoothing=settings.smoothing,
        orthonormal=settings.orthonormal,
        species=settings.species,
    )
