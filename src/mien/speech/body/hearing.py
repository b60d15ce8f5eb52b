"""What in speech makes a body move: stressed syllables, phrases that begin, pauses."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np

from mien.speech.articulation.segments import Segment
from mien.speech.phonemes import SILENCE, plain_phoneme
from mien.speech.prosody import STEP_S, Prosody

HEARD_S = 0.12
"""Of a sound only its beginning counts: whoever hears it as it comes can act on it in time."""
PAUSE_S = HEARD_S
"""Silence at least this long ends a phrase."""
_VOWELS = frozenset((
    "AA", "AE", "AH", "AO", "AW", "AX", "AXR", "AY", "EH", "ER", "EY", "IH", "IX", "IY", "OW",
    "OY", "UH", "UW",
))  # fmt: skip
_MEMORY = 10
"""Vowels from which it is known how this voice usually sounds."""
_LOUDER_DB, _HIGHER_SEMITONES, _LONGER_S = 4.0, 2.5, 0.05
"""What makes a vowel stand out by 1 above those before it."""
_SHARES = (0.4, 0.35, 0.25)
_CLEAR, _FAINT = 0.45, -0.25
"""Prominence that is an accent right after another one, and after `_PATIENCE_S` without any."""
_CLOSEST_S, _PATIENCE_S = 0.36, 1.6
_RAISES_FROM, _RAISES_APART_S = 0.6, 3.0
"""Brows rise with accents of this strength, not more often than this."""

Features = tuple[float, float, float]
"""Loudness, pitch and length of a vowel, in units of standing out by 1."""


@dataclass(frozen=True, slots=True)
class Accent:
    """A stressed vowel. number: of the accents before it. strength: 0..1. raises_brows: one of
    the few that are emphasised."""

    start_s: float
    number: int
    strength: float
    raises_brows: bool


@dataclass(slots=True)
class Emphasis:
    """What was heard so far, in order of time. Feed it with :meth:`hear`; one per speaker.

    phrases: when each began. pauses: when each began. num_forgotten: phrases before the first.
    """

    accents: list[Accent] = field(default_factory=list)
    phrases: list[float] = field(default_factory=list)
    pauses: list[float] = field(default_factory=list)
    num_forgotten: int = 0
    _usual: Features | None = None
    _num_vowels: int = 0
    _num_accents: int = 0
    _last_accent_s: float = -math.inf
    _last_raise_s: float = -math.inf
    _spoken_until_s: float = -math.inf

    def hear(self, segment: Segment, sound: Prosody, sound_start_s: float = 0.0) -> None:
        """The next phoneme, with the prosody of sound around it that begins at
        ``sound_start_s``. Of a phoneme that is not over yet the first `HEARD_S` suffice."""
        phoneme = plain_phoneme(segment.phoneme)
        if phoneme == SILENCE:
            return
        self._breathe(segment.start_s)
        if phoneme in _VOWELS:
            self._weigh(segment, sound, sound_start_s)
        self._spoken_until_s = segment.end_s

    def go_on(self, until_s: float) -> None:
        """The last phoneme lasts until then: what was not known when it was heard."""
        self._spoken_until_s = max(self._spoken_until_s, until_s)

    def fall_silent(self, until_s: float) -> None:
        """Nothing was said from the last phoneme's end until then."""
        paused_s = self._spoken_until_s
        if until_s - paused_s >= PAUSE_S and paused_s > -math.inf and self._is_new(paused_s):
            self.pauses.append(paused_s)

    def forget(self, before_s: float) -> None:
        """Let go of what lies further back: memory for streams of any length."""
        self.accents = [accent for accent in self.accents if accent.start_s >= before_s]
        self.pauses = self.pauses[bisect_left(self.pauses, before_s) :]
        # the posture of the phrase before the first that is left is still needed
        gone = max(0, bisect_left(self.phrases, before_s) - 1)
        self.phrases, self.num_forgotten = self.phrases[gone:], self.num_forgotten + gone

    def _is_new(self, paused_s: float) -> bool:
        return not self.pauses or self.pauses[-1] < paused_s

    def _breathe(self, start_s: float) -> None:
        """A phrase begins with what is said after a pause."""
        if start_s - self._spoken_until_s >= PAUSE_S:
            self.fall_silent(start_s)
            self.phrases.append(start_s)

    def _weigh(self, vowel: Segment, sound: Prosody, sound_start_s: float) -> None:
        start = vowel.start_s
        usual = self._usual
        features = _features(vowel, sound, sound_start_s, usual)
        usual = usual or features
        prominence = sum(
            share * (new - old) for share, new, old in zip(_SHARES, features, usual, strict=True)
        )
        self._num_vowels += 1
        rate = 1.0 / min(self._num_vowels, _MEMORY)
        louder, higher, longer = (
            old + (new - old) * rate for new, old in zip(features, usual, strict=True)
        )
        self._usual = (louder, higher, longer)
        if prominence > self._expected(start - self._last_accent_s):
            self._accent(start, min(max(0.5 + 0.4 * prominence, 0.15), 1.0))

    def _expected(self, since_s: float) -> float:
        if since_s < _CLOSEST_S:
            return math.inf
        waited = min((since_s - _CLOSEST_S) / (_PATIENCE_S - _CLOSEST_S), 1.0)
        return _CLEAR + (_FAINT - _CLEAR) * waited

    def _accent(self, start_s: float, strength: float) -> None:
        raises = strength >= _RAISES_FROM and start_s - self._last_raise_s >= _RAISES_APART_S
        self.accents.append(Accent(start_s, self._num_accents, strength, raises))
        self._num_accents, self._last_accent_s = self._num_accents + 1, start_s
        if raises:
            self._last_raise_s = start_s


def heard(segments: Iterable[Segment], sound: Prosody) -> Emphasis:
    """All of an utterance; ``sound`` begins at 0."""
    emphasis = Emphasis()
    for segment in segments:
        emphasis.hear(segment, sound)
    emphasis.fall_silent(math.inf)
    return emphasis


def _features(
    vowel: Segment, sound: Prosody, sound_start_s: float, usual: Features | None
) -> Features:
    """Those of a vowel's beginning; what cannot be heard counts as usual."""
    end = min(vowel.end_s, vowel.start_s + HEARD_S)
    first = max(0, int((vowel.start_s - sound_start_s) / STEP_S))
    steps = slice(first, max(first + 1, int((end - sound_start_s) / STEP_S)))
    level, pitch = sound.level_db[steps], sound.pitch_hz[steps]
    voiced = pitch[pitch > 0.0]
    louder, higher, _ = usual or (0.0, 0.0, 0.0)
    if len(level):
        louder = float(level.max()) / _LOUDER_DB
    if len(voiced):
        higher = 12.0 * float(np.log2(np.median(voiced))) / _HIGHER_SEMITONES
    return louder, higher, (end - vowel.start_s) / _LONGER_S
