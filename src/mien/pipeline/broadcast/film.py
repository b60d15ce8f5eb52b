"""A live face as a file."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Self

from mien.media import open_sink
from mien.media.pushed_sound import PushedSound
from mien.pipeline.broadcast.shot import Shot
from mien.types import Frame, Image


class FilmOutlet:
    """A film of a constant rate: where pictures were dropped the one before them stands longer, so
    that sound and pictures stay together."""

    def __init__(
        self, path: str | Path, size: tuple[int, int], fps: int, *, sound: bool, force: bool
    ) -> None:
        """sound: it has some. Raises OutputError where it cannot be written."""
        self._sound = PushedSound() if sound else None
        self._rate = Fraction(fps)
        self._sink = open_sink(path, size=size, rate=self._rate, audio=self._sound, force=force)
        self._last: Image | None = None

    def show(self, shot: Shot) -> None:
        """Append it."""
        if self._sound is not None:
            self._sound.push(shot.sound)
        before = shot.picture if self._last is None else self._last
        for picture in [before] * (shot.frames - 1) + [shot.picture]:
            self._sink.write(Frame(picture, self._sink.num_written, 1 / self._rate))
        self._last = shot.picture

    def __enter__(self) -> Self:
        self._sink.__enter__()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._sink.__exit__(kind, error, trace)
