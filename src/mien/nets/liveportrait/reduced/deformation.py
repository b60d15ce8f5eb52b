"""Where the bent volume is read, without a field per motion."""

from __future__ import annotations

from torch import Tensor

from mien.nets.liveportrait.warping import canvas_grid


def deformation(mask_BNDHW: Tensor, offsets_BN3: Tensor) -> Tensor:
    """(B, D, H, W, 3) the motions place + offset, weighed by a mask: since it sums to 1, that is
    the place plus the weighed offsets, one small matrix product."""
    sizes = mask_BNDHW.shape[2:]
    mixed_BX3 = mask_BNDHW.flatten(2).transpose(1, 2) @ offsets_BN3
    return canvas_grid(sizes, like=offsets_BN3) + mixed_BX3.unflatten(1, sizes)
