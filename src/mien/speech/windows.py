"""Sound of any length in windows that overlap, so that memory does not grow with it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from mien.speech.samples import Mono
from mien.speech.spectrum import SAMPLE_RATE

WINDOW = 20 * SAMPLE_RATE
CONTEXT = 2 * SAMPLE_RATE
"""Samples heard on either side of a window: more than a network pays heed to."""


def overlapping(blocks: Iterable[Mono]) -> Iterator[tuple[int, int, Mono]]:
    """Windows with their context: how many samples of context come first, how many the window has,
    and all samples. However the sound is cut into blocks, the windows are the same."""
    kept, before = np.zeros(0, np.float32), 0
    for part in _parts(blocks):
        kept = np.concatenate([kept, part])
        while len(kept) >= before + WINDOW + CONTEXT:
            yield before, WINDOW, kept[: before + WINDOW + CONTEXT]
            kept = kept[before + WINDOW - CONTEXT :]
            before = CONTEXT
    while len(kept) > before:
        yield before, min(WINDOW, len(kept) - before), kept[: before + WINDOW + CONTEXT]
        kept = kept[before + WINDOW - CONTEXT :]
        before = CONTEXT


def _parts(blocks: Iterable[Mono]) -> Iterator[Mono]:
    """The same sound in blocks no longer than a window: hours of it may come as one."""
    for block in blocks:
        for start in range(0, len(block), WINDOW):
            yield block[start : start + WINDOW]
