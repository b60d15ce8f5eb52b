"""Convolutions that are the same convolutions with less to do."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from mien.nets.liveportrait.reduced.folding import fold_batch_norm
from mien.nets.liveportrait.reduced.occlusion import TapsFirst
from mien.nets.liveportrait.reduced.spectrum import DepthSpectrum

pytestmark = pytest.mark.unit


def test_a_folded_batch_norm_is_the_norm_after_the_convolution():
    torch.manual_seed(0)
    conv, norm = nn.Conv3d(3, 4, 3, padding=1), nn.BatchNorm3d(4).eval()
    for values in (norm.running_mean, norm.weight.data, norm.bias.data):
        values.normal_()
    norm.running_var.uniform_(0.5, 2)
    x = torch.randn(2, 3, 4, 5, 6)
    torch.testing.assert_close(fold_batch_norm(conv, norm)(x), norm(conv(x)), atol=2e-6, rtol=0)


def test_folding_leaves_the_convolution_it_was_given_alone():
    conv, norm = nn.Conv2d(2, 2, 3, padding=1), nn.BatchNorm2d(2).eval()
    before = conv.weight.clone()
    fold_batch_norm(conv, norm)
    assert torch.equal(conv.weight, before)


@pytest.mark.parametrize(("depth", "taps"), [(16, 7), (5, 3), (4, 7), (3, 5)])
def test_a_product_of_spectra_over_depth_is_the_convolution(depth, taps):
    torch.manual_seed(depth)
    conv = nn.Conv3d(5, 3, taps, padding=taps // 2)
    x = torch.randn(2, 5, depth, 9, 8)
    torch.testing.assert_close(DepthSpectrum(conv, depth)(x), conv(x), atol=5e-6, rtol=0)


def test_channels_first_and_neighbours_after_is_the_convolution_to_one_channel():
    torch.manual_seed(0)
    conv, x = nn.Conv2d(9, 1, 7, padding=3), torch.randn(2, 9, 8, 6)
    torch.testing.assert_close(TapsFirst(conv)(x), conv(x), atol=2e-6, rtol=0)
