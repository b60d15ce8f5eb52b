"""How a portrait's own expression gives way in the course of a motion that was recorded."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from mien.motion.arkit import BLENDSHAPES
from mien.motion.fields import smoothstep
from mien.types import Floats

_FROWN = 1.6
_COUNTS = np.array([
    _FROWN if name.startswith("mouthFrown") else float(name.startswith(("mouth", "jaw")))
    for name in BLENDSHAPES
])  # fmt: skip
"""(52,): what replaces a portrait's expression, which is one of its mouth, and a smile more often
than not: a frown does not go with that."""
_FAINT, _CLEAR = 0.4, 1.2
"""Sums of the lower face's weights: below the first nothing is replaced, from the second on all.
Blinks, read from keypoints, come with a mouth of .3 to .5, a wink with .9, a laugh with 2.6."""
_EASE_S = 0.25
"""Half the time that giving way takes: a smile that is replaced must not pop."""
_BACK_S = 4.0
"""How long it takes to come back: a smile must not flash up between two words."""


def own_shares(blendshapes: Floats, rate: Fraction) -> Floats:
    """(n,) float32 ``own_expression`` for frames of blendshapes (n, 52) at ``rate``.

    It gives way as far as the motion has an expression of the mouth to put in its place, gently
    even where that comes at once, and comes back slowly. The first frame keeps its own share.
    """
    activity = blendshapes @ _COUNTS
    shares = 1.0 - smoothstep(activity, _FAINT, _CLEAR)
    reach = max(1, round(_EASE_S * rate))
    window = np.hanning(2 * reach + 3)[1:-1]
    around = sliding_window_view(np.pad(shares, reach, mode="edge"), 2 * reach + 1)
    eased = around @ (window / window.sum())
    start = shares[0] * (1.0 - np.arange(len(shares)) / reach)
    eased = np.clip(np.maximum(eased, start), 0.0, 1.0)
    # rises by no more than a step a frame: the smallest of what came before plus the steps since
    steps = np.arange(len(eased)) / float(_BACK_S * rate)
    return np.asarray(np.minimum.accumulate(eased - steps) + steps, np.float32)
