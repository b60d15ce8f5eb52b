"""The sound of a file as a recogniser of speech wants it: one channel, 16 000 samples a second."""

from __future__ import annotations

import tempfile
from contextlib import closing
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mien.errors import UnreadableMediaError
from mien.media.audio import AudioReader, check_length, open_sound

SPEECH_RATE = 16_000
"""Samples per second: all there is of speech."""
LOUDEST = 8.0
"""Floats beyond -1..1 are heard clipped by players but mean no harm; beyond this they are none."""


def read_speech(path: str | Path) -> tuple[NDArray[np.float32], int]:
    """Samples (S,), float32, -1..1, of a sound file or of a video's sound, and their rate, 16 000.

    Any rate and number of channels (their mean), from the beginning of the sound. The samples lie
    in a temporary file that the system keeps in memory as far as there is room, so that hours of
    sound do no harm. Raises UnreadableMediaError without a sound that can be decoded, or beyond
    12 hours of it.
    """
    reader = AudioReader(open_sound(path), rate=SPEECH_RATE, mono=True)
    try:
        with closing(reader.blocks()) as blocks, tempfile.TemporaryFile() as file:
            length = 0
            for block in blocks:
                length += block.shape[1]
                check_length(path, length, SPEECH_RATE)
                if not np.isfinite(block).all():
                    raise UnreadableMediaError(path, "holds samples that are not numbers")
                if np.abs(block).max(initial=0.0) > LOUDEST:
                    raise UnreadableMediaError(path, "holds samples far beyond -1..1; scale them")
                file.write(block.tobytes())
            if not length:
                raise UnreadableMediaError(path, "holds no sound that can be decoded")
            file.flush()
            samples = np.memmap(file, np.float32, mode="c", shape=(length,))
            return np.asarray(samples), SPEECH_RATE
    except OSError as error:
        reason = error.strerror or str(error)
        raise UnreadableMediaError(
            path, f"its sound finds no room to be unpacked: {reason}"
        ) from None
