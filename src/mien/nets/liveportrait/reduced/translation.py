"""The motion candidates of the warping network are translations, so everything about them is an
outer product of three 1-D functions: heat maps, and the trilinear copies of the source volume.

Shapes: B batch, K motions, C channels, D H W the volume's sides, N M sides in general.
"""

from __future__ import annotations

import torch
from torch import Tensor

from mien.nets.liveportrait.warping import KEYPOINT_VARIANCE


def places(size: int, like: Tensor) -> Tensor:
    """(N,) where the cells of an axis lie on the canvas: -1 to 1, both ends included."""
    return torch.linspace(-1, 1, size, dtype=like.dtype, device=like.device)


def heat_maps(points_BK3: Tensor, sizes_DHW: tuple[int, int, int]) -> Tensor:
    """(B, K, D, H, W) exp(-|place - point|^2 / (2 variance)): a product over the axes."""
    x, y, z = points_BK3.unbind(-1)
    heat_BKD, heat_BKH, heat_BKW = (
        torch.exp((places(size, at) - at[..., None]) ** 2 * (-0.5 / KEYPOINT_VARIANCE))
        for at, size in zip((z, y, x), sizes_DHW, strict=True)
    )
    plane_BKHW = heat_BKH[..., :, None] * heat_BKW[..., None, :]
    return heat_BKD[..., None, None] * plane_BKHW[:, :, None]


def translated(volume_CDHW: Tensor, shifts_BK3: Tensor) -> Tensor:
    """(B, K, C, D, H, W) copies: what grid sampling gives at every place plus the shift (x, y, z
    in canvas units), trilinear, zeros outside, align_corners=False."""
    _, depth, height, width = volume_CDHW.shape
    x, y, z = shifts_BK3.unbind(-1)
    along_x = _hat_matrix(x, width)
    along_y = _hat_matrix(y, height)
    along_z = _hat_matrix(z, depth)
    copies = volume_CDHW @ along_x.transpose(-1, -2)[:, :, None, None]
    copies = along_y[:, :, None, None] @ copies
    flat = along_z[:, :, None] @ copies.flatten(-2)
    return flat.unflatten(-1, (height, width))


def _hat_matrix(shifts_BK: Tensor, size: int) -> Tensor:
    """(B, K, N, M) how much of cell m the n-th sample takes along one axis.

    Linear interpolation between neighbours is a hat function of the distance; what falls outside
    has no column, which is the zero padding. Half a cell is what align_corners=False puts between
    the ends of the canvas and the outermost samples, while the places include both ends.
    """
    cells = torch.arange(size, dtype=shifts_BK.dtype, device=shifts_BK.device)
    at_BKN = cells * (size / (size - 1)) + shifts_BK[..., None] * (size / 2) - 0.5
    return torch.clamp(1 - torch.abs(at_BKN[..., None] - cells), min=0)
