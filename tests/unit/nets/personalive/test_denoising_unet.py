"""What a window of frames tells each other, and what each is told of a portrait."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pytest
import torch
from diffusers import UNet2DConditionModel
from torch import Tensor, nn
from torch._dynamo.testing import CompileCounter

from fakes.personalive_goldens import filled
from fakes.tiny_unet import TINY
from mien.nets.personalive.references import Told
from mien.nets.personalive.unet import DenoisingUnet

pytestmark = pytest.mark.unit

TOKENS = [(16, 32), (4, 64), (16, 32), (16, 32)]
"""How many there are of which width, transformer by transformer, of latents of 4 x 4."""
FRAMES, SIDE, LAST = 5, 4, 4
SAME = {"rtol": 1e-5, "atol": 1e-5}


def drawn(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


def bank(seed: int) -> list[Tensor]:
    return [drawn(1, *shape, seed=seed) for shape in TOKENS]


CLIP = drawn(1, 1, 24)


@pytest.fixture(autouse=True)
def _no_gradients() -> Iterator[None]:
    with torch.inference_mode():
        yield


@pytest.fixture
def unet() -> DenoisingUnet:
    return filled(DenoisingUnet(TINY), 1)


def signals() -> list[Tensor]:
    """Latents, timesteps, motion and pose of a window."""
    times = torch.tensor([0, 0, 333, 666, 999])
    latents, motion = drawn(FRAMES, 4, SIDE, SIDE), drawn(FRAMES, 32, 16)
    return [latents, times, motion, drawn(FRAMES, 32, SIDE, SIDE)]


def silenced(unet: DenoisingUnet, kind: str) -> None:
    """The modules of this kind add nothing from now on."""
    for name, module in unet.named_modules():
        if f"{kind}." in name and name.endswith("temporal_transformer.proj_out"):
            nn.init.zeros_(module.weight)
            nn.init.zeros_(module.bias)


@pytest.mark.parametrize("pictures", [0, 1, 3])
def test_what_is_known_once_is_what_is_computed_again_for_each_frame(
    unet: DenoisingUnet, pictures: int
) -> None:
    banks = [bank(seed) for seed in range(pictures)]
    known = unet(*signals(), unet.condition(CLIP, banks))
    again = unet(*signals(), unet.condition(CLIP, banks, kind=Told))
    torch.testing.assert_close(known, again, **SAME)


def test_each_picture_of_the_portrait_changes_what_is_drawn(unet: DenoisingUnet) -> None:
    banks = [bank(seed) for seed in range(3)]
    drawn_with = [unet(*signals(), unet.condition(CLIP, banks[:count])) for count in range(4)]
    for fewer, more in pairwise(drawn_with):
        assert (more - fewer).abs().max() > 1e-3


def test_a_key_frame_that_is_added_is_as_one_that_was_there_from_the_start(
    unet: DenoisingUnet,
) -> None:
    first, second = bank(1), bank(2)
    whole = unet.condition(CLIP, [first, second])
    added = unet.extended(unet.condition(CLIP, [first]), second)
    for ours, theirs in zip(added, whole, strict=True):
        torch.testing.assert_close(ours, theirs, rtol=0, atol=0)


def test_a_condition_of_fewer_transformers_is_refused(unet: DenoisingUnet) -> None:
    with pytest.raises(ValueError, match="shorter"):
        unet.condition(CLIP, [bank(1)[:-1]])


def test_alone_the_spatial_layers_compute_what_diffusers_does(unet: DenoisingUnet) -> None:
    silenced(unet, "motion_modules")
    silenced(unet, "temporal_modules")
    latents, times, motion, pose = signals()
    made = unet(latents, times, motion, 0 * pose, unet.condition(CLIP))
    stock = filled(UNet2DConditionModel(**TINY), 1)
    torch.testing.assert_close(made, stock(latents, times, CLIP.expand(FRAMES, -1, -1)).sample)


@pytest.mark.parametrize("index", range(4))
def test_frames_hear_of_each_other_by_the_temporal_modules_alone(
    unet: DenoisingUnet, index: int
) -> None:
    condition, inputs = unet.condition(CLIP, [bank(1)]), signals()
    changed = [each.clone() for each in inputs]
    changed[index][LAST] = 0.5 * changed[index][LAST] + 1
    before, after = unet(*inputs, condition), unet(*changed, condition)
    assert (before - after)[:LAST].abs().amax((1, 2, 3)).min() > 1e-5
    silenced(unet, "temporal_modules")
    before, after = unet(*inputs, condition), unet(*changed, condition)
    torch.testing.assert_close(after[:LAST], before[:LAST], **SAME)
    assert (after - before)[LAST].abs().max() > 1e-3


def test_motion_is_heard_by_the_motion_modules_alone(unet: DenoisingUnet) -> None:
    silenced(unet, "motion_modules")
    latents, times, motion, pose = signals()
    condition = unet.condition(CLIP, [bank(1)])
    still = unet(latents, times, 0 * motion, pose, condition)
    torch.testing.assert_close(unet(latents, times, motion, pose, condition), still, **SAME)


def test_the_layout_in_memory_does_not_matter(unet: DenoisingUnet) -> None:
    latents, times, motion, pose = signals()
    condition = unet.condition(CLIP, [bank(1)])
    plain = unet(latents, times, motion, pose, condition)
    unet.to(memory_format=torch.channels_last)
    latents, pose = (each.to(memory_format=torch.channels_last) for each in (latents, pose))
    torch.testing.assert_close(unet(latents, times, motion, pose, condition), plain, **SAME)


@pytest.mark.parametrize("kind", [torch.bfloat16, torch.float16])
def test_half_precision_comes_near(unet: DenoisingUnet, kind: Any) -> None:
    latents, times, motion, pose = signals()
    whole = unet(latents, times, motion, pose, unet.condition(CLIP, [bank(1)]))
    unet.to(kind)
    half = unet(
        latents.to(kind), times, motion.to(kind), pose.to(kind), unet.condition(CLIP, [bank(1)])
    )
    assert half.dtype == kind
    off = (half.float() - whole).abs().mean() / whole.abs().mean()
    assert off < (0.05 if kind is torch.bfloat16 else 0.01)


def test_its_blocks_are_compiled_once_for_any_number_of_pictures(unet: DenoisingUnet) -> None:
    block, counted = unet.mid_block, CompileCounter()
    compiled = torch.compile(block, backend=counted, fullgraph=True, dynamic=False)
    signals = drawn(FRAMES, 64, 2, 2), drawn(FRAMES, 128), drawn(FRAMES, 32, 16)
    condition = unet.condition(CLIP, [bank(1)])
    for seed in (2, 3):
        known = condition[1:2]
        torch.testing.assert_close(compiled(*signals, known), block(*signals, known))
        condition = unet.extended(condition, bank(seed))
    assert counted.frame_count == 1
