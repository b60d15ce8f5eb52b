"""Which expression when in a clip: a preset, names spread evenly, or keyframes."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Protocol, TypeAlias

from mien.errors import MienWarning, OptionError
from mien.motion.expressions import DEFAULT_INTENSITY, Expression
from mien.motion.timeline import Keyframe, Timeline
from mien.pipeline.emotions import read_emotions

NEUTRAL = "neutral"
NAME = "expression_sequence"

Key: TypeAlias = "tuple[float, str] | tuple[float, str, float] | Keyframe"
ExpressionSequence: TypeAlias = "Sequence[str] | Sequence[Key] | Timeline | str | Path"
"""Names; keyframes (time in s, name, intensity); a timeline, or one as text or a .json file."""


class Wish(Protocol):
    """What of a clip concerns its expressions."""

    @property
    def expression_preset(self) -> str: ...
    @property
    def expression_sequence(self) -> ExpressionSequence | None: ...
    @property
    def intensity(self) -> float: ...
    @property
    def duration(self) -> float: ...
    @property
    def strict(self) -> bool: ...


def clip_timeline(clip: Wish, known: Mapping[str, Expression]) -> Timeline:
    """The sequence or, without one, the preset all the time.

    Unknown names become neutral, with a MienWarning; those of a ``strict`` clip stay. Raises
    TimelineError and OptionError for a sequence that makes no sense.
    """
    if clip.expression_sequence is None:
        preset = Keyframe(0.0, clip.expression_preset, clip.intensity)
        timeline = Timeline([preset], "expression_preset")
    else:
        timeline = timeline_of(
            clip.expression_sequence, duration_s=clip.duration, intensity=clip.intensity
        )
    return timeline if clip.strict else _understood(timeline, known)


def timeline_of(
    sequence: ExpressionSequence, *, duration_s: float, intensity: float = DEFAULT_INTENSITY
) -> Timeline:
    """A sequence in any of its forms. duration_s: over which names without a time are spread.
    intensity: of those that name none."""
    if isinstance(sequence, str | Path | Timeline):
        return read_emotions(sequence)
    return Timeline(_keyframes(sequence, intensity, duration_s), NAME)


def _keyframes(sequence: object, intensity: float, duration_s: float) -> list[Keyframe]:
    if not isinstance(sequence, Sequence):
        raise OptionError(NAME, f"is {type(sequence).__name__}; give a list of names or keyframes")
    if all(isinstance(key, str) for key in sequence):
        share_s = duration_s / max(len(sequence), 1)
        return [Keyframe(n * share_s, name, intensity) for n, name in enumerate(sequence)]
    return [_keyframe(key, number, intensity) for number, key in enumerate(sequence, start=1)]


def _keyframe(key: object, number: int, intensity: float) -> Keyframe:
    if isinstance(key, Keyframe):
        return key
    wanted = "give (time in seconds, name, intensity) or names only"
    if not (isinstance(key, Sequence) and not isinstance(key, str) and len(key) in (2, 3)):
        raise OptionError(NAME, f"item {number} is {key!r:.60}; {wanted}")
    time_s, name, *rest = key
    strength = rest[0] if rest else intensity
    if not isinstance(name, str) or not all(_is_number(value) for value in (time_s, strength)):
        raise OptionError(NAME, f"item {number} is {key!r:.60}; {wanted}")
    return Keyframe(float(time_s), name, float(strength))


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _understood(timeline: Timeline, known: Mapping[str, Expression]) -> Timeline:
    """The timeline with neutral for the names that mean nothing."""
    unknown = [key.expression for key in timeline.keyframes if key.expression not in known]
    if not unknown:
        return timeline
    names = ", ".join(dict.fromkeys(f"{name!r:.40}" for name in unknown))
    warnings.warn(
        f"{timeline.name}: {names} is unknown, neutral is shown instead; known: {', '.join(known)}",
        MienWarning,
        stacklevel=5,
    )
    keys = timeline.keyframes
    shown = [k if k.expression in known else replace(k, expression=NEUTRAL) for k in keys]
    return Timeline(shown, timeline.name)
