"""Phonemes and their times out of a network trained for CTC, which marks each by a spike."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mien.speech.phonemes import SILENCE, SpokenPhoneme
from mien.speech.wav2vec2.layers import Array

STEP_S = 0.02
CENTRE_S = 200 / 16_000
"""Seconds of the centre of frame 0; frame n lies n * STEP_S later."""
_PAUSE_S = 0.2
_MARGIN_S = 0.06  # sound that belongs to a phoneme before and after its spike


class Spike(NamedTuple):
    """A token at the moment, in seconds, at which the network was surest of it."""

    time_s: float
    phonemes: tuple[str, ...]
    confidence: float


def spikes_of(logs: Array, phonemes: Mapping[int, tuple[str, ...]], blank: int) -> list[Spike]:
    """Best token of each frame, repeats made one, blanks and tokens without phonemes left out."""
    best = logs.argmax(axis=1)
    bounds = [0, *(np.flatnonzero(np.diff(best)) + 1).tolist(), len(best)]
    found = []
    for first, end in itertools.pairwise(bounds):
        token = int(best[first]) if end > first else blank
        if token != blank and phonemes.get(token):
            peak = first + int(logs[first:end, token].argmax())
            sure = min(1.0, float(np.exp(logs[peak, token])))
            found.append(Spike(CENTRE_S + peak * STEP_S, phonemes[token], sure))
    return found


def segments_of_spikes(
    spikes: Sequence[Spike], quiet: NDArray[np.bool_], duration_s: float
) -> list[SpokenPhoneme]:
    """Segments that meet midway between spikes.

    Between spikes further apart than 200 ms lies a pause, where the sound is quiet. ``quiet``: (T,)
    for every hundredth of a second.
    """
    segments: list[SpokenPhoneme] = []
    cursor = 0.0
    for n, spike in enumerate(spikes):
        before = spikes[n - 1].time_s if n else None
        start = _start(before, spike.time_s, quiet, cursor)
        if start > cursor:
            segments.append(SpokenPhoneme(cursor, start, SILENCE, 1.0))
        after = spikes[n + 1].time_s if n + 1 < len(spikes) else None
        cursor = _end(spike.time_s, after, quiet, duration_s)
        segments += _shared(spike, start, cursor)
    if cursor < duration_s:
        segments.append(SpokenPhoneme(cursor, duration_s, SILENCE, 1.0))
    return segments


def _start(before: float | None, time: float, quiet: NDArray[np.bool_], cursor: float) -> float:
    if before is not None and not _paused(before, time, quiet):
        return cursor
    return max(cursor, _edge(time, -1, quiet))


def _end(time: float, after: float | None, quiet: NDArray[np.bool_], duration: float) -> float:
    if after is not None and not _paused(time, after, quiet):
        return (time + after) / 2
    limit = duration if after is None else (time + after) / 2
    return min(limit, _edge(time, 1, quiet))


def _paused(before: float, after: float, quiet: NDArray[np.bool_]) -> bool:
    between = quiet[round((before + _MARGIN_S) * 100) : round((after - _MARGIN_S) * 100)]
    return after - before > _PAUSE_S and bool(between.any())


def _edge(time: float, direction: int, quiet: NDArray[np.bool_]) -> float:
    """Where the sound around a spike begins or ends, looking up to 200 ms away."""
    for step in range(round(_MARGIN_S * 100), round(_PAUSE_S * 100)):
        at = round(time * 100) + direction * step
        if not 0 <= at < len(quiet) or quiet[at]:
            return max(0.0, time + direction * step / 100)
    return max(0.0, time + direction * _PAUSE_S)


def _shared(spike: Spike, start: float, end: float) -> list[SpokenPhoneme]:
    """The phonemes of one token in equal parts."""
    edges = np.linspace(start, end, len(spike.phonemes) + 1).tolist()
    return [
        SpokenPhoneme(a, b, phoneme, spike.confidence)
        for a, b, phoneme in zip(edges[:-1], edges[1:], spike.phonemes, strict=True)
    ]
