"""A recording cut into the windows that the networks hear."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from mien.nets.joyvasa.params import SAMPLES_PER_FRAME
from mien.speech.samples import Mono

LEAD_IN_FRAMES = 2
"""Of silence, which upstream's weights were published to be used with since January 2025."""
LEAD_OUT_FRAMES = 1


@dataclass(frozen=True, slots=True, eq=False)
class Cutting:
    """How a recording is cut. window: frames of each. frames_before, frames_after: of silence
    around it. pads_with_last: whether what is missing of the last window is its last sample, over
    and over, rather than silence.

    A last frame that the recording does not fill is not counted; a recording shorter than one
    frame has one.
    """

    samples: Mono
    window: int
    frames_before: int = 0
    frames_after: int = 0
    pads_with_last: bool = False

    @property
    def num_frames(self) -> int:
        """Of the silence around it, too."""
        around = self.frames_before + self.frames_after
        return max(1, len(self.samples) // SAMPLES_PER_FRAME + around)

    def windows(self) -> Iterator[tuple[Mono, int]]:
        """The samples of each, and how many of its frames count."""
        for first in range(0, self.num_frames, self.window):
            yield self._window(first), min(self.window, self.num_frames - first)

    def _window(self, first: int) -> Mono:
        begin = (first - self.frames_before) * SAMPLES_PER_FRAME
        end = begin + self.window * SAMPLES_PER_FRAME
        heard = np.asarray(self.samples[max(begin, 0) : max(end, 0)], np.float32)
        before = np.zeros(max(-begin, 0), np.float32)
        sound = np.concatenate([before, heard])
        return filled(sound, self.window, pads_with_last=self._ends_with_last(end))

    def _ends_with_last(self, end: int) -> bool:
        """Silence that follows the recording is what comes last, and stays so."""
        return self.pads_with_last and not self.frames_after


def filled(samples: Mono, window: int, *, pads_with_last: bool = False) -> Mono:
    """The samples of a window, with silence, or their last one, in the place of those missing."""
    missing = window * SAMPLES_PER_FRAME - len(samples)
    last = samples[-1] if pads_with_last and len(samples) else np.float32(0.0)
    return np.concatenate([samples, np.full(missing, last, np.float32)])
