"""W: bends the volume of a portrait from its keypoints to driven ones.

Wang et al. 2021, section 3.2: each keypoint proposes one motion for all of space, a network weighs
the proposals at each place. Keypoints, and with them every coordinate, should be float32 also when
the network is not: half precision moves the deformation by several hundredths of the canvas.
"""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

from mien.nets.liveportrait.conv_norm import ConvNorm2d, ConvNorm3d
from mien.nets.liveportrait.params import WarpingParams

KEYPOINT_VARIANCE = 0.01
KEEP_DEPTH = (1, 2, 2)


class DenseMotion(NamedTuple):
    """Where each place of the bent volume comes from, and how much of it is seen."""

    deformation: Tensor
    mask: Tensor
    occlusion: Tensor


class Warped(NamedTuple):
    """`out` (B, 256, H, W) for the generator; `occlusion` (B, 1, H, W) 0..1;
    `deformation` (B, D, H, W, 3) canvas units; `mask` (B, 22, D, H, W), 1 over its 22."""

    out: Tensor
    occlusion: Tensor
    deformation: Tensor
    mask: Tensor


def canvas_grid(size: torch.Size, like: Tensor) -> Tensor:
    """Coordinates (x, y, z) of a volume of size (D, H, W), ends at -1 and 1: (D, H, W, 3)."""
    axes = [
        2 * torch.arange(length, dtype=like.dtype, device=like.device) / (length - 1) - 1
        for length in size
    ]
    z_DHW, y_DHW, x_DHW = torch.meshgrid(*axes, indexing="ij")
    return torch.stack((x_DHW, y_DHW, z_DHW), dim=-1)


def sample(volume_BCDHW: Tensor, grid_BDHW3: Tensor) -> Tensor:
    """The volume at these coordinates, trilinear in the precision of the grid, 0 outside.

    Corners are not aligned although the grid's ends are, so that the plain grid is no identity:
    the networks were trained that way.
    """
    sampled_BCDHW = functional.grid_sample(
        volume_BCDHW.to(grid_BDHW3.dtype), grid_BDHW3, align_corners=False
    )
    return sampled_BCDHW.to(volume_BCDHW.dtype)


def proposed_motions(grid_DHW3: Tensor, source_BK3: Tensor, driving_BK3: Tensor) -> Tensor:
    """Where each place came from if all of space moved with one keypoint: (B, N, D, H, W, 3)."""
    shift_BK3 = source_BK3 - driving_BK3
    shift_BN3 = functional.pad(shift_BK3, (0, 0, 1, 0))
    return grid_DHW3 + shift_BN3[:, :, None, None, None, :]


def heatmaps(grid_DHW3: Tensor, keypoints_BK3: Tensor) -> Tensor:
    """A Gaussian around each keypoint: (B, K, D, H, W)."""
    offset_BKDHW3 = grid_DHW3 - keypoints_BK3[:, :, None, None, None, :]
    return torch.exp(-0.5 / KEYPOINT_VARIANCE * offset_BKDHW3.square().sum(dim=-1))


def halved(x_BCDHW: Tensor) -> Tensor:
    """Half as high and wide; by a 2-D pool, since torch has no 3-D one for bfloat16 on CPUs."""
    flat_BCHW = functional.avg_pool2d(x_BCDHW.flatten(1, 2), 2)
    return flat_BCHW.unflatten(1, x_BCDHW.shape[1:3])


class Encoder(nn.Module):
    """Halves height and width at each step; keeps what it saw at every size, largest first."""

    def __init__(self, widths: tuple[int, ...]) -> None:
        super().__init__()
        self.down_blocks = nn.ModuleList(ConvNorm3d(*pair) for pair in pairwise(widths))

    def forward(self, x_BCDHW: Tensor) -> list[Tensor]:
        sizes = [x_BCDHW]
        for block in self.down_blocks:
            sizes.append(halved(functional.relu(block(sizes[-1]))))
        return sizes


class Decoder(nn.Module):
    """Doubles height and width at each step and adds what the encoder saw at that size."""

    def __init__(self, encoder_widths: tuple[int, ...], decoder_widths: tuple[int, ...]) -> None:
        super().__init__()
        skipped = (0, *reversed(encoder_widths[1:-1]))
        ins = (encoder_widths[-1], *decoder_widths[:-1])
        self.up_blocks = nn.ModuleList(
            ConvNorm3d(below + skip, out)
            for below, skip, out in zip(ins, skipped, decoder_widths, strict=True)
        )
        self.out_channels = decoder_widths[-1] + encoder_widths[0]
        self.conv = nn.Conv3d(self.out_channels, self.out_channels, kernel_size=3, padding=1)
        self.norm = nn.BatchNorm3d(self.out_channels)

    def forward(self, sizes: list[Tensor]) -> Tensor:
        *skips, x_BCDHW = sizes
        for block, skip_BCDHW in zip(self.up_blocks, reversed(skips), strict=True):
            doubled_BCDHW = functional.interpolate(x_BCDHW, scale_factor=KEEP_DEPTH)
            x_BCDHW = functional.relu(block(doubled_BCDHW))
            x_BCDHW = torch.cat((x_BCDHW, skip_BCDHW), dim=1)
        return functional.relu(self.norm(self.conv(x_BCDHW)))


