"""How exactly each part of the arithmetic is done, and what the words for it mean."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Number = Literal["fp32", "fp16", "bf16"]


@dataclass(frozen=True, slots=True)
class Plan:
    """The precision of the warping network's hourglass (``middle``) and of the generator
    (``paint``). Coordinates, sampling, softmax and the other networks are always float32: in
    half precision the deformation is off by several hundredths of the canvas.

    ``int8``: whether the convolutions that make gains and offsets of the generator's norms, two
    fifths of its arithmetic, are done in whole numbers.
    """

    middle: Number = "fp32"
    paint: Number = "fp32"
    int8: bool = False

    @property
    def exact(self) -> bool:
        """Whether nothing is given for speed."""
        return self == EXACT


EXACT = Plan()


def plan_of(tier: str, half: Number) -> Plan:
    """What ``exact``, ``balanced``, ``fast`` and ``turbo`` mean where ``half`` is the fast kind
    of number."""
    plans = {
        "exact": EXACT,
        "balanced": Plan(paint=half),
        "fast": Plan(half, half),
        "turbo": Plan(half, half, int8=True),
    }
    return plans[tier]
