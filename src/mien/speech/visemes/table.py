"""The table of mouth shapes, ``visemes.toml``, checked as it is loaded."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any

import numpy as np

from mien.errors import VisemeError
from mien.motion.arkit import SHAPE_INDEX, shape_weights
from mien.speech.phonemes import plain_phoneme
from mien.speech.visemes.shapes import CUES, VISEMES, CueName, Viseme, VisemeName
from mien.types import Floats

_CLOSURES: Mapping[str, float] = {"PP": 1.0, "FF": 0.5}
_LONGEST_NAME = 12


def phoneme_to_viseme(phoneme: str) -> Viseme:
    """What the mouth does for an ARPAbet phoneme.

    ``phoneme``: one of 44 (the 39 of American English, AX, IX, AXR, DX and SIL) or an alias such
    as EM or SP; upper or lower case, with or without a stress digit, as in ``"AH0"``. The result's
    arrays have shapes (3,) and (52,) and hold 0..1, see `Viseme`.

    Raises VisemeError for anything else.
    """
    return viseme_table().phonemes[plain_phoneme(phoneme)]


def viseme_blendshapes(viseme: str) -> Floats:
    """(52,) float32, read-only, 0..1: ARKit's blendshapes of a viseme of Oculus.

    Raises VisemeError for other names.
    """
    return viseme_table().blendshapes[known_viseme(viseme)]


def known_viseme(viseme: str) -> VisemeName:
    """The name itself; VisemeError if it is none of the fifteen."""
    for known in VISEMES:
        if known == viseme:
            return known
    shown = repr(viseme)[: _LONGEST_NAME + 2]
    raise VisemeError(f"viseme {shown}", f"is unknown; known are {', '.join(VISEMES)}")


@dataclass(frozen=True, slots=True)
class VisemeTable:
    """phonemes: by their plain names, see `plain_phoneme`. blendshapes: by viseme."""

    phonemes: Mapping[str, Viseme]
    blendshapes: Mapping[VisemeName, Floats]


@cache
def viseme_table() -> VisemeTable:
    """The built-in table."""
    text = files("mien.speech.visemes").joinpath("visemes.toml").read_text(encoding="utf-8")
    return parse_viseme_table(text)


def parse_viseme_table(text: str) -> VisemeTable:
    """A table from its text; ValueError names the entry that is wrong."""
    tables = tomllib.loads(text)
    weights = tables["visemes"]
    _check(set(weights) == set(VISEMES), "visemes", "are not the fifteen")
    blendshapes = {name: _blendshapes(name, weights[name]) for name in VISEMES}
    phonemes = {
        name: _viseme(name, entry, blendshapes) for name, entry in tables["phonemes"].items()
    }
    return VisemeTable(MappingProxyType(phonemes), MappingProxyType(blendshapes))


def _viseme(name: str, entry: dict[str, Any], blendshapes: Mapping[VisemeName, Floats]) -> Viseme:
    glides = {"end", "end_cue"} & set(entry)
    _check(len(glides) in (0, 2), name, "has only one of end and end_cue")
    _check(set(entry) == {"viseme", "mouth", "cue"} | glides, name, "lacks a key or has another")
    _check(entry["viseme"] in blendshapes, name, "has no viseme of Oculus")
    viseme: VisemeName = entry["viseme"]
    return Viseme(
        name=viseme,
        mouth=_mouth(name, entry["mouth"]),
        end=_mouth(name, entry["end"]) if glides else None,
        closure=_CLOSURES.get(viseme, 0.0),
        blendshapes=blendshapes[viseme],
        cue=_cue(name, entry["cue"]),
        end_cue=_cue(name, entry["end_cue"]) if glides else None,
    )


def _mouth(name: str, values: list[float]) -> Floats:
    _check(len(values) == 3 and all(0 <= v <= 1 for v in values), name, "is not three of 0 to 1")
    return _frozen(np.array(values, np.float32))


def _blendshapes(name: str, weights: dict[str, float]) -> Floats:
    for shape, weight in weights.items():
        _check(shape in SHAPE_INDEX or f"{shape}Left" in SHAPE_INDEX, name, f"has no {shape}")
        _check(0 <= weight <= 1, name, f"has {shape} outside 0 to 1")
    return _frozen(shape_weights(weights))


def _cue(name: str, cue: str) -> CueName:
    for known in CUES:
        if known == cue:
            return known
    raise ValueError(f"visemes.toml: {name} has no mouth shape of Rhubarb")


def _frozen(values: Floats) -> Floats:
    values.flags.writeable = False
    return values


def _check(holds: bool, name: str, problem: str) -> None:
    if not holds:
        raise ValueError(f"visemes.toml: {name} {problem}")
