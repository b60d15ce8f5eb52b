"""What one call for a clip asks for, complete and checked."""

from __future__ import annotations

from dataclasses import dataclass, fields
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from mien.checks import check_number, check_whole, shown
from mien.drivers.length import frames_in
from mien.drivers.speech import towards
from mien.errors import OptionError
from mien.media.audio import LONGEST_S
from mien.media.timing import MAX_RATE
from mien.motion.expressions import DEFAULT_INTENSITY
from mien.motion.expressions.expression import check_intensity
from mien.pipeline.clip.sequence import ExpressionSequence
from mien.pipeline.options import MAX_SIDE, MIN_SIDE, parse_rate
from mien.speech.body import LIVELINESS, check_liveliness

if TYPE_CHECKING:
    from mien.pipeline.clip.config import TalkConfig

_KINDS = (
    ("expression_preset", str, "a name"),
    ("text", str | None, "the words as text"),
    ("strict", bool, "True or False"),
)
"""Arguments, the types they may have, and how a complaint calls these."""


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
        check_number("fps", self.fps, 1, float(MAX_RATE))
        check_number("duration", self.duration, 0, LONGEST_S)
        if self.duration == 0:
            raise OptionError("duration", "0 is not a time above 0 seconds")
        check_whole("size", self.size, least=MIN_SIDE)
        check_number("size", self.size, MIN_SIDE, MAX_SIDE)
        check_whole("seed", self.seed, least=0)
        for name, kind, wanted in _KINDS:
            value = getattr(self, name)
            if not isinstance(value, kind):
                raise OptionError(name, f"is {type(value).__name__} {shown(value)}; give {wanted}")
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
