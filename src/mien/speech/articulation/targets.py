"""Where each sound wants the mouth, and how much it insists.

The shapes were tuned by eye on photographs, a painting and a drawing at 512 pixels, starting from
the Oculus visemes' usual ARKit recipes. A table to edit.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from types import MappingProxyType

from mien.speech.phonemes import SILENCE


class Contact(Enum):
    """What has to touch before a sound can be heard at all."""

    NONE = "none"
    LIPS = "lips"
    LIP_TO_TEETH = "lip to teeth"


@dataclass(frozen=True, slots=True)
class Target:
    """What one sound asks of the mouth.

    shapes: ARKit weights, a name without its side means both. glide: where a diphthong ends;
    empty for other sounds. jaw, lips, tongue: how much the sound insists on its own place
    against its neighbours' (1 = a clear vowel; near 0 it takes theirs). lead_s, lag_s: how long
    before its start and after its end the sound moves the lips.
    """

    shapes: Mapping[str, float] = field(default_factory=dict)
    glide: Mapping[str, float] = field(default_factory=dict)
    jaw: float = 0.5
    lips: float = 0.5
    tongue: float = 0.3
    lead_s: float = 0.09
    lag_s: float = 0.08
    contact: Contact = Contact.NONE


_SMALL_I = {"jawOpen": 0.10, "mouthStretch": 0.22, "mouthSmile": 0.16, "mouthLowerDown": 0.10,
            "mouthUpperUp": 0.05}  # fmt: skip
_SMALL_U = {"jawOpen": 0.08, "mouthPucker": 0.80, "mouthFunnel": 0.22}
_TIP = {"jawOpen": 0.10, "mouthLowerDown": 0.12}
_BACK = {"jawOpen": 0.15, "mouthLowerDown": 0.06}
_HISS = {"jawOpen": 0.035, "mouthStretch": 0.14, "mouthSmile": 0.10, "mouthLowerDown": 0.24,
         "mouthUpperUp": 0.14}  # fmt: skip
_HUSH = {"jawOpen": 0.05, "mouthFunnel": 0.55, "mouthPucker": 0.22, "mouthLowerDown": 0.06}
_OPEN_BACK = {"jawOpen": 0.44, "mouthLowerDown": 0.05}
_OPEN_MIDDLE = {"jawOpen": 0.30, "mouthLowerDown": 0.08}
_R = {"jawOpen": 0.12, "mouthFunnel": 0.30, "mouthPucker": 0.26}
_TEETH = {"jawOpen": 0.10, "mouthLowerDown": 0.10, "mouthUpperUp": 0.05, "tongueOut": 0.35}

_SILENT = Target(jaw=0.8, lips=0.6, lead_s=0.05, lag_s=0.05)
_TIP_STOP = Target(_TIP, jaw=0.75, lips=0.12, lead_s=0.05, lag_s=0.05)
_BACK_STOP = Target(_BACK, jaw=0.35, lips=0.06, lead_s=0.05, lag_s=0.05)
_SIBILANT = Target(_HISS, jaw=2.0, lips=0.45, lead_s=0.06, lag_s=0.05)
_HUSHING = Target(_HUSH, jaw=2.0, lips=1.0, lead_s=0.1, lag_s=0.07)
_BILABIAL = Target(jaw=0.8, lips=0.12, lead_s=0.06, lag_s=0.05, contact=Contact.LIPS)
_LABIODENTAL = Target(jaw=0.8, lips=0.15, lead_s=0.06, lag_s=0.05, contact=Contact.LIP_TO_TEETH)
_DENTAL = Target(_TEETH, jaw=0.9, lips=0.25, tongue=1.0, lead_s=0.06, lag_s=0.05)
_SCHWA = Target({"jawOpen": 0.18, "mouthLowerDown": 0.07}, jaw=0.6, lips=0.25)
_RHOTIC = Target(_R, jaw=0.6, lips=0.7, lead_s=0.1)

TARGETS: Mapping[str, Target] = MappingProxyType({
    SILENCE: _SILENT,
    # vowels, from open to close
    "AA": Target(_OPEN_BACK, jaw=1.0, lips=0.5),
    "AE": Target({"jawOpen": 0.38, "mouthStretch": 0.20, "mouthSmile": 0.06, "mouthLowerDown": 0.12,
                  "mouthUpperUp": 0.06}, jaw=1.0, lips=0.7),
    "AH": Target(_OPEN_MIDDLE, jaw=0.8, lips=0.35),
    "AO": Target({"jawOpen": 0.40, "mouthFunnel": 0.38, "mouthPucker": 0.18}, jaw=1.0, lips=0.9),
    "EH": Target({"jawOpen": 0.27, "mouthStretch": 0.18, "mouthSmile": 0.06, "mouthLowerDown": 0.12,
                  "mouthUpperUp": 0.04}, jaw=0.9, lips=0.6),
    "UH": Target({"jawOpen": 0.17, "mouthFunnel": 0.36, "mouthPucker": 0.26}, jaw=0.7, lips=0.8,
                 lead_s=0.11),
    "ER": _RHOTIC,
    "IH": Target({"jawOpen": 0.17, "mouthStretch": 0.16, "mouthSmile": 0.08, "mouthLowerDown": 0.1},
                 jaw=0.7, lips=0.5),
    "IY": Target({"jawOpen": 0.10, "mouthStretch": 0.30, "mouthSmile": 0.24, "mouthLowerDown": 0.14,
                  "mouthUpperUp": 0.07}, jaw=0.8, lips=0.9),
    "UW": Target({"jawOpen": 0.07, "mouthPucker": 0.92, "mouthFunnel": 0.24}, jaw=0.9, lips=1.3,
                 lead_s=0.12, lag_s=0.09),
    # diphthongs
    "AW": Target(_OPEN_BACK, _SMALL_U, jaw=1.0, lips=0.9),
    "AY": Target(_OPEN_BACK, _SMALL_I, jaw=1.0, lips=0.7),
    "EY": Target({"jawOpen": 0.24, "mouthStretch": 0.20, "mouthSmile": 0.10,
                  "mouthLowerDown": 0.12}, _SMALL_I, jaw=0.9, lips=0.8),
    "OW": Target({"jawOpen": 0.28, "mouthFunnel": 0.44, "mouthPucker": 0.26}, _SMALL_U, jaw=1.0,
                 lips=1.1, lead_s=0.11),
    "OY": Target({"jawOpen": 0.36, "mouthFunnel": 0.42, "mouthPucker": 0.2}, _SMALL_I, jaw=1.0,
                 lips=1.0, lead_s=0.11),
    # consonants, from the lips to the throat
    "P": _BILABIAL, "B": _BILABIAL, "M": _BILABIAL,
    "F": _LABIODENTAL, "V": _LABIODENTAL,
    "W": Target({"jawOpen": 0.04, "mouthPucker": 1.0, "mouthFunnel": 0.16}, jaw=0.9, lips=1.6,
                lead_s=0.12, lag_s=0.06),
    "TH": _DENTAL, "DH": _DENTAL,
    "T": _TIP_STOP, "D": _TIP_STOP, "N": _TIP_STOP,
    "L": Target({"jawOpen": 0.17, "mouthLowerDown": 0.12}, jaw=0.6, lips=0.15, lead_s=0.05,
                lag_s=0.05),
    "S": _SIBILANT, "Z": _SIBILANT,
    "SH": _HUSHING, "ZH": _HUSHING, "CH": _HUSHING, "JH": _HUSHING,
    "R": _RHOTIC,
    "Y": Target(_SMALL_I, jaw=0.7, lips=0.6),
    "K": _BACK_STOP, "G": _BACK_STOP, "NG": _BACK_STOP,
    "HH": Target({"jawOpen": 0.2}, jaw=0.1, lips=0.04, lead_s=0.03, lag_s=0.03),
    # reduced sounds that some dictionaries tell apart
    "AX": _SCHWA,
    "IX": Target({"jawOpen": 0.14, "mouthStretch": 0.10, "mouthLowerDown": 0.08}, jaw=0.6,
                 lips=0.25),
    "AXR": _RHOTIC,
    "DX": Target(_TIP, jaw=0.55, lips=0.08, lead_s=0.04, lag_s=0.04),
})  # fmt: skip
"""By the names in `ARPABET`."""

LIP_TO_TEETH_SHAPES = {"jawOpen": 0.06, "mouthRollLower": 0.60, "mouthUpperUp": 0.30}
"""The lower lip under the edge of the upper teeth."""
PRESSED_SHAPES = {"mouthPress": 0.20, "mouthRollLower": 0.12, "mouthRollUpper": 0.10}
"""Lips on each other."""
JAW_UNDER_CONTACT = 0.06
"""The jaw never hangs lower than this while something touches."""
