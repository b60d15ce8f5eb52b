"""A file of sound as samples, for a live face to say: decoders of what strangers send run in
workers, not where faces live."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from mien.errors import UnreadableMediaError
from mien.media import open_sound
from mien.media.audio import SAMPLE_RATE, AudioReader
from mien.pipeline.keeping import Keeper
from mien.service.errors import TooLargeError
from mien.types import ProgressCallback


@dataclass(frozen=True, slots=True)
class HearTask:
    """sound: a file here. longest_s: of what is taken."""

    sound: Path
    longest_s: float

    def run(self, keeper: Keeper, progress: ProgressCallback) -> bytes:
        """int16 mono at SAMPLE_RATE. Raises UnreadableMediaError, TooLargeError."""
        reader = AudioReader(open_sound(self.sound), rate=SAMPLE_RATE, mono=True)
        pieces, length = [], 0
        with closing(reader.blocks()) as blocks:
            for block in blocks:
                length += block.shape[1]
                if length > self.longest_s * SAMPLE_RATE:
                    raise TooLargeError(f"it plays for more than {self.longest_s:g} s; cut it")
                heard = np.nan_to_num(block[0], posinf=1.0, neginf=-1.0)
                pieces.append((np.clip(heard, -1, 1) * 32767).astype(np.int16).tobytes())
        if not length:
            raise UnreadableMediaError(self.sound, "holds no sound that can be decoded")
        return b"".join(pieces)
