"""Least squares with amounts that are never negative."""

from __future__ import annotations

import numpy as np

from mien.types import Floats

_SWEEPS = 40


def amounts_of(rows: Floats, values: Floats) -> Floats:
    """(..., n) amounts >= 0 of the rows (n, m) that together come closest to values (..., m):
    coordinate descent (Franc et al. 2005), swept a fixed number of times. Rows of nothing get 0.
    """
    gram = rows @ rows.T
    wanted = np.moveaxis(np.asarray(values, np.float64) @ rows.T, -1, 0)
    amounts = np.zeros_like(wanted)
    told = np.flatnonzero(np.diag(gram))
    for _ in range(_SWEEPS):
        for index in told:
            short = wanted[index] - np.tensordot(gram[index], amounts, axes=1)
            amounts[index] = np.maximum(amounts[index] + short / gram[index, index], 0.0)
    return np.moveaxis(amounts, 0, -1)
