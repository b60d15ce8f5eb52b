"""The warping network in four pieces, so that each can have the precision that it needs.

    front   motion candidates as evidence    float32 always: coordinates
    middle  the hourglass and its two heads  any
    tail    deformation and sampling         float32 always: coordinates
    merge   what the generator sees          any, with the generator

Shapes: B batch, C channels, K keypoints, N = K + 1 motions with the background first, D H W.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

from mien.nets.liveportrait.reduced.deformation import deformation
from mien.nets.liveportrait.reduced.folding import fold_batch_norm
from mien.nets.liveportrait.reduced.hourglass import ReducedHourglass
from mien.nets.liveportrait.reduced.occlusion import TapsFirst
from mien.nets.liveportrait.reduced.spectrum import DepthSpectrum
from mien.nets.liveportrait.reduced.translation import heat_maps, translated
from mien.nets.liveportrait.warping import DenseMotionNetwork, WarpingNetwork, sample


class SourceSide(NamedTuple):
    """All that depends on the source alone.

    ``volume`` (1, C, D, H, W), ``compressed`` (1, 4, D, H, W), ``heat`` (1, K, D, H, W) around
    its ``keypoints`` (1, K, 3).
    """

    volume: Tensor
    compressed: Tensor
    heat: Tensor
    keypoints: Tensor


class Evidence(nn.Module):
    """`front`: for each motion its heat and the compressed volume moved by it."""

    def forward(
        self, compressed_1CDHW: Tensor, heat_1KDHW: Tensor, source_1K3: Tensor, driving_BK3: Tensor
    ) -> Tensor:
        moved = translated(compressed_1CDHW[0], offsets(source_1K3, driving_BK3))
        heat = heat_maps(driving_BK3, tuple(compressed_1CDHW.shape[2:])) - heat_1KDHW
        heat_BNDHW = functional.pad(heat, (0, 0, 0, 0, 0, 0, 1, 0))
        return torch.cat((heat_BNDHW[:, :, None], moved), dim=2).flatten(1, 2)


class Weighing(nn.Module):
    """`middle`: (B, N (1 + 4), D, H, W) -> logits of mask (B, N, D, H, W) and occlusion
    (B, 1, H, W)."""

    def __init__(self, plain: DenseMotionNetwork, depth: int) -> None:
        super().__init__()
        self.hourglass = ReducedHourglass(plain.hourglass)
        self.mask = DepthSpectrum(plain.mask, depth)
        self.occlusion = TapsFirst(plain.occlusion)

    def forward(self, evidence_BCDHW: Tensor) -> tuple[Tensor, Tensor]:
        seen_BCDHW = self.hourglass(evidence_BCDHW)
        return self.mask(seen_BCDHW), self.occlusion(seen_BCDHW.flatten(1, 2))


class Bending(nn.Module):
    """`tail`: the volume of the source where the mask says, flat (B, C D, H, W), and the
    occlusion (B, 1, H, W) as a share."""

    def forward(
        self,
        volume_1CDHW: Tensor,
        mask_BNDHW: Tensor,
        occlusion_B1HW: Tensor,
        source_1K3: Tensor,
        driving_BK3: Tensor,
    ) -> tuple[Tensor, Tensor]:
        where = deformation(mask_BNDHW.softmax(dim=1), offsets(source_1K3, driving_BK3))
        volume = volume_1CDHW.expand(len(where), -1, -1, -1, -1)
        return sample(volume, where).flatten(1, 2), occlusion_B1HW.sigmoid()


class Merging(nn.Module):
    """`merge`: the bent volume (B, C D, H, W) and its occlusion -> (B, 256, H, W)."""

    def __init__(self, plain: WarpingNetwork) -> None:
        super().__init__()
        self.third = fold_batch_norm(plain.third.conv, plain.third.norm)
        self.fourth = plain.fourth

    def forward(self, flat_BCHW: Tensor, occlusion_B1HW: Tensor) -> Tensor:
        merged: Tensor = self.fourth(functional.leaky_relu(self.third(flat_BCHW)))
        return merged * occlusion_B1HW


class ReducedWarping(nn.Module):
    """The same result as the plain network in 214 of its 342 GFLOP."""

    def __init__(self, plain: WarpingNetwork, depth: int) -> None:
        super().__init__()
        dense = plain.dense_motion_network
        self.compress = fold_batch_norm(dense.compress, dense.norm)
        self.front = Evidence()
        self.middle = Weighing(dense, depth)
        self.tail = Bending()
        self.merge = Merging(plain)

    def source_side(self, volume_1CDHW: Tensor, keypoints_1K3: Tensor) -> SourceSide:
        """Once per source."""
        compressed = functional.relu(self.compress(volume_1CDHW))
        heat = heat_maps(keypoints_1K3, tuple(volume_1CDHW.shape[2:]))
        return SourceSide(volume_1CDHW, compressed, heat, keypoints_1K3)

    def forward(self, source: SourceSide, driving_BK3: Tensor) -> Tensor:
        """(B, 256, H, W), the generator's input; all in one precision."""
        points = (source.keypoints, driving_BK3)
        mask, occlusion = self.middle(self.front(source.compressed, source.heat, *points))
        return self.merge(*self.tail(source.volume, mask, occlusion, *points))


def reduce_warping(plain: WarpingNetwork) -> ReducedWarping:
    """From a plain network with weights, in evaluation mode; shares what it need not change."""
    dense = plain.dense_motion_network
    depth = plain.third.conv.in_channels // dense.compress.in_channels
    with torch.no_grad():
        reduced = ReducedWarping(plain, depth)
    reduced.eval()
    return reduced


def offsets(source_1K3: Tensor, driving_BK3: Tensor) -> Tensor:
    """(B, N, 3) what each motion adds to a place; the background stays."""
    return functional.pad(source_1K3 - driving_BK3, (0, 0, 1, 0))
