"""Nearest upsampling and a convolution as one transposed convolution."""

from __future__ import annotations

import pytest
import torch
from torch import nn
from torch.nn import functional

from mien.nets.liveportrait.reduced.upsampling import upsampled

pytestmark = pytest.mark.unit


@pytest.mark.parametrize("scale", [2, 3, 4])
def test_upsampling_and_then_a_convolution_is_one_transposed_convolution(scale):
    torch.manual_seed(scale)
    conv, x = nn.Conv2d(3, 4, 3, padding=1), torch.randn(2, 3, 5, 6)
    plain = conv(functional.interpolate(x, scale_factor=scale))
    torch.testing.assert_close(upsampled(conv, (scale, scale))(x), plain, atol=2e-6, rtol=0)


def test_an_axis_that_does_not_grow_is_convolved_as_before():
    torch.manual_seed(0)
    conv, x = nn.Conv3d(3, 4, 3, padding=1), torch.randn(2, 3, 5, 6, 4)
    plain = conv(functional.interpolate(x, scale_factor=(1, 2, 2)))
    torch.testing.assert_close(upsampled(conv, (1, 2, 2))(x), plain, atol=2e-6, rtol=0)
