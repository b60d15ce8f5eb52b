"""Both networks that make a picture, as one, for those who write graphs to files."""

from __future__ import annotations

from torch import Tensor, nn

from mien.nets.liveportrait.generator import SpadeGenerator
from mien.nets.liveportrait.reduced.generator import reduce_generator
from mien.nets.liveportrait.reduced.warping import reduce_warping
from mien.nets.liveportrait.warping import WarpingNetwork


class Painting(nn.Module):
    """From the volume (1, C, D, H, W) and the keypoints (1, K, 3) of driver and source to the
    picture (1, 3, 512, 512)."""

    def __init__(self, warping: WarpingNetwork, generator: SpadeGenerator) -> None:
        super().__init__()
        self.warping, self.generator = reduce_warping(warping), reduce_generator(generator)

    def forward(self, volume_1CDHW: Tensor, driving_1K3: Tensor, source_1K3: Tensor) -> Tensor:
        source = self.warping.source_side(volume_1CDHW, source_1K3)
        picture_13HW: Tensor = self.generator(self.warping(source, driving_1K3))
        return picture_13HW
