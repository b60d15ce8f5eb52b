"""Phonemes out of the probabilities of single frames: the likeliest sequence."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from mien.speech.phonemes import PHONES, SpokenPhoneme
from mien.speech.spectrum import HOP, SAMPLE_RATE

FRAME_S = HOP / SAMPLE_RATE
LEAST_FRAMES = 3
"""No phoneme is shorter: 30 ms."""

Logs = NDArray[np.float32]
"""(frames, phonemes), natural logarithms of probabilities."""


def likeliest(logs: Logs, follow: NDArray[np.float32]) -> NDArray[np.int64]:
    """The phoneme (T,) of every frame on the best path.

    ``follow``: (P, P), what it adds to the score when phoneme j comes after phoneme i.
    """
    frames, phones = logs.shape
    if not frames:
        return np.zeros(0, np.int64)
    score = np.full((LEAST_FRAMES, phones), -np.inf)
    score[0] = logs[0]
    score[-1] = logs[0]  # the first phoneme may have begun before the sound
    came_from = np.empty((frames, phones), np.int16)
    stayed = np.zeros((frames, phones), bool)
    for t in range(1, frames):
        score, came_from[t], stayed[t] = search_on(score, follow, logs[t])
    return _traced(came_from, stayed, int(score[-1].argmax()))


def search_on(
    score: NDArray[np.float64], follow: NDArray[np.float32], row: NDArray[np.float32]
) -> tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.bool_]]:
    """The search one frame on: ``score`` (LEAST_FRAMES, P) of being in a phoneme's first frame,
    second and so on, the last of them "or more", with the next frame's ``row`` (P,).

    Returns the new score; for every phoneme the one before it, if it begins here, (P,); and
    whether it was in its last state before, (P,).
    """
    entries = score[-1][:, None] + follow
    came_from = entries.argmax(axis=0)
    entered = entries[came_from, np.arange(len(row))]
    stayed = score[-1] >= score[-2]
    last = np.maximum(score[-1], score[-2])
    return np.vstack([entered, score[:-2], last]) + row, came_from, stayed


def _traced(
    came_from: NDArray[np.int16], stayed: NDArray[np.bool_], phone: int
) -> NDArray[np.int64]:
    path = np.empty(len(came_from), np.int64)
    depth = LEAST_FRAMES - 1
    for t in range(len(came_from) - 1, -1, -1):
        path[t] = phone
        if depth == 0:
            phone, depth = int(came_from[t, phone]), LEAST_FRAMES - 1
        elif depth < LEAST_FRAMES - 1 or not stayed[t, phone]:
            depth -= 1
    return path


def segments_of(
    path: NDArray[np.int64],
    logs: Logs,
    duration_s: float,
    occurrence: NDArray[np.int64] | None = None,
) -> list[SpokenPhoneme]:
    """Runs of one phoneme, with boundaries finer than a frame and the mean probability of each.

    ``occurrence``: (T,) numbers that change where a phoneme begins, even after itself.
    """
    if not len(path):
        return []
    changes = np.flatnonzero(np.diff(path if occurrence is None else occurrence)) + 1
    ends = [_crossing(logs, path, int(n)) for n in changes] + [duration_s]
    starts = [0.0, *ends[:-1]]
    bounds = [0, *changes.tolist(), len(path)]
    made = []
    for n, (start, end) in enumerate(zip(starts, ends, strict=True)):
        phone = int(path[bounds[n]])
        sure = np.exp(logs[bounds[n] : bounds[n + 1], phone]).mean()
        made.append(SpokenPhoneme(start, end, PHONES[phone], float(min(1.0, sure))))
    return made


def _crossing(logs: Logs, path: NDArray[np.int64], change: int) -> float:
    """Seconds at which the phoneme after ``change`` becomes likelier than the one before it."""
    before, after = path[change - 1], path[change]
    gap = logs[change - 1 : change + 1, after] - logs[change - 1 : change + 1, before]
    share = 0.5
    if gap[0] < 0 < gap[1]:
        share = float(-gap[0] / (gap[1] - gap[0]))
    return (change - 0.5 + share) * FRAME_S


def joined(parts: Sequence[SpokenPhoneme]) -> list[SpokenPhoneme]:
    """Neighbours of one phoneme made one segment; empty segments left out."""
    made: list[SpokenPhoneme] = []
    for part in parts:
        if part.end_s <= part.start_s:
            continue
        if made and made[-1].phoneme == part.phoneme:
            last = made.pop()
            lengths = last.end_s - last.start_s, part.end_s - part.start_s
            sure = (last.confidence * lengths[0] + part.confidence * lengths[1]) / sum(lengths)
            part = SpokenPhoneme(last.start_s, part.end_s, part.phoneme, sure)
        made.append(part)
    return made
