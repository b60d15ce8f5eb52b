"""How much the denoising UNet calculates, counted without calculating."""

from __future__ import annotations

import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

from mien.nets.personalive.params import UNET
from mien.nets.personalive.references import Condition, Known, Told
from mien.nets.personalive.unet import DenoisingUnet

pytestmark = pytest.mark.unit

SIZES = [(4096, 320)] * 2 + [(1024, 640)] * 2 + [(256, 1280)] * 2 + [(64, 1280)]
TOKENS = [*SIZES, *[(256, 1280)] * 3, *[(1024, 640)] * 3, *[(4096, 320)] * 3]
"""How many of which width a picture of 512 x 512 has in each transformer."""


@torch.inference_mode()
def test_what_is_known_once_is_not_calculated_again() -> None:
    with torch.device("meta"):
        unet = DenoisingUnet(UNET).to("meta")
        clip, bank = torch.empty(1, 1, 768), [torch.empty(1, *shape) for shape in TOKENS]
    known, told = (unet.condition(clip, [bank], kind=kind) for kind in (Known, Told))
    assert tera_operations(unet, told) == pytest.approx(24.05, abs=0.01)
    assert tera_operations(unet, known) == pytest.approx(23.23, abs=0.01)


def tera_operations(unet: DenoisingUnet, condition: Condition) -> float:
    frames = [(16, 4, 64, 64), (16,), (16, 32, 16), (16, 320, 64, 64)]
    with torch.device("meta"), FlopCounterMode(display=False) as counted:
        unet(*map(torch.empty, frames), condition)
    return float(counted.get_total_flops()) / 1e12
