"""How loud a voice is against its own usual, which is how wide the jaw drops."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mien.speech.prosody import SILENT_DB, STEP_S, Steps

_SMOOTHING_STEPS = 6
"""To either side: a moment depends on the 60 ms around it."""
_LOUD_PERCENTILE = 95.0
_VOWELS_DB = 15.0
"""Vowels are within this of the loudest."""
_USUAL_PERCENTILE = 40.0
"""Of what is that loud; sounds begin and end quietly, and mouths are open before and after."""
_DB_PER_OCTAVE = 12.0
"""A jaw opens twice as wide for a voice this much louder."""
_MOST_OCTAVES = 1.0
TYPICAL_DB = -20.0
"""The level of recorded speech, where nothing better is known."""


@dataclass(frozen=True, slots=True)
class Voice:
    """How loud somebody speaks at a time in seconds, against usual: .5 to 2, 1 = as usual.

    level_db: (N,) one level per `STEP_S` as of :class:`mien.speech.prosody.Prosody`, smoothed.
    usual_db: that of the voice's vowels. start_s: the time of the first level's beginning.
    """

    level_db: Steps
    usual_db: float = TYPICAL_DB
    start_s: float = 0.0

    def __call__(self, time_s: float) -> float:
        if not len(self.level_db):
            return 1.0
        at = min(max((time_s - self.start_s) / STEP_S - 0.5, 0.0), len(self.level_db) - 1.0)
        before = int(at)
        here, there = self.level_db[before], self.level_db[min(before + 1, len(self.level_db) - 1)]
        level = float(here + (there - here) * (at - before))
        octaves = (level - self.usual_db) / _DB_PER_OCTAVE
        return float(2.0 ** min(max(octaves, -_MOST_OCTAVES), _MOST_OCTAVES))


def voice_of(level_db: Steps, *, usual_db: float | None = None, start_s: float = 0.0) -> Voice:
    """The voice whose levels (N,) those are; its usual level is measured unless it is given."""
    usual = usual_level(level_db) if usual_db is None else usual_db
    return Voice(_smoothed(level_db), usual, start_s)


def usual_level(level_db: Steps) -> float:
    """Level in dB of the vowels in levels (N,): robust against pauses and single loud noises.
    `TYPICAL_DB` of silence."""
    audible = level_db[level_db > SILENT_DB + 1.0]
    if not len(audible):
        return TYPICAL_DB
    loud = float(np.percentile(audible, _LOUD_PERCENTILE))
    return float(np.percentile(audible[audible > loud - _VOWELS_DB], _USUAL_PERCENTILE))


def _smoothed(level_db: Steps) -> Steps:
    window = np.hanning(2 * _SMOOTHING_STEPS + 1).astype(np.float32)
    if not len(level_db):
        return level_db
    padded = np.pad(level_db, _SMOOTHING_STEPS, mode="edge")
    return np.convolve(padded, window / window.sum(), mode="valid").astype(np.float32)
