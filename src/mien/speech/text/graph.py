"""Every way a sentence can be said, as states that a path through the sound visits in order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mien.speech.phonemes import PHONES, SILENCE
from mien.speech.text.pronouncing import Pronunciation

_NUMBER = {phone: n for n, phone in enumerate(PHONES)}
_NOBODY = -1


@dataclass(frozen=True, slots=True)
class Graph:
    """States in the order of the text, two for each phoneme: none is shorter than two frames.

    phones: (S,) number of each state's phoneme. before: (S, K) the states it may follow, S where
    there is none. lasting: (S,) whether the state may last. occurrence: (S,) which occurrence of a
    phoneme a state belongs to. first: states a path may start with. last: those it may end with.
    """

    phones: NDArray[np.int64]
    before: NDArray[np.int64]
    lasting: NDArray[np.bool_]
    occurrence: NDArray[np.int64]
    first: NDArray[np.int64]
    last: NDArray[np.int64]


class _Builder:
    def __init__(self) -> None:
        self.phones: list[int] = []
        self.before: list[list[int]] = []

    def say(self, phone: str, after: Sequence[int]) -> int:
        """Two states of a phoneme behind others; returns the second."""
        self.phones += [_NUMBER[phone]] * 2
        self.before += [list(after), [len(self.phones) - 2]]
        return len(self.phones) - 1

    def graph(self, last: Sequence[int]) -> Graph:
        count = len(self.phones)
        before = np.full((count, max(len(b) for b in self.before)), count, np.int64)
        for state, others in enumerate(self.before):
            found = [b for b in others if b != _NOBODY]
            before[state, : len(found)] = found
        return Graph(
            phones=np.array(self.phones),
            before=before,
            lasting=np.arange(count) % 2 == 1,
            occurrence=np.arange(count) // 2,
            first=np.array([s for s, others in enumerate(self.before) if _NOBODY in others]),
            last=np.array(last),
        )


def sentence_graph(words: Sequence[Sequence[Pronunciation]]) -> Graph:
    """Of words with their pronunciations, with a pause allowed before, between and after them."""
    builder = _Builder()
    open_ends = [_NOBODY, builder.say(SILENCE, [_NOBODY])]
    for pronunciations in words:
        said = []
        for phones in pronunciations:
            ends = open_ends
            for phone in phones:
                ends = [builder.say(phone, ends)]
            said += ends
        open_ends = [*said, builder.say(SILENCE, said)]
    return builder.graph(open_ends)
