"""The arithmetic of Wav2Vec2 (Baevski et al. 2020) in numpy."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]


def gelu(x: Array) -> Array:
    """x * Phi(x), with erf to 1.5e-7 (Abramowitz and Stegun 7.1.26)."""
    z = np.abs(x) * np.float32(np.sqrt(0.5))
    t = 1.0 / (1.0 + 0.3275911 * z)
    powers = t * (
        0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429)))
    )
    erf = np.sign(x) * (1.0 - powers * np.exp(-z * z))
    return np.asarray(0.5 * x * (1.0 + erf), np.float32)


def layer_norm(x: Array, weight: Array, bias: Array, epsilon: float) -> Array:
    """Over the last axis."""
    centred = x - x.mean(axis=-1, keepdims=True)
    variance = (centred**2).mean(axis=-1, keepdims=True)
    return np.asarray(centred / np.sqrt(variance + epsilon) * weight + bias, np.float32)


def convolution(
    x: Array, weight: Array, bias: Array | None = None, *, stride: int = 1, groups: int = 1
) -> Array:
    """(time, in) to (time, out), without padding; weight (out, in / groups, kernel)."""
    out, _, kernel = weight.shape
    windows = np.lib.stride_tricks.sliding_window_view(x, kernel, axis=0)[::stride]
    parts = [
        part.reshape(len(windows), -1) @ taps.reshape(out // groups, -1).T
        for part, taps in zip(
            np.split(windows, groups, axis=1), np.split(weight, groups), strict=True
        )
    ]
    made = np.concatenate(parts, axis=1)
    return np.asarray(made if bias is None else made + bias, np.float32)


def attention(queries: Array, keys: Array, values: Array, heads: int) -> Array:
    """(time, width) each; softmax(q k / sqrt(d)) v in every head."""
    count, width = queries.shape
    size = width // heads
    q, k, v = (
        part.reshape(count, heads, size).transpose(1, 0, 2) for part in (queries, keys, values)
    )
    scores = q @ k.transpose(0, 2, 1) / np.float32(np.sqrt(size))
    scores = np.exp(scores - scores.max(axis=-1, keepdims=True))
    scores /= scores.sum(axis=-1, keepdims=True)
    return np.ascontiguousarray((scores @ v).transpose(1, 0, 2)).reshape(count, width)
