"""ARPAbet phonemes, and what a recogniser answers."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import NamedTuple

from mien.errors import VisemeError

SILENCE = "SIL"

PHONES = (
    "SIL", "AA", "AE", "AH", "AO", "AW", "AY", "B", "CH", "D", "DH", "EH", "ER",
    "EY", "F", "G", "HH", "IH", "IY", "JH", "K", "L", "M", "N", "NG", "OW",
    "OY", "P", "R", "S", "SH", "T", "TH", "UH", "UW", "V", "W", "Y", "Z",
    "ZH",
)  # fmt: skip
"""Silence and the 39 phonemes of American English, in the order of the network's classes."""

ARPABET = (*PHONES, "AX", "IX", "AXR", "DX")
"""And the reduced sounds that some dictionaries tell apart."""

_ALIASES: Mapping[str, str] = MappingProxyType({
    "SP": "SIL", "PAU": "SIL", "H#": "SIL", "AX-H": "AX", "UX": "UW", "EL": "L", "EM": "M",
    "EN": "N", "NX": "N", "ENG": "NG", "HV": "HH", "WH": "W",
    "Q": "HH",  # glottal stop: an open throat is as near as it gets
})  # fmt: skip
"""Further names that dictionaries, aligners and TIMIT use."""
_STRESSED = re.compile(r"([A-Z#-]+)[0-2]?")
_LONGEST_NAME = 12


class SpokenPhoneme(NamedTuple):
    """One phoneme and when it is said.

    start_s, end_s: seconds from the first sample. phoneme: one of `PHONES`. confidence: 0..1.
    """

    start_s: float
    end_s: float
    phoneme: str
    confidence: float


def plain_phoneme(phoneme: str) -> str:
    """The name in `ARPABET` of a phoneme, such as AH for ``"ah0"``: upper or lower case, with or
    without a stress digit, aliases such as EM or SP resolved.

    Raises VisemeError if there is none.
    """
    found = _STRESSED.fullmatch(phoneme.strip().upper()) if isinstance(phoneme, str) else None
    name = found[1] if found else ""
    name = _ALIASES.get(name, name)
    if name not in ARPABET:
        shown = repr(phoneme)[: _LONGEST_NAME + 2]
        raise VisemeError(f"phoneme {shown}", f"is not in ARPAbet; known are {', '.join(ARPABET)}")
    return name


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
