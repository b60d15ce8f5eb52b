"""An engine without models: each frame is the face's box, brighter with every frame."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import repeat
from typing import ClassVar

import numpy as np

from mien.engines import EngineInfo
from mien.engines.base import DEFAULT_FRAMING
from mien.engines.settings import DEFAULT_SETTINGS, EngineSettings
from mien.types import Face, Framing, Image, Mask, Motion, MotionOptions, Portrait, Rendered
from mien.weights.residents import MemoryBudget


@dataclass(frozen=True, slots=True)
class StillSource:
    pixels: Image
    coverage: Mask | None
    corner: tuple[int, int]


class StillEngine:
    info: ClassVar[EngineInfo] = EngineInfo(
        name="still",
        channels=("pose",),
        max_side=2048,
        latency_frames=0,
        devices=("cpu",),
        memory_mb=1,
        licence="Apache-2.0",
        crop_scale=1.0,
    )

    def __init__(
        self, settings: EngineSettings = DEFAULT_SETTINGS, *, budget: MemoryBudget | None = None
    ) -> None:
        self.settings = settings

    @classmethod
    def check(cls, settings: EngineSettings, options: MotionOptions) -> None:
        pass

    @classmethod
    def check_here(cls, settings: EngineSettings) -> None:
        pass

    def prepare(
        self,
        portrait: Portrait,
        face: Face,
        *,
        framing: Framing = DEFAULT_FRAMING,
        previous: StillSource | None = None,
    ) -> StillSource:
        left, top = np.maximum(face.landmarks[:468, :2].min(axis=0), 0).astype(int)
        right, bottom = face.landmarks[:468, :2].max(axis=0).astype(int)
        box = np.s_[top:bottom, left:right]
        coverage = None if portrait.alpha is None else portrait.alpha[box]
        return StillSource(portrait.pixels[box], coverage, (int(left), int(top)))

    def warmup(self, source: StillSource) -> None:
        pass

    def animate(
        self, source: StillSource, motion: Motion, options: MotionOptions
    ) -> Iterator[Rendered]:
        return self.animate_film(repeat(source), motion, options)

    def animate_film(
        self, sources: Iterator[StillSource], motion: Motion, options: MotionOptions
    ) -> Iterator[Rendered]:
        for moment, source in zip(motion.frames, sources, strict=False):
            x, y = source.corner
            pixels = np.minimum(source.pixels.astype(int) + 2 * moment.pts, 255).astype(np.uint8)
            yield Rendered(
                pixels=pixels,
                alpha=np.full(pixels.shape[:2], 255, np.uint8),
                to_picture=np.array([[1.0, 0.0, x], [0.0, 1.0, y]]),
                pts=moment.pts,
                time_base=moment.time_base,
                coverage=source.coverage,
            )

    def reset(self) -> None:
        pass

    def close(self) -> None:
        pass
