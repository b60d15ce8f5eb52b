"""Least squares with amounts that are never negative."""

from __future__ import annotations

import numpy as np

from mien.types import Floats

_SWEEPS = 60


def amounts_of(rows: Floats, values: Floats, ridge: float) -> Floats:
    """(..., n) amounts >= 0 of the rows (n, m) that together come closest to values (..., m).

    ridge: penalty of an amount, as a share of its row's own square. Coordinate descent (Franc et
    al. 2005), swept a fixed number of times, so that all frames cost the same.
    """
    gram = rows @ rows.T
    gram = gram + ridge * np.diag(np.diag(gram))
    wanted = np.moveaxis(np.asarray(values, np.float64) @ rows.T, -1, 0)
    amounts = np.zeros_like(wanted)
    for _ in range(_SWEEPS):
        for index, own in enumerate(gram):
            short = wanted[index] - np.tensordot(own, amounts, 1)
            amounts[index] = np.maximum(amounts[index] + short / own[index], 0.0)
    return np.moveaxis(amounts, 0, -1)
