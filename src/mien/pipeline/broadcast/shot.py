"""What is shown, and what shows it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from types import TracebackType
from typing import Protocol, Self

import numpy as np
from numpy.typing import NDArray

from mien.pipeline.live import AUDIO_RATE, LiveStep
from mien.types import Image


@dataclass(frozen=True, slots=True)
class Shot:
    """One picture, RGB. pts: number of its frame, ``fps`` of them a second. frames: how many frames
    have passed since the last shot, with this one. sound: int16 mono at `AUDIO_RATE`, of all of
    them; it ends with this frame."""

    pts: int
    fps: int
    picture: Image
    frames: int
    sound: NDArray[np.int16]

    @classmethod
    def of(cls, step: LiveStep, fps: int, frames: int) -> Shot:
        """What a face has shown next."""
        return cls(step.pts, fps, step.picture, frames, step.sound)

    @property
    def time_s(self) -> float:
        """When the frame begins, since the face began."""
        return self.pts / self.fps

    @property
    def sound_s(self) -> float:
        """When the sound begins."""
        return (self.pts + 1) / self.fps - len(self.sound) / AUDIO_RATE

    def after(self, missed: Shot) -> Shot:
        """This one with the sound of the one before it, which is not shown."""
        sound = np.concatenate([missed.sound, self.sound])
        return replace(self, frames=missed.frames + self.frames, sound=sound)


class Outlet(Protocol):
    """Shows what it is given from when its `with` block begins. One that is left by an exception
    leaves nothing behind."""

    def show(self, shot: Shot) -> None:
        """The next one, at once. Raises OutputError."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...
