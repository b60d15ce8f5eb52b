"""ARPAbet phonemes, and what a recogniser answers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

SILENCE = "SIL"

PHONES = (
    "SIL", "AA", "AE", "AH", "AO", "AW", "AY", "B", "CH", "D", "DH", "EH", "ER",
    "EY", "F", "G", "HH", "IH", "IY", "JH", "K", "L", "M", "N", "NG", "OW",
    "OY", "P", "R", "S", "SH", "T", "TH", "UH", "UW", "V", "W", "Y", "Z",
    "ZH",
)  # fmt: skip
"""Silence and the 39 phonemes of American English, in the order of the network's classes."""


class SpokenPhoneme(NamedTuple):
    """One phoneme and when it is said.

    start_s, end_s: seconds from the first sample. phoneme: one of `PHONES`. confidence: 0..1.
    """

    start_s: float
    end_s: float
    phoneme: str
    confidence: float


@dataclass(frozen=True, slots=True)
class Recognition:
    """What was heard; a sequence of its segments, which unpack as tuples.

    segments: without gaps or overlaps from 0 to the end of the sound, silence included.
    backend: the name of the recogniser that answered. warnings: one line each, for the user.
    """

    segments: tuple[SpokenPhoneme, ...]
    backend: str
    warnings: tuple[str, ...] = ()

    def __iter__(self) -> Iterator[SpokenPhoneme]:
        return iter(self.segments)

    def __len__(self) -> int:
        return len(self.segments)

    def __getitem__(self, index: int) -> SpokenPhoneme:
        return self.segments[index]
