"""From a sound to what a face does with it: heard once, then known at any time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from mien.errors import OptionError
from mien.motion.layers import Speech
from mien.motion.moment import MomentAt
from mien.speech.articulation import articulate
from mien.speech.body import LIVELINESS, body_language
from mien.speech.loudness import voice_of
from mien.speech.prosody import prosody
from mien.speech.recognition import recognize_phonemes
from mien.speech.samples import mono_16k
from mien.speech.spectrum import SAMPLE_RATE

SpeechAt: TypeAlias = Callable[[float], Speech]


@dataclass(frozen=True, slots=True)
class Utterance:
    """speech_at: the mouth at a time in seconds. body_at: head, brows and lids then, and what
    idles. Both are pure and may be asked by several threads. length_s: of the sound, exact.
    recognizer: who told the phonemes. warnings: one line each."""

    speech_at: SpeechAt
    body_at: MomentAt
    length_s: Fraction
    recognizer: str
    warnings: Sequence[str] = ()


def hear(
    samples: ArrayLike,
    sample_rate: float,
    text: str | None = None,
    *,
    liveliness: float = LIVELINESS,
    seed: int = 0,
) -> Utterance:
    """What a face does with samples (S,), (S, C) or (C, S): floats, -1..1, or integers.

    text: the words, where they are known. liveliness: 0..1, how much the head moves. seed: of
    idling and body language; the mouth has none. Takes as much memory beyond the samples for
    hours as for minutes, but for a few numbers per phoneme and hundredth of a second.

    Raises OptionError for samples, a text or a liveliness that cannot be used.
    """
    if not np.asarray(samples).size:
        raise OptionError("audio", "holds no samples; give some, silence if nothing is said")
    mono = mono_16k(samples, sample_rate)
    heard = recognize_phonemes(mono, SAMPLE_RATE, text)
    sound = prosody(mono)
    mouth = articulate(heard.segments, voice_of(sound.level_db))
    body = body_language(heard.segments, sound, seed=seed, liveliness=liveliness)
    return Utterance(
        mouth.moment_at,
        body.moment_at,
        Fraction(len(mono), SAMPLE_RATE),
        heard.backend,
        heard.warnings,
    )
