"""Phonemes in time, in whichever form the caller has them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from mien.errors import VisemeError
from mien.speech.phonemes import plain_phoneme
from mien.speech.visemes.shapes import VisemeName
from mien.speech.visemes.table import known_viseme, phoneme_to_viseme

_SLACK_S = 1e-6


@dataclass(frozen=True, slots=True)
class VisemeSegment:
    """One phoneme, when it is said and what it looks like.

    start_s, end_s: seconds from the first sample. phoneme: ARPAbet, upper case without stress;
    empty where only the viseme is known. viseme: of Oculus. confidence: 0..1.
    """

    start_s: float
    end_s: float
    phoneme: str
    viseme: VisemeName
    confidence: float = 1.0


SegmentLike: TypeAlias = VisemeSegment | Mapping[str, Any] | Sequence[Any]
"""A VisemeSegment; ``(start, end, phoneme)`` or ``(start, end, phoneme, confidence)``, as
recognisers give them; or a mapping with ``start``, ``end`` and ``phoneme`` or ``viseme``, as JSON
holds them."""


def read_segments(given: Iterable[SegmentLike], subject: str = "segments") -> list[VisemeSegment]:
    """Segments in the order of time.

    Raises VisemeError for what is none, for times that are negative, not finite or run backwards,
    and for phonemes and visemes that do not exist. Gaps are allowed.
    """
    made: list[VisemeSegment] = []
    before = 0.0
    for number, each in enumerate(given):
        where = f"{subject}[{number}]"
        segment = _read(each, where)
        if not (math.isfinite(segment.start_s) and math.isfinite(segment.end_s)):
            raise VisemeError(where, "has a time that is not finite")
        if segment.start_s < before - _SLACK_S or segment.end_s < segment.start_s:
            raise VisemeError(
                where, f"{segment.start_s:g} to {segment.end_s:g} s runs backwards or overlaps"
            )
        before = segment.end_s
        made.append(segment)
    return made


def _read(given: SegmentLike, where: str) -> VisemeSegment:
    if isinstance(given, VisemeSegment):
        return given
    try:
        if isinstance(given, Mapping):
            return _from_mapping(given)
        start, end, phoneme, *rest = given
        return _segment(start, end, phoneme, None, *rest)
    except VisemeError as error:
        raise VisemeError(where, str(error)) from None
    except (KeyError, TypeError, ValueError):
        raise VisemeError(where, "is not (start, end, phoneme), in seconds and ARPAbet") from None


def _from_mapping(given: Mapping[str, Any]) -> VisemeSegment:
    phoneme = given["phoneme"] if "viseme" not in given else given.get("phoneme")
    return _segment(
        given["start"], given["end"], phoneme, given.get("viseme"), given.get("confidence", 1.0)
    )


def _segment(
    start: float, end: float, phoneme: str | None, viseme: str | None, confidence: float = 1.0
) -> VisemeSegment:
    name = "" if phoneme is None else plain_phoneme(phoneme)
    shape = phoneme_to_viseme(name).name if viseme is None else known_viseme(viseme)
    return VisemeSegment(float(start), float(end), name, shape, float(confidence))
