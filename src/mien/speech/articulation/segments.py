"""Segments of speech as they come, checked and made seamless."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from typing import Protocol

from mien.errors import OptionError
from mien.speech.phonemes import SILENCE, plain_phoneme


class Segment(Protocol):
    """Anything that knows when which phoneme is said, such as a SpokenPhoneme."""

    @property
    def start_s(self) -> float: ...
    @property
    def end_s(self) -> float: ...
    @property
    def phoneme(self) -> str: ...


Sound = tuple[float, float, str]
"""start_s, end_s, phoneme."""


def seamless(segments: Iterable[Segment]) -> Iterator[Sound]:
    """The segments in order of time from one endless silence to another: gaps are silence, and a
    sound that overlaps the next one ends where that begins.

    Raises VisemeError for unknown phonemes, OptionError for times that are no numbers, run
    backwards or are out of order.
    """
    before: Sound = (-math.inf, -math.inf, SILENCE)
    for segment in segments:
        after = _checked(segment, before)
        start, end, phoneme = before
        yield start, min(end, after[0]), phoneme
        if end < after[0]:
            yield end, after[0], SILENCE
        before = after
    yield before
    yield before[1], math.inf, SILENCE


def _checked(segment: Segment, before: Sound) -> Sound:
    start, end = float(segment.start_s), float(segment.end_s)
    place = f"{segment.phoneme[:8]} from {start:g} to {end:g} s"
    if not (math.isfinite(start) and math.isfinite(end)):
        raise OptionError("segments", f"{place} is no time; give finite seconds")
    if end < start:
        raise OptionError("segments", f"{place} ends before it starts")
    if start < before[0]:
        raise OptionError("segments", f"{place} is out of order; sort the segments by start")
    return start, end, plain_phoneme(segment.phoneme)
