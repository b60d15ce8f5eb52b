"""Many measured values in a few figures."""

from __future__ import annotations

import statistics
from collections.abc import Sequence

import numpy as np

Figures = dict[str, float]


def distribution(values: Sequence[float], *, digits: int = 4) -> Figures:
    """Mean, median, standard deviation, extremes and percentiles 50, 95 and 99 of one or more
    values, in their own unit; a standard deviation of one value is 0."""
    low, high, highest = np.percentile(values, [50, 95, 99])
    figures = {
        "mean": statistics.fmean(values),
        "median": statistics.median(values),
        "stdev": statistics.stdev(values) if len(values) > 1 else 0.0,
        "min": min(values),
        "max": max(values),
        "p50": float(low),
        "p95": float(high),
        "p99": float(highest),
    }
    return {name: round(value, digits) for name, value in figures.items()}
