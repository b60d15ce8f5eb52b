"""From a place in the plane of valence and arousal to an expression."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from mien.checks import check_number
from mien.motion.expressions.expression import CoarseParameters, Expression
from mien.types import Floats

_LOCALITY = 4.0
"""Power of the distance: the larger, the more the nearest expression has to itself."""
_NEAREST = 1e-3
"""Distances below count as this one, so that expressions in the same place are averaged."""


def feeling(expressions: Mapping[str, Expression], valence: float, arousal: float) -> Expression:
    """The expression at a place of Russell's circumplex, -1..1 each way.

    A mean of all named expressions, weighed by inverse powers of their distance (Shepard 1968):
    smooth everywhere, and in a named expression's own place that expression. OptionError
    outside of -1..1.
    """
    for option, value in (("--valence", valence), ("--arousal", arousal)):
        check_number(option, value, -1, 1)
    named = list(expressions.values())
    share = _shares(np.array([(e.valence, e.arousal) for e in named]), valence, arousal)
    yaw, pitch, roll = share @ [e.angles for e in named]
    coarse = share @ [_numbers(e.coarse) for e in named]
    return Expression(
        name=f"valence {valence:g}, arousal {arousal:g}",
        description="a mean of the named expressions around this feeling",
        action_units=(),
        weights=(share @ np.stack([e.weights for e in named])).astype(np.float32),
        angles=(float(yaw), float(pitch), float(roll)),
        coarse=CoarseParameters(*map(float, coarse)),
        valence=valence,
        arousal=arousal,
        origin="blended",
    )


def _shares(places: Floats, valence: float, arousal: float) -> Floats:
    distance = np.linalg.norm(places - (valence, arousal), axis=1)
    share = np.maximum(distance, _NEAREST) ** -_LOCALITY
    return np.asarray(share / share.sum())


def _numbers(coarse: CoarseParameters) -> tuple[float, float, float, float]:
    return coarse.mouth, coarse.eyes, coarse.eyebrows, coarse.scale
