"""What is said in a clip: a file's sound or samples, cut to the clip's length."""

from __future__ import annotations

import math
import warnings
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from mien.checks import check_number
from mien.errors import MienWarning, OptionError
from mien.media import read_speech
from mien.speech.samples import check_loudness

DrivingAudio: TypeAlias = "str | Path | NDArray[Any]"
NAME = "driving_audio"


def samples_of(
    audio: DrivingAudio, sample_rate: float, duration_s: float
) -> tuple[NDArray[Any], float]:
    """Samples (S,), (S, C) or (C, S) and their rate in Hz: at most ``duration_s`` seconds, with a
    MienWarning when that cuts something off.

    sample_rate: of samples; a file knows its own. Raises UnreadableMediaError and OptionError.
    """
    if isinstance(audio, str | Path):
        samples, rate = read_speech(audio)
        return _cut(samples, float(rate), 0, duration_s), float(rate)
    samples = _checked(audio)
    check_number("sample_rate", sample_rate, 1_000, 768_000)
    along = int(np.argmax(samples.shape))
    return _cut(samples, float(sample_rate), along, duration_s), float(sample_rate)


def _checked(audio: object) -> NDArray[Any]:
    wanted = "give a path or samples (S,), float in -1..1 or int16"
    if not (hasattr(audio, "__array__") or isinstance(audio, list | tuple)):
        raise OptionError(NAME, f"is {type(audio).__name__}; {wanted}")
    try:
        samples = np.asarray(audio)
    except ValueError:
        raise OptionError(NAME, f"has rows of several lengths; {wanted}") from None
    if samples.ndim not in (1, 2) or samples.dtype.kind not in "fiu":
        raise OptionError(NAME, f"is {samples.dtype.name} {samples.shape}; {wanted}")
    if not samples.size:
        raise OptionError(NAME, "holds no samples; give some, zeros if nothing is said")
    if samples.dtype.kind == "f":
        if not np.isfinite(samples).all():
            raise OptionError(NAME, "holds samples that are not finite; replace NaN and infinity")
        check_loudness(NAME, samples)
    return samples


def _cut(samples: NDArray[Any], rate: float, along: int, duration_s: float) -> NDArray[Any]:
    most = math.ceil(duration_s * rate)
    if samples.shape[along] <= most:
        return samples
    given_s = samples.shape[along] / rate
    warnings.warn(
        f"{NAME} lasts {given_s:.2f} s; only the first {duration_s:g} s are used (duration)",
        MienWarning,
        stacklevel=5,
    )
    return samples[:most] if along == 0 else samples[:, :most]
