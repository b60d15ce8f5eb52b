"""One live face: told what to do at any time, and asked for one frame after the other."""

from __future__ import annotations

from pathlib import Path

from numpy.typing import ArrayLike

from mien.pipeline.keeping import Keeper
from mien.pipeline.live.types import LiveOptions, LiveStep
from mien.types import Image


class LiveFace:
    """A portrait that lives. No clock, thread or network is in it: whoever has those calls
    ``step`` when a frame is due. One thread at a time.

    The contract of agent frameworks' avatars: push, clear, iterate.
    """

    def __init__(
        self,
        portrait: str | Path,
        options: LiveOptions,
        keeper: Keeper,
        *,
        content: str | None = None,
    ) -> None:
        """Prepare. content: the portrait's SHA-256, if known. Raises what preparing raises."""
        raise NotImplementedError

    def push_audio(self, pcm: ArrayLike, rate: int, segment: str | None = None) -> None:
        """The next sound to say, int16 mono, as fast as it comes; ten minutes may wait."""
        raise NotImplementedError

    def end_segment(self) -> None:
        """What was pushed is all of its segment."""
        raise NotImplementedError

    def clear(self) -> None:
        """Stop speaking: no sample that was not put out will be, and the mouth closes."""
        raise NotImplementedError

    def set_emotion(self, name: str, intensity: float = 0.7, transition_s: float = 0.6) -> None:
        """From the next frame on. Raises ExpressionError, OptionError."""
        raise NotImplementedError

    def set_portrait(
        self, portrait: str | Path, transition_s: float = 0.5, *, content: str | None = None
    ) -> None:
        """Another picture, cross-faded. Raises what preparing raises; then nothing has changed."""
        raise NotImplementedError

    def push_frame(self, picture: Image) -> None:
        """A camera's picture: the face follows it until none has come for a second."""
        raise NotImplementedError

    def look_at(self, right: float | None, up: float | None) -> None:
        """Where the eyes look, -1..1; None leaves them to themselves."""
        raise NotImplementedError

    def listening(self, on: bool) -> None:
        """Whether somebody else speaks: more eye contact, small nods."""
        raise NotImplementedError

    def step(self, frames: int = 1) -> LiveStep:
        """Go ``frames`` on and show the last of them; what those between said is not lost."""
        raise NotImplementedError

    def close(self) -> None:
        """Give back what was borrowed."""
        raise NotImplementedError
