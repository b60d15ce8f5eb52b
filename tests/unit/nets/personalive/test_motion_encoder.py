"""The motion encoder on a small scale, and the pose guider."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from torch import Tensor

from fakes.personalive_goldens import filled
from mien.nets.personalive.keypoints import draw
from mien.nets.personalive.motion_encoder import MOTION_ENCODER, MotionEncoder
from mien.nets.personalive.patch_attention import PatchAttention
from mien.nets.personalive.pose_guider import PoseGuider
from mien.weights import load_strict

pytestmark = pytest.mark.unit
SMALL = replace(MOTION_ENCODER, widths=(8, 32, 32), token_width=64, num_heads=2, num_maps=4)


def encoder() -> MotionEncoder:
    return filled(MotionEncoder(SMALL), 0)


@torch.inference_mode()
def test_each_face_becomes_its_own_tokens_whatever_is_beside_it() -> None:
    faces = torch.rand(2, 3, 224, 224, generator=torch.Generator().manual_seed(0)) * 2 - 1
    network = encoder()
    tokens = network(faces)
    assert tokens.shape == (2, 32, 16)
    assert (tokens[0] - tokens[1]).abs().max() > 1e-3
    torch.testing.assert_close(tokens[1:], network(faces[1:]), rtol=1e-4, atol=1e-4)


@torch.inference_mode()
def test_weights_from_a_file_bring_all_but_the_places_of_patches_which_are_known() -> None:
    faces = torch.zeros(1, 3, 224, 224)
    network = encoder()
    loaded = load_strict(lambda: MotionEncoder(SMALL), network.state_dict(), "recipe")
    assert torch.equal(loaded(faces), network(faces))


@torch.inference_mode()
def test_tokens_are_put_back_to_where_their_patches_were() -> None:
    attention = filled(PatchAttention(32, patch=2, side=4, width=64, num_heads=2), 0)
    blocks = attention.transformer_blocks
    attention.transformer_blocks = torch.nn.ModuleList()
    attention.pos_embed.table.zero_()
    features = torch.randn(1, 32, 4, 4, generator=torch.Generator().manual_seed(0))
    whole = attention(features) - features
    first = torch.nn.functional.conv2d(
        attention.norm(features)[:, :, :2, 2:], attention.pos_embed.proj.weight
    )
    token = (first.flatten() + attention.pos_embed.proj.bias).unflatten(0, (2, 2, -1))
    expected = attention.proj_out(token).permute(2, 0, 1)
    torch.testing.assert_close(whole[0, :, :2, 2:], expected, rtol=1e-4, atol=1e-5)
    assert len(blocks) == 1


@torch.inference_mode()
def test_a_head_eight_pixels_further_is_one_place_further_for_the_unet() -> None:
    guider = filled(PoseGuider(32), 0)
    here, there = (guider(draw(head_at(x), 128)) for x in (0.0, 0.125))
    assert here.shape == (1, 32, 16, 16)
    inside = slice(3, 13)
    torch.testing.assert_close(
        there[..., inside, 4:14], here[..., inside, 3:13], rtol=1e-4, atol=1e-6
    )
    assert (here - there).abs().max() > 1e-3


def head_at(x: float) -> Tensor:
    keypoints = torch.full((1, 21, 3), 9.0)
    keypoints[0, 1] = torch.tensor([x, 0.0, 0.0])
    return keypoints