class Hourglass(nn.Module):
    """(B, in, D, H, W) -> (B, `out_channels`, D, H, W)."""

    def __init__(self, in_channels: int, params: WarpingParams) -> None:
        super().__init__()
        widths = (in_channels, *params.encoder_widths)
        self.encoder = Encoder(widths)
        self.decoder = Decoder(widths, params.decoder_widths)
        self.out_channels = self.decoder.out_channels

    def forward(self, x_BCDHW: Tensor) -> Tensor:
        return self.decoder(self.encoder(x_BCDHW))


class DenseMotionNetwork(nn.Module):
    """Weighs the motions which the keypoints propose."""

    def __init__(self, params: WarpingParams) -> None:
        super().__init__()
        num_motions = params.num_keypoints + 1
        channels = params.compressed_channels
        self.compress = nn.Conv3d(params.volume_channels, channels, kernel_size=1)
        self.norm = nn.BatchNorm3d(channels)
        self.hourglass = Hourglass(num_motions * (1 + channels), params)
        seen = self.hourglass.out_channels
        self.mask = nn.Conv3d(seen, num_motions, kernel_size=7, padding=3)
        self.occlusion = nn.Conv2d(seen * params.volume_depth, 1, kernel_size=7, padding=3)

    def forward(self, volume_BCDHW: Tensor, source_BK3: Tensor, driving_BK3: Tensor) -> DenseMotion:
        grid_DHW3 = canvas_grid(volume_BCDHW.shape[2:], like=driving_BK3)
        motions_BNDHW3 = proposed_motions(grid_DHW3, source_BK3, driving_BK3)
        heat_BKDHW = heatmaps(grid_DHW3, driving_BK3) - heatmaps(grid_DHW3, source_BK3)
        seen_BCDHW = self.hourglass(self._evidence(volume_BCDHW, motions_BNDHW3, heat_BKDHW))
        mask_BNDHW = self.mask(seen_BCDHW).softmax(dim=1, dtype=driving_BK3.dtype)
        occlusion_B1HW = self.occlusion(seen_BCDHW.flatten(1, 2)).sigmoid()
        deformation_BDHW3 = (mask_BNDHW[..., None] * motions_BNDHW3).sum(dim=1)
        return DenseMotion(deformation_BDHW3, mask_BNDHW, occlusion_B1HW)

    def _evidence(self, volume_BCDHW: Tensor, motions_BNDHW3: Tensor, heat_BKDHW: Tensor) -> Tensor:
        """For each motion its heat and the compressed volume moved by it: (B, N * 5, D, H, W)."""
        num_motions = motions_BNDHW3.shape[1]
        compressed_BCDHW = functional.relu(self.norm(self.compress(volume_BCDHW)))
        copies_XCDHW = compressed_BCDHW.repeat_interleave(num_motions, dim=0)
        moved_XCDHW = sample(copies_XCDHW, motions_BNDHW3.flatten(0, 1))
        moved_BNCDHW = moved_XCDHW.unflatten(0, (-1, num_motions))
        heat_BNDHW = functional.pad(heat_BKDHW, (0, 0, 0, 0, 0, 0, 1, 0))
        heat_BN1DHW = heat_BNDHW[:, :, None].to(moved_BNCDHW.dtype)
        return torch.cat((heat_BN1DHW, moved_BNCDHW), dim=2).flatten(1, 2)


class WarpingNetwork(nn.Module):
    """(volume (B, 32, D, H, W), keypoints of source and driver (B, 21, 3)) -> `Warped`."""

    def __init__(self, params: WarpingParams) -> None:
        super().__init__()
        self.dense_motion_network = DenseMotionNetwork(params)
        flat_channels = params.volume_channels * params.volume_depth
        self.third = ConvNorm2d(flat_channels, params.out_channels)
        self.fourth = nn.Conv2d(params.out_channels, params.out_channels, kernel_size=1)

    def forward(self, feature: Tensor, kp_source: Tensor, kp_driving: Tensor) -> Warped:
        motion = self.dense_motion_network(feature, kp_source, kp_driving)
        flat_BCHW = sample(feature, motion.deformation).flatten(1, 2)
        out_BCHW = self.fourth(functional.leaky_relu(self.third(flat_BCHW)))
        return Warped(
            out=out_BCHW * motion.occlusion,
            occlusion=motion.occlusion,
            deformation=motion.deformation,
            mask=motion.mask,
        )
