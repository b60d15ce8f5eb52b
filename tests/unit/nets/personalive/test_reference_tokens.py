"""What is kept of the reference UNet's view of a picture."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
import torch
from torch import Tensor

from fakes.personalive_goldens import filled
from fakes.tiny_unet import TINY
from mien.nets.personalive.references import make_reference_unet, reference_tokens

pytestmark = pytest.mark.unit


@torch.inference_mode()
def tokens_of(unet: torch.nn.Module, seed: int, *, rounded: bool = True) -> tuple[Tensor, ...]:
    draw = torch.Generator().manual_seed(seed)
    latents, clip = torch.randn(1, 4, 4, 4, generator=draw), torch.randn(1, 1, 24, generator=draw)
    return reference_tokens(unet, latents, clip, rounded=rounded)


@pytest.fixture(scope="module")
def unet() -> torch.nn.Module:
    return filled(make_reference_unet(TINY), 1)


def test_there_are_tokens_for_each_transformer_as_they_run(unet: torch.nn.Module) -> None:
    assert [tuple(tokens.shape) for tokens in tokens_of(unet, 0)] == [
        (1, 16, 32),
        (1, 4, 64),
        (1, 16, 32),
        (1, 16, 32),
    ]


def test_tokens_are_rounded_to_half_precision_as_upstream_s_unless_told_otherwise(
    unet: torch.nn.Module,
) -> None:
    for half, whole in zip(tokens_of(unet, 0), tokens_of(unet, 0, rounded=False), strict=True):
        assert (half.dtype, whole.dtype) == (torch.float16, torch.float32)
        assert torch.equal(half, whole.half())


def test_threads_that_share_the_network_get_their_own_tokens(unet: torch.nn.Module) -> None:
    alone = [tokens_of(unet, seed) for seed in range(4)]
    with ThreadPoolExecutor(4) as threads:
        together = list(threads.map(lambda seed: tokens_of(unet, seed), range(4)))
    torch.testing.assert_close(together, alone)
