"""The appearance extractor, the generator and the regressors, on a small scale."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from mien.nets.liveportrait.appearance import AppearanceExtractor
from mien.nets.liveportrait.generator import Spade, SpadeGenerator
from mien.nets.liveportrait.params import AppearanceParams, GeneratorParams, RegressorParams
from mien.nets.liveportrait.regressor import KeypointRegressor

pytestmark = pytest.mark.unit

SMALL_APPEARANCE = AppearanceParams(
    image_channels=3, widths=(2, 4, 6), volume_channels=3, volume_depth=5, num_blocks=2
)
SMALL_GENERATOR = GeneratorParams(
    feature_channels=3,
    width=8,
    num_middle=2,
    up_widths=(6, 4),
    modulation_channels=2,
    image_channels=3,
)


def small_appearance() -> AppearanceExtractor:
    torch.manual_seed(0)
    return AppearanceExtractor(SMALL_APPEARANCE).eval()


def small_generator() -> SpadeGenerator:
    torch.manual_seed(0)
    return SpadeGenerator(SMALL_GENERATOR).eval()


@torch.inference_mode()
def test_a_volume_is_a_quarter_of_the_picture_wide_and_high() -> None:
    assert small_appearance()(torch.rand(2, 3, 16, 24)).shape == (2, 3, 5, 4, 6)


@torch.inference_mode()
def test_the_depths_of_one_channel_lie_side_by_side_before_the_view() -> None:
    network = small_appearance()
    network.resblocks_3d = nn.Identity()
    nn.init.zeros_(network.second.weight)
    network.second.bias.copy_(torch.arange(15.0))
    volume = network(torch.rand(1, 3, 8, 8))
    assert volume[0, :, :, 0, 0].tolist() == torch.arange(15.0).view(3, 5).tolist()


@torch.inference_mode()
def test_a_painting_is_eight_times_the_features_and_lies_between_black_and_white() -> None:
    painting = small_generator()(torch.randn(2, 3, 4, 4))
    assert painting.shape == (2, 3, 32, 32)
    assert ((painting > 0) & (painting < 1)).all()


@torch.inference_mode()
def test_a_painting_is_the_same_alone_as_in_a_batch() -> None:
    network, features = small_generator(), torch.randn(2, 3, 4, 4)
    assert torch.allclose(network(features)[1:], network(features[1:]), atol=1e-6)


@torch.inference_mode()
def test_brightness_and_contrast_before_a_spade_do_not_matter() -> None:
    torch.manual_seed(0)
    spade, features = Spade(4, SMALL_GENERATOR), torch.randn(1, 3, 4, 4)
    x = torch.randn(1, 4, 8, 8)
    assert torch.allclose(spade(x, features), spade(3 * x + 2, features), atol=1e-3)


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16])
@torch.inference_mode()
def test_half_precision_paints_nearly_the_same(dtype: torch.dtype) -> None:
    features = torch.randn(1, 3, 4, 4)
    expected = small_generator()(features)
    painting = small_generator().to(dtype)(features.to(dtype))
    assert painting.dtype == dtype
    assert torch.allclose(painting.float(), expected, atol=0.05)


@torch.inference_mode()
def test_a_regressor_ends_without_a_bend() -> None:
    regressor = KeypointRegressor(RegressorParams(widths=(3, 4, 2)))
    nn.init.constant_(regressor.mlp[0].bias, 1.0)
    nn.init.constant_(regressor.mlp[2].weight, -1.0)
    corrections = regressor(torch.zeros(5, 3))
    assert corrections.shape == (5, 2)
    assert (corrections < 0).all()
