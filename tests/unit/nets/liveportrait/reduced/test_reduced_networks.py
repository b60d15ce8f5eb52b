"""The reduced networks give what the plain ones give, whatever their sizes."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from mien.nets.liveportrait.generator import Spade, SpadeBlock, SpadeGenerator
from mien.nets.liveportrait.params import GeneratorParams, WarpingParams
from mien.nets.liveportrait.reduced import reduce_generator, reduce_warping
from mien.nets.liveportrait.reduced.spade import ModulatedSkip, ReducedBlock
from mien.nets.liveportrait.warping import WarpingNetwork

pytestmark = pytest.mark.unit

WARPING = WarpingParams(
    num_keypoints=3,
    volume_channels=4,
    volume_depth=6,
    compressed_channels=2,
    encoder_widths=(6, 8),
    decoder_widths=(7, 5),
    out_channels=6,
)
GENERATOR = GeneratorParams(
    feature_channels=6,
    width=8,
    num_middle=2,
    up_widths=(6, 4),
    modulation_channels=5,
    image_channels=3,
)


@pytest.fixture(autouse=True)
def seeded():
    torch.manual_seed(0)
    with torch.no_grad():
        yield


def _lived(network):
    """With statistics and gains as training leaves them."""
    for module in network.modules():
        if isinstance(module, nn.BatchNorm2d | nn.BatchNorm3d):
            module.running_mean.normal_()
            module.running_var.uniform_(0.5, 2)
            module.weight.uniform_(0.5, 2)
            module.bias.normal_()
    return network.eval()


def test_the_warping_network_gives_the_same_for_one_source_and_several_drivers():
    plain = _lived(WarpingNetwork(WARPING))
    volume, source = torch.randn(1, 4, 6, 8, 12), 0.3 * torch.randn(1, 3, 3)
    driving = source + 0.2 * torch.randn(2, 3, 3)
    expected = plain(volume.expand(2, -1, -1, -1, -1), source.expand(2, -1, -1), driving).out
    reduced = reduce_warping(plain)
    given = reduced(reduced.source_side(volume, source), driving)
    torch.testing.assert_close(given, expected, atol=2e-6, rtol=0)


def test_the_generator_gives_the_same_picture():
    plain = SpadeGenerator(GENERATOR)
    features = torch.randn(2, 6, 5, 4)
    given = reduce_generator(plain)(features)
    torch.testing.assert_close(given, plain(features), atol=2e-6, rtol=0)


@pytest.mark.parametrize("widths", [(6, 6), (6, 4)])
def test_a_block_upsamples_what_comes_in_after_the_norm(widths):
    plain = SpadeBlock(*widths, GENERATOR)
    x, features = torch.randn(1, 6, 8, 8), torch.randn(1, 6, 4, 4)
    grown = nn.functional.interpolate(x, scale_factor=2)
    given = ReducedBlock(plain, grow=2, scale=4)(x, features)
    torch.testing.assert_close(given, plain(grown, features), atol=4e-6, rtol=0)


def test_an_offset_may_be_taken_through_the_skip():
    spade, conv = Spade(6, GENERATOR), nn.Conv2d(6, 3, 1, bias=False)
    x, features = torch.randn(1, 6, 8, 8), torch.randn(1, 6, 4, 4)
    given = ModulatedSkip(spade, conv, scale=2)(nn.functional.instance_norm(x), features)
    torch.testing.assert_close(given, conv(spade(x, features)), atol=2e-6, rtol=0)
