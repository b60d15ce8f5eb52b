"""What is said, and when: the best recogniser that there is for the sound and the text at hand."""

from __future__ import annotations

from typing import Literal, Protocol, get_args

from numpy.typing import ArrayLike

from mien.errors import OptionError
from mien.speech.phonemes import Recognition

Backend = Literal["auto", "alignment", "network", "energy"]
"""auto: alignment with a text that fits, else network. energy: loudness only."""


_WAV2VEC2 = "wav2vec2:"


class PhonemeRecognizer(Protocol):
    """Tells phonemes and their times."""

    name: str

    def recognize(
        self, samples: ArrayLike, sample_rate: float, text: str | None = None
    ) -> Recognition:
        """What is said in samples (S,), (S, C) or (C, S), -1..1, at any sample rate.

        text: the words that are said, where they are known. The segments cover the sound from
        beginning to end; empty sound has none. The same input gives the same answer, whatever was
        recognised before. Raises OptionError for samples or a text that cannot be used.
        """
        ...


def choose_recognizer(backend: str = "auto") -> PhonemeRecognizer:
    """A recogniser by name, see `Backend`, or ``wav2vec2:FOLDER`` with a model of the user's.

    Raises OptionError for other names, UnreadableMediaError for a folder that cannot be used.
    """
    from mien.speech.recognizers.alignment import AlignmentRecognizer
    from mien.speech.recognizers.energy import EnergyRecognizer
    from mien.speech.recognizers.network import NetworkRecognizer

    if backend.startswith(_WAV2VEC2):
        from mien.speech.recognizers.wav2vec2 import Wav2Vec2Recognizer

        return Wav2Vec2Recognizer(backend.removeprefix(_WAV2VEC2))
    match backend:
        case "auto":
            return _BestRecognizer()
        case "alignment":
            return AlignmentRecognizer()
        case "network":
            return NetworkRecognizer()
        case "energy":
            return EnergyRecognizer()
    known = ", ".join((*get_args(Backend), f"{_WAV2VEC2}FOLDER"))
    raise OptionError("backend", f"{backend} is unknown; choose {known}")


def recognize_phonemes(
    samples: ArrayLike, sample_rate: float, text: str | None = None, *, backend: str = "auto"
) -> Recognition:
    """`PhonemeRecognizer.recognize` of the recogniser of that name."""
    return choose_recognizer(backend).recognize(samples, sample_rate, text)


class _BestRecognizer:
    """Alignment if there is a text and it is what is said; else recognition, with a warning."""

    name = "auto"

    def recognize(
        self, samples: ArrayLike, sample_rate: float, text: str | None = None
    ) -> Recognition:
        from mien.speech.recognizers.alignment import AlignmentRecognizer, TextMismatchError
        from mien.speech.recognizers.network import NetworkRecognizer

        network = NetworkRecognizer()
        if text is None or not text.strip():
            return network.recognize(samples, sample_rate)
        try:
            return AlignmentRecognizer(network).recognize(samples, sample_rate, text)
        except TextMismatchError as mismatch:
            heard = network.recognize(samples, sample_rate)
            return Recognition(
                heard.segments, heard.backend, (f"{mismatch}; the phonemes are recognised instead",)
            )
