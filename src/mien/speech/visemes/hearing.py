"""From sound to mouth shapes in one call."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike

from mien.errors import OptionError
from mien.media import read_speech
from mien.speech.recognition import PhonemeRecognizer, choose_recognizer
from mien.speech.visemes.rates import Rate, exact_rate
from mien.speech.visemes.track import VisemeTrack, visemes_from_segments


def audio_to_visemes(
    audio: str | Path | ArrayLike,
    sample_rate: float | None = None,
    *,
    fps: Rate = 24,
    text: str | None = None,
    recognizer: str | PhonemeRecognizer = "auto",
    smooth: bool = True,
) -> VisemeTrack:
    """What a mouth does while this is said, frame by frame: see `VisemeTrack` for the arrays.

    ``audio``: a sound file, a video for its sound, or samples (S,), (S, C) or (C, S): floats,
    -1..1, or integers. ``sample_rate``: Hz; with samples it must be given, with a file it must
    not. ``fps``: frames per second, 1 to 1000; there are round(duration * fps) frames, one at
    least. ``text``: what is said, if known: much better times. ``recognizer``: ``auto``, another
    name that `choose_recognizer` takes, or one of your own. ``smooth``: by [1 2 1] / 4, closures
    held; each (p, b, m, f, v) has a frame at least.

    The same input gives the same result. Silence gives a closed mouth. Raises UnreadableMediaError
    for a file without sound, OptionError for empty, non-finite or ill-shaped samples and for
    options that cannot be honoured.
    """
    rate = exact_rate(fps)  # before the long work
    chosen = choose_recognizer(recognizer) if isinstance(recognizer, str) else recognizer
    samples, hertz = _samples_of(audio, sample_rate)
    heard = chosen.recognize(samples, hertz, text)
    return visemes_from_segments(
        heard.segments,
        rate,
        max(samples.shape) / hertz,
        smooth=smooth,
        backend=heard.backend,
        warnings=heard.warnings,
    )


def _samples_of(
    audio: str | Path | ArrayLike, sample_rate: float | None
) -> tuple[np.ndarray[tuple[int, ...], np.dtype[np.generic]], float]:
    if isinstance(audio, str | Path):
        if sample_rate is not None:
            raise OptionError("sample_rate", "is what the file says; give it only with samples")
        return read_speech(audio)
    if sample_rate is None:
        raise OptionError("sample_rate", "is missing; samples need one, in Hz")
    samples = np.asarray(audio)
    if not samples.size:
        raise OptionError("audio", "holds no samples")
    return samples, sample_rate
