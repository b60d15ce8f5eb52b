"""Phonemes of a known text: its pronunciations laid onto what the network hears."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mien.errors import OptionError
from mien.speech.decoding import Logs, joined, segments_of
from mien.speech.phonemes import PHONES, SILENCE, Recognition
from mien.speech.recognizers.network import NetworkRecognizer
from mien.speech.samples import mono_16k
from mien.speech.spectrum import SAMPLE_RATE
from mien.speech.text.alignment import Path, best_path
from mien.speech.text.graph import sentence_graph
from mien.speech.text.pronouncing import Pronunciation, in_dictionary, pronunciations
from mien.speech.text.spelling import spoken_words

LONGEST_TEXT = 100_000
"""Characters."""
LEAST_AGREEMENT = 0.28
"""Below it the text is taken to be another one than what is said. Measured: the right text 0.42 to
0.9, wrong ones up to 0.16."""
LONGEST_S = 1800
"""Seconds of sound; memory grows with it."""
_SLACK = 0.08  # of a phoneme's probability comes from those it is often said as
_FLOOR = 1e-4
_OFTEN_SAID_AS = (
    "AH IH", "AH EH", "AH UH", "AH AA", "AH AE", "AH OW", "IH IY", "IH EH", "AA AO", "AE EH",
    "ER R", "ER AH", "AO OW", "UW UH", "T D", "D DH", "S Z", "TH F", "DH TH", "SH CH", "ZH SH",
    "JH ZH", "CH T", "N NG", "B P", "G K", "V F", "UW Y", "AY AA", "AW AE", "EY EH", "L OW",
)  # fmt: skip


class TextMismatchError(OptionError):
    """The text cannot be aligned; ``problem`` says why. Recognition can take over."""

    code = "text-mismatch"

    def __init__(self, problem: str) -> None:
        super().__init__("text", f"{problem}; leave it out to have the sound recognised")
        self.problem = problem


class AlignmentRecognizer:
    """Finds when each phoneme of a text is said. Deterministic; needs no other software."""

    name = "alignment"

    def __init__(self, network: NetworkRecognizer | None = None) -> None:
        self._network = network or NetworkRecognizer()

    def recognize(
        self, samples: ArrayLike, sample_rate: float, text: str | None = None
    ) -> Recognition:
        """The phonemes of ``text`` in samples (S,) or (S, C), -1..1.

        Raises OptionError for no text or too long a text, TextMismatchError if the sound does not
        say it, says it for too long or in another language.
        """
        words, guessed = _pronounced(text)
        mono = mono_16k(samples, sample_rate)
        if len(mono) > LONGEST_S * SAMPLE_RATE:
            raise TextMismatchError(f"cannot be aligned to more than {LONGEST_S // 60} minutes")
        logs = self._network.all_log_probabilities(mono)
        scores = _lenient(logs)
        path = best_path(scores, sentence_graph(words))
        if path is None or agreement(path, scores) < LEAST_AGREEMENT:
            raise TextMismatchError("is not what is said")
        segments = segments_of(path.phones, logs, len(mono) / SAMPLE_RATE, path.occurrence)
        return Recognition(tuple(joined(segments)), self.name, tuple(guessed))


def agreement(path: Path, scores: Logs) -> float:
    """How well a path explains the sound, 0..1: its probability over that of the likeliest
    phonemes, geometric mean over the frames."""
    taken = scores[np.arange(len(scores)), path.phones]
    return float(np.exp(-(scores.max(axis=1) - taken).mean()))


def _pronounced(text: str | None) -> tuple[list[tuple[Pronunciation, ...]], list[str]]:
    """Pronunciations of each word, and a warning about words that had to be guessed."""
    if text is None or not text.strip():
        raise OptionError("text", "is empty; leave it out to have the sound recognised")
    if len(text) > LONGEST_TEXT:
        raise OptionError("text", f"is longer than {LONGEST_TEXT} characters; cut it up")
    words = spoken_words(text)
    said = [pronunciations(word) for word in words]
    unknown = [word for word in words if not in_dictionary(word)]
    if not words or not any(said) or (len(unknown) > 2 and len(unknown) > len(words) / 4):
        raise TextMismatchError("does not look English")
    unsaid = sorted({word for word, ways in zip(words, said, strict=True) if not ways})
    guessed = sorted(set(unknown) - set(unsaid))
    warnings = [f"guessed how to pronounce: {', '.join(guessed[:10])}"] if guessed else []
    if unsaid:
        warnings.append(f"left out for want of a pronunciation: {', '.join(unsaid[:10])}")
    return [p for p in said if p], warnings


def _lenient(logs: Logs) -> Logs:
    """Scores of phonemes as a dictionary means them, which speakers often say otherwise."""
    return np.asarray(np.log(np.exp(logs) @ _said_as() + _FLOOR), np.float32)


@cache
def _said_as() -> NDArray[np.float32]:
    """(heard, meant)."""
    number = {phone: n for n, phone in enumerate(PHONES)}
    matrix = np.eye(len(PHONES), dtype=np.float32)
    for pair in _OFTEN_SAID_AS:
        meant, heard = (number[p] for p in pair.split())
        matrix[heard, meant] = matrix[meant, heard] = _SLACK
    for phone in "PTKBDG":  # the closure of a stop sounds like silence
        matrix[number[SILENCE], number[phone]] = _SLACK
    return matrix
