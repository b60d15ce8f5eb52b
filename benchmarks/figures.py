"""Medians and 95th percentiles."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

Summary = dict[str, float]


def summary(values: Sequence[float], unit: str, *, scale: float = 1.0) -> Summary:
    """``median_<unit>`` and ``p95_<unit>`` of values times ``scale``, to three digits."""
    low, high = np.percentile(np.asarray(values) * scale, [50, 95])
    return {f"median_{unit}": round(float(low), 3), f"p95_{unit}": round(float(high), 3)}
