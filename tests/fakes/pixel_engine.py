"""An engine that reads pictures alone: each frame is the face's box in the brightness of the
driver's picture."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import ClassVar

import numpy as np

from fakes.still_engine import StillEngine, StillSource
from mien.engines import EngineInfo, EngineSettings
from mien.errors import OptionError
from mien.types import Motion, MotionFrame, MotionOptions, Rendered


class PixelEngine(StillEngine):
    info: ClassVar[EngineInfo] = replace(
        StillEngine.info, name="pixels", channels=("pixels",), crop_scale=2.0, films=False
    )
    followed: list[MotionFrame]
    """What it was given, the reference first."""
    options: MotionOptions

    @classmethod
    def check(cls, settings: EngineSettings, options: MotionOptions) -> None:
        if options.multiplier != 1:
            raise OptionError("--multiplier", "engine pixels moves as the driver does")

    def animate(
        self, source: StillSource, motion: Motion, options: MotionOptions
    ) -> Iterator[Rendered]:
        self.options, self.followed = options, [motion.reference]
        (x, y), shape = source.corner, source.pixels.shape[:2]
        for moment in motion.frames:
            self.followed.append(moment)
            assert moment.pixels is not None
            yield Rendered(
                pixels=np.full((*shape, 3), round(float(moment.pixels.image.mean())), np.uint8),
                alpha=np.full(shape, 255, np.uint8),
                to_picture=np.array([[1.0, 0.0, x], [0.0, 1.0, y]]),
                pts=moment.pts,
                time_base=moment.time_base,
                coverage=source.coverage,
            )
