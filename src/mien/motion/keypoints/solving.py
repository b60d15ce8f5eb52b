"""Least squares with amounts that are never negative."""

from __future__ import annotations

import numpy as np

from mien.types import Floats

_SWEEPS = 40


def amounts_of(rows: Floats, values: Floats) -> Floats:
    """(..., n) amounts >= 0 of the rows (n, m) that together come closest to values (..., m):
    coordinate descent (Franc et al. 2005), swept a fixed number of times. Rows of nothing get 0.
    """
    values = np.asarray(values, np.float64)
    gram, wanted = rows @ rows.T, rows @ values.reshape(-1, rows.shape[1]).T
    amounts = np.zeros_like(wanted)
    told = np.flatnonzero(np.diag(gram))
    for _ in range(_SWEEPS):
        for index in told:
            step = (wanted[index] - gram[index] @ amounts) / gram[index, index]
            amounts[index] = np.maximum(amounts[index] + step, 0.0)
    return np.asarray(amounts.T.reshape(*values.shape[:-1], len(rows)))
