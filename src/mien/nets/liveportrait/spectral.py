"""Spectral norm as older torch stores it, folded into plain weights.

Miyato et al., "Spectral Normalization for Generative Adversarial Networks", 2018: a weight is
divided by its largest singular value, estimated as u . (W v) with the vectors that training left.
"""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor

ORIGINAL, LEFT, RIGHT = "weight_orig", "weight_u", "weight_v"


def fold_spectral_norm(state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The same state with `weight` where there were `weight_orig`, `weight_u` and `weight_v`.

    All other entries stay, those already folded too. Raises ValueError, which lists the names,
    if a vector is missing, of another length than its weight, or leaves nothing to divide by.
    """
    prefixes = [key.removesuffix(ORIGINAL) for key in state if _is_original(key)]
    missing = [p + end for p in prefixes for end in (LEFT, RIGHT) if p + end not in state]
    if missing:
        raise ValueError(f"spectral norm without its vectors: {', '.join(sorted(missing))}")
    doubled = [p + "weight" for p in prefixes if p + "weight" in state]
    if doubled:
        raise ValueError(f"weights both plain and normalised: {', '.join(sorted(doubled))}")
    taken = {p + end for p in prefixes for end in (ORIGINAL, LEFT, RIGHT)}
    folded = {key: value for key, value in state.items() if key not in taken}
    return folded | {p + "weight": _folded(state, p) for p in prefixes}


def _is_original(key: str) -> bool:
    return key.rpartition(".")[2] == ORIGINAL


def _folded(state: Mapping[str, Tensor], prefix: str) -> Tensor:
    weight, left, right = (state[prefix + end] for end in (ORIGINAL, LEFT, RIGHT))
    if (
        weight.ndim < 2
        or left.shape != weight.shape[:1]
        or right.shape != weight[0].flatten().shape
    ):
        shapes = ", ".join(str(tuple(part.shape)) for part in (weight, left, right))
        raise ValueError(f"{prefix}weight cannot be folded: weight, u and v have shapes {shapes}")
    largest = torch.dot(left, torch.mv(weight.flatten(1), right))
    if not torch.isfinite(largest) or largest == 0:
        raise ValueError(f"{prefix}weight cannot be folded: u . (W v) is {float(largest)}")
    return weight / largest
