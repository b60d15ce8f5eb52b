"""What one call for a clip asks for, complete and checked."""

from __future__ import annotations

from dataclasses import dataclass, fields
from fractions import Fraction
from typing import Any

from mien.drivers.length import frames_in
from mien.errors import OptionError
from mien.media.timing import MAX_RATE
from mien.motion.expressions import DEFAULT_INTENSITY
from mien.motion.expressions.expression import check_intensity
from mien.pipeline.clip.config import TalkConfig
from mien.pipeline.clip.sequence import ExpressionSequence
from mien.pipeline.gaze import towards
from mien.pipeline.options import MAX_SIDE, MIN_SIDE, parse_rate
from mien.speech.body import LIVELINESS, check_liveliness

LONGEST_S = 12 * 3600
"""Seconds a clip may last."""


@dataclass(frozen=True, slots=True)
class Clip:
    """The settings of :class:`TalkConfig` that concern a clip, with their defaults; OptionError
    when one of them cannot be honoured."""

    fps: Fraction = Fraction(24)
    duration: float = 45.0
    size: int = 512
    sample_rate: float = 24_000
    expression_preset: str = "neutral"
    expression_sequence: ExpressionSequence | None = None
    intensity: float = DEFAULT_INTENSITY
    gaze: tuple[float, float] | None = None
    liveliness: float = LIVELINESS
    seed: int = 0
    text: str | None = None
    strict: bool = False

    @classmethod
    def of(cls, config: TalkConfig) -> Clip:
        """From settings that may be incomplete."""
        given = {each.name: getattr(config, each.name) for each in fields(cls)}
        said: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
        if "fps" in said:
            said["fps"] = parse_rate(said["fps"])
        return cls(**said)

    def __post_init__(self) -> None:
        if not 1 <= self.fps <= MAX_RATE:
            raise OptionError("fps", f"{self.fps} is not between 1 and {MAX_RATE}")
        if not 0 < self.duration <= LONGEST_S:  # so that NaN is refused too
            raise OptionError("duration", f"{self.duration} is not above 0 and up to {LONGEST_S} s")
        if not (_is_whole(self.size) and MIN_SIDE <= self.size <= MAX_SIDE):
            raise OptionError("size", f"{self.size!r} is not between {MIN_SIDE} and {MAX_SIDE}")
        if not (_is_whole(self.seed) and self.seed >= 0):
            raise OptionError("seed", f"{self.seed!r} is not a whole number from 0")
        check_intensity(self.intensity)
        check_liveliness(self.liveliness)
        towards(self.gaze)

    @property
    def num_frames(self) -> int:
        """At least one."""
        return frames_in(self.duration, self.fps)

    @property
    def shape(self) -> tuple[int, int, int, int]:
        """Frames, channels, height, width."""
        return self.num_frames, 3, self.size, self.size


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)
