"""Utterances with the times of their phones, kept in one .npz file per voice.

A phone is a number into PHONES; UNKNOWN marks sound that training leaves out of its loss.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from mien.speech.phonemes import PHONES

RATE = 16_000
VISEME_OF = {
    "SIL": "sil", "AA": "aa", "AE": "aa", "AH": "aa", "AO": "oh", "AW": "aa", "AY": "aa",
    "EH": "E", "ER": "RR", "EY": "E", "IH": "ih", "IY": "ih", "OW": "oh", "OY": "oh", "UH": "ou",
    "UW": "ou", "B": "PP", "P": "PP", "M": "PP", "F": "FF", "V": "FF", "TH": "TH", "DH": "TH",
    "T": "DD", "D": "DD", "K": "kk", "G": "kk", "CH": "CH", "JH": "CH", "SH": "CH", "ZH": "CH",
    "S": "SS", "Z": "SS", "N": "nn", "L": "nn", "NG": "kk", "R": "RR", "W": "ou", "Y": "ih",
    "HH": "kk",
}  # fmt: skip
"""Oculus viseme of every phoneme in `PHONES`."""
UNKNOWN = 255
NUMBER = {phone: n for n, phone in enumerate(PHONES)}
NUMBER |= {"AX": NUMBER["AH"], "IX": NUMBER["IH"], "AXR": NUMBER["ER"], "DX": NUMBER["D"]}
NUMBER |= {"PAU": 0, "BRTH": 0, "#": 0, "H#": 0, "HV": NUMBER["HH"], "EL": NUMBER["L"]}
NUMBER |= {"EM": NUMBER["M"], "EN": NUMBER["N"], "NX": NUMBER["N"], "SSIL": 0}


@dataclass(frozen=True, slots=True)
class Utterance:
    """Samples (S,) int16 at 16 kHz; ``ends`` (N,) seconds and ``phones`` (N,) of its segments."""

    samples: np.ndarray
    ends: np.ndarray
    phones: np.ndarray


def utterance(samples: np.ndarray, segments: Sequence[tuple[float, str]]) -> Utterance:
    """Of segments (end in seconds, name of the phone); an unknown name becomes UNKNOWN."""
    ends = np.array([end for end, _ in segments], np.float32)
    phones = np.array([NUMBER.get(name.upper(), UNKNOWN) for _, name in segments], np.uint8)
    return Utterance(samples.astype(np.int16), ends, phones)


def write(path: Path, utterances: Sequence[Utterance]) -> None:
    """All utterances of a voice in one file."""
    np.savez(
        path,
        samples=np.concatenate([u.samples for u in utterances]),
        lengths=np.array([len(u.samples) for u in utterances]),
        ends=np.concatenate([u.ends for u in utterances]),
        phones=np.concatenate([u.phones for u in utterances]),
        counts=np.array([len(u.ends) for u in utterances]),
    )


def read(path: Path) -> Iterator[Utterance]:
    """The utterances of a file, in their order."""
    kept = np.load(path)
    samples, ends, phones = kept["samples"], kept["ends"], kept["phones"]
    at = first = 0
    for length, count in zip(kept["lengths"], kept["counts"], strict=True):
        last = first + count
        yield Utterance(samples[at : at + length], ends[first:last], phones[first:last])
        at, first = at + length, last
