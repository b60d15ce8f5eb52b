"""The generator with every reduction of `spade`."""

from __future__ import annotations

from typing import cast

import torch
from torch import Tensor, nn
from torch.nn import functional

from mien.nets.liveportrait.generator import SLOPE, SpadeBlock, SpadeGenerator
from mien.nets.liveportrait.reduced.spade import ReducedBlock


class ReducedGenerator(nn.Module):
    """The same picture (B, 3, 512, 512) as the plain network in 749 of its 892 GFLOP."""

    def __init__(self, plain: SpadeGenerator) -> None:
        super().__init__()
        self.fc = plain.fc
        middle = [ReducedBlock(_block(plain, name), 1, 1) for name in plain.middle_names]
        ups = [ReducedBlock(plain.up_0, 2, 2), ReducedBlock(plain.up_1, 2, 4)]
        self.blocks = nn.ModuleList([*middle, *ups])
        self.image = plain.conv_img

    def forward(self, features_BCHW: Tensor) -> Tensor:
        x_BCHW = self.fc(features_BCHW)
        for block in self.blocks:
            x_BCHW = block(x_BCHW, features_BCHW)
        return cast(Tensor, self.image(functional.leaky_relu(x_BCHW, SLOPE)).sigmoid())


def reduce_generator(plain: SpadeGenerator) -> ReducedGenerator:
    """From a plain network with weights; shares what it need not change."""
    with torch.no_grad():
        reduced = ReducedGenerator(plain)
    reduced.eval()
    return reduced


def _block(plain: SpadeGenerator, name: str) -> SpadeBlock:
    return cast(SpadeBlock, plain.get_submodule(name))
