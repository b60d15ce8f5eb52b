"""Limits that are approached and not run into."""

from __future__ import annotations

import numpy as np


def ease_to(value: float, free: float, limit: float) -> float:
    """The value itself up to ``free`` either way from 0, then approaching ``limit`` with a
    continuous slope; 0 <= free < limit."""
    beyond = abs(value) - free
    if beyond <= 0:
        return value
    room = limit - free
    return float(np.sign(value) * (free + room * np.tanh(beyond / room)))
