"""How well visemes match phonemes whose times are known."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from mien.errors import OptionError, VisemeError
from mien.speech.visemes.rates import LONGEST_S, Rate, exact_rate, frame_at
from mien.speech.visemes.segments import SegmentLike, VisemeSegment, read_segments
from mien.speech.visemes.shapes import VISEMES
from mien.speech.visemes.track import VisemeTrack

_INDEX = {name: number for number, name in enumerate(VISEMES)}
_NEARNESS = 0.1  # of a match's worth hangs on how close the two onsets are
_MOST_TOLERANCE = 100

Labels = NDArray[np.int8]
Onset = tuple[float, str]
"""Seconds, and the viseme that begins."""
Match = tuple[Onset, Onset]


@dataclass(frozen=True, slots=True)
class LipsyncAccuracy:
    """How well visemes match; all but onset_ms are shares, 0..1. Labels are taken at the centres
    of frames, from the beginning to the end of the reference.

    precision2: of the predicted labels, those that the reference has within the tolerance.
    recall2: of the reference's labels, those that the prediction has within the tolerance. Read
        both: a constant prediction wins the one, a chattering one the other.
    exact: of the frames, those with the same label.
    closures: of the reference's p/b/m closures, those whose onset was met within the tolerance.
    onset_ms: mean distance of the onsets that were met, milliseconds.
    num_frames, num_closures, num_onsets: how many frames, closures of the reference and met
        onsets stand behind the figures, for means over several recordings.
    """

    precision2: float
    recall2: float
    exact: float
    closures: float
    onset_ms: float
    num_frames: int
    num_closures: int
    num_onsets: int


def measure_lipsync_accuracy(
    predicted: VisemeTrack | Iterable[SegmentLike],
    reference_segments: Iterable[SegmentLike],
    fps: Rate = 24,
    tolerance_frames: int = 2,
    *,
    duration_s: float | None = None,
) -> LipsyncAccuracy:
    """Compare a track, or segments, with segments whose times are known.

    Segments are (start, end, phoneme) or mappings with ``start``, ``end`` and ``phoneme`` or
    ``viseme``; visemes are compared, not phonemes. ``duration_s``: of the sound; without it, to
    the end of the last segment of the reference.

    Raises VisemeError for segments that make no sense or a reference without any, OptionError for
    the rate and the tolerance (0 to 100 frames).
    """
    rate = exact_rate(fps)
    if tolerance_frames not in range(_MOST_TOLERANCE + 1):
        problem = f"{tolerance_frames} is not a whole number from 0 to {_MOST_TOLERANCE}"
        raise OptionError("tolerance_frames", problem)
    reference = read_segments(reference_segments, "reference_segments")
    if not reference:
        raise VisemeError("reference_segments", "is empty; there is nothing to compare with")
    guess = (
        list(predicted.segments)
        if isinstance(predicted, VisemeTrack)
        else read_segments(predicted, "predicted")
    )
    length = reference[-1].end_s if duration_s is None else duration_s
    if not 0 <= length <= LONGEST_S:
        raise OptionError("duration_s", f"{length} is not from 0 to {LONGEST_S} seconds")
    count = int(length * rate)
    truth, guessed = (_labels(segments, count, rate) for segments in (reference, guess))
    expected = _onsets(reference)
    matches = _matches(expected, _onsets(guess), tolerance_frames / float(rate))
    closures = sum(viseme == "PP" for _, viseme in expected)
    gaps = [abs(found[0] - wanted[0]) for wanted, found in matches]
    return LipsyncAccuracy(
        precision2=_share_near(guessed, truth, tolerance_frames),
        recall2=_share_near(truth, guessed, tolerance_frames),
        exact=_share_near(truth, guessed, 0),
        closures=sum(wanted[1] == "PP" for wanted, _ in matches) / max(1, closures),
        onset_ms=1000 * sum(gaps) / max(1, len(gaps)),
        num_frames=count,
        num_closures=closures,
        num_onsets=len(matches),
    )


def _labels(segments: list[VisemeSegment], count: int, rate: Fraction) -> Labels:
    labels = np.zeros(count, np.int8)  # silence
    for segment in segments:
        first, last = frame_at(segment.start_s, rate), frame_at(segment.end_s, rate)
        labels[first:last] = _INDEX[segment.viseme]
    return labels


def _share_near(labels: Labels, among: Labels, window: int) -> float:
    """Of the labels, those that occur among the others within the window."""
    found = labels == among
    for shift in range(1, min(window, len(labels) - 1) + 1):
        found[shift:] |= labels[shift:] == among[:-shift]
        found[:-shift] |= labels[:-shift] == among[shift:]
    return float(found.sum()) / max(1, len(labels))


def _onsets(segments: list[VisemeSegment]) -> list[Onset]:
    """The start of every run of one viseme."""
    before = ["", *(segment.viseme for segment in segments)]
    return [
        (segment.start_s, segment.viseme)
        for segment, last in zip(segments, before, strict=False)
        if segment.viseme != last
    ]


def _matches(expected: list[Onset], found: list[Onset], limit_s: float) -> list[Match]:
    """The largest matching that keeps the order, of equal visemes no further apart than the
    limit; among equally large ones the one with the closest onsets.

    The longest common subsequence with weights, found along a moving window: ``best[j]`` is what
    the first j of the found onsets are worth, and beyond the window nothing has changed yet.
    """
    times = [time for time, _ in found]
    best = [0.0]
    chains: list[tuple[Match, object] | None] = [None]
    for wanted in expected:
        low = bisect_left(times, wanted[0] - limit_s)
        high = bisect_right(times, wanted[0] + limit_s)
        while len(best) <= high:
            best.append(best[-1])
            chains.append(chains[-1])
        for j in range(high - 1, low - 1, -1):
            if found[j][1] != wanted[1]:
                continue
            gap = abs(found[j][0] - wanted[0])
            worth = best[j] + 1 - (_NEARNESS * gap / limit_s if limit_s else 0)
            for k in range(j + 1, len(best)):
                if best[k] >= worth:
                    break
                best[k], chains[k] = worth, ((wanted, found[j]), chains[j])
    return _unrolled(chains[-1])


def _unrolled(chain: object) -> list[Match]:
    matches: list[Match] = []
    while isinstance(chain, tuple):
        match, chain = chain
        matches.append(match)
    return matches[::-1]
