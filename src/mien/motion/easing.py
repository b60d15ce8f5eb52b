"""The curve by which one number goes from one value to another."""

from __future__ import annotations


def eased(t: float) -> float:
    """0 up to ``t`` = 0, 1 from ``t`` = 1 on, at rest at both: the cubic smoothstep, for one
    number much faster than :func:`mien.motion.fields.smoothstep`."""
    t = min(max(t, 0.0), 1.0)
    return t * t * (3.0 - 2.0 * t)
