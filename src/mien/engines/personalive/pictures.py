"""Pictures as networks want them, and back."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn.functional import interpolate

from mien.types import Image

_CLIP_MEAN = (0.48145466, 0.4578275, 0.40821073)
_CLIP_SPREAD = (0.26862954, 0.26130258, 0.27577711)
"""Of the pictures that CLIP was taught with (Radford et al. 2021), RGB."""


def planes(pictures: Image, device: torch.device) -> Tensor:
    """(B, H, W, 3) -> (B, 3, H, W) on a device, -1 to 1."""
    levels = torch.tensor(pictures, device=device)
    return levels.permute(0, 3, 1, 2) / 127.5 - 1


def rows(pictures: Tensor) -> Image:
    """(B, 3, H, W), -1 to 1 and what is beyond cut off -> (B, H, W, 3)."""
    levels = pictures.float().add(1).mul(127.5).clamp(0, 255).round().to(torch.uint8)
    made: Image = levels.permute(0, 2, 3, 1).contiguous().cpu().numpy()
    return made


def resized(pictures: Tensor, side: int) -> Tensor:
    """(B, C, side, side), bilinearly; what becomes smaller than a half is smoothed first."""
    smoothed = min(pictures.shape[2:]) > 2 * side
    return interpolate(pictures, (side, side), mode="bilinear", antialias=smoothed)


def clip_pixels(picture: Tensor, side: int) -> Tensor:
    """A square picture (1, 3, H, W), -1 to 1, as CLIP's image encoder reads it: (1, 3, side, side)
    with the mean and spread that it knows."""
    small = interpolate(picture, (side, side), mode="bicubic", antialias=True)
    small = (small / 2 + 0.5).clamp(0, 1)
    mean, spread = (small.new_tensor(each).view(1, 3, 1, 1) for each in (_CLIP_MEAN, _CLIP_SPREAD))
    return (small - mean) / spread
