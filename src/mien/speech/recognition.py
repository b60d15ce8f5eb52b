"""What is said, and when: the best recogniser that there is for the sound and the text at hand."""

from __future__ import annotations

from typing import Literal, Protocol, get_args

from numpy.typing import ArrayLike

from mien.errors import OptionError
from mien.speech.phonemes import Recognition

Backend = Literal["auto", "alignment", "network", "energy"]
"""auto: alignment with a text that fits, else network. energy: loudness only."""


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
    match backend.partition(":"):
        case "auto", "", "":
            return _BestRecognizer()
        case "alignment", "", "":
            from mien.speech.recognizers.alignment import AlignmentRecognizer

            return AlignmentRecognizer()
        case "network", "", "":
            from mien.speech.recognizers.network import NetworkRecognizer

            return NetworkRecognizer()
        case "energy", "", "":
            from mien.speech.recognizers.energy import EnergyRecognizer

            return EnergyRecognizer()
        case "wav2vec2", ":", folder:
            from mien.speech.recognizers.wav2vec2 import Wav2Vec2Recognizer

            return Wav2Vec2Recognizer(folder)
    known = ", ".join((*get_args(Backend), "wav2vec2:FOLDER"))
    raise OptionError("backend", f"{backend} is unknown; choose {known}")


def recognize_phonemes(
    samples: ArrayLike, sample_rate: float, text: str | None = None, *, backend: str = "auto"
) -> Recognition:
    """`PhonemeRecognizer.recognize` of the recogniser of that name."""
    return choose_recognizer(backend).recognize(samples, sample_rate, text)


class _BestRecognizer:
    """Alignment if there is a text and it is what is said; else recognition, with a warning. Where
    onnxruntime cannot be loaded, loudness has to do."""

    name = "auto"

    def recognize(
        self, samples: ArrayLike, sample_rate: float, text: str | None = None
    ) -> Recognition:
        try:
            from mien.speech.recognizers.alignment import AlignmentRecognizer, TextMismatchError
            from mien.speech.recognizers.network import NetworkRecognizer
        except ImportError:
            from mien.speech.recognizers.energy import EnergyRecognizer

            return EnergyRecognizer().recognize(samples, sample_rate)
        network = NetworkRecognizer()
        if text is None or not text.strip():
            return network.recognize(samples, sample_rate)
        try:
            return AlignmentRecognizer(network).recognize(samples, sample_rate, text)
        except TextMismatchError as mismatch:
            warning = f"the text {mismatch.problem}; the phonemes are recognised instead"
            heard = network.recognize(samples, sample_rate)
            return Recognition(heard.segments, heard.backend, (warning,))
