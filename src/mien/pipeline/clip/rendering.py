"""Frames of a clip out of an engine, wherever that engine runs."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass, replace
from typing import Any

from mien.engines import Engine
from mien.face import paste
from mien.types import Image, Motion, MotionOptions, Portrait


@dataclass(frozen=True, slots=True)
class Stage:
    """A portrait and what an engine has prepared of it: all that frames need but their motion."""

    source: Any
    portrait: Portrait
    options: MotionOptions

    def pictures(self, engine: Engine[Any], motion: Motion) -> Generator[Image]:
        """One picture (h, w, 3) for each frame of a motion, by an engine like the one that
        prepared the source; pulls motion no further ahead than the engine does."""
        for frame in engine.animate(self.source, motion, self.options):
            yield paste(self.portrait.pixels, replace(frame, coverage=None))
