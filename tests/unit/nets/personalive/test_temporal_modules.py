"""What the modules after each spatial layer attend to."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor

from fakes.personalive_goldens import filled
from mien.nets.personalive.temporal import MotionModule, TemporalModule, positions

pytestmark = pytest.mark.unit

WIDTH, FRAMES = 32, 6


def drawn(*shape: int) -> Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(3))


def test_positions_are_sines_and_cosines_side_by_side() -> None:
    table = positions(3, 4)
    assert table[0].tolist() == [0, 1, 0, 1]
    wanted = [math.sin(2), math.cos(2), math.sin(0.02), math.cos(0.02)]
    torch.testing.assert_close(table[2], torch.tensor(wanted))


@torch.inference_mode()
def test_a_place_hears_of_the_same_place_in_other_frames_only() -> None:
    module, frames = filled(TemporalModule(WIDTH), 0), drawn(FRAMES, WIDTH, 2, 3)
    per_place = [
        module.temporal_transformer.transformer_blocks[0](tokens)
        for tokens in frames.permute(2, 3, 0, 1).reshape(6, FRAMES, 1, WIDTH)
    ]
    together = module.temporal_transformer.transformer_blocks[0](
        frames.permute(0, 2, 3, 1).flatten(1, 2)
    )
    torch.testing.assert_close(together, torch.cat(per_place, 1))


@torch.inference_mode()
def test_the_order_of_frames_matters() -> None:
    module, frames = filled(TemporalModule(WIDTH), 0), drawn(FRAMES, WIDTH, 2, 2)
    assert (module(frames.flip(0)).flip(0) - module(frames)).abs().max() > 1e-3


@torch.inference_mode()
def test_groups_are_normalised_within_each_frame() -> None:
    module, frames = filled(TemporalModule(WIDTH), 0), drawn(FRAMES, WIDTH, 2, 2)
    louder = torch.cat((10 * frames[:1], frames[1:]))
    moved = [module(each) - each for each in (frames, louder)]
    torch.testing.assert_close(moved[0], moved[1], rtol=1e-4, atol=1e-5)


@torch.inference_mode()
def test_a_frame_hears_its_own_motion_only() -> None:
    module, frames = filled(MotionModule(WIDTH), 0), drawn(FRAMES, WIDTH, 2, 2)
    motion = drawn(FRAMES, 32, 16)
    together = module(frames, motion)
    alone = [module(frames[i : i + 1], motion[i : i + 1]) for i in range(FRAMES)]
    torch.testing.assert_close(together, torch.cat(alone))
