"""The motion extractor on a small scale, and how its heads are read."""

from __future__ import annotations

import pytest
import torch

from mien.nets.liveportrait.motion import (
    GlobalResponseNorm,
    MotionExtractor,
    RawMotion,
    degrees,
    refine,
)
from mien.nets.liveportrait.params import MotionParams

pytestmark = pytest.mark.unit

SMALL = MotionParams(image_channels=3, widths=(4, 8), depths=(1, 2), num_keypoints=5, num_bins=66)


def small_network() -> MotionExtractor:
    torch.manual_seed(0)
    return MotionExtractor(SMALL).eval()


@pytest.mark.parametrize(("bin_index", "angle"), [(0, -97.5), (32, -1.5), (33, 1.5), (65, 97.5)])
def test_a_certain_bin_is_its_own_angle(bin_index: int, angle: float) -> None:
    logits = torch.full((2, 66), -100.0)
    logits[:, bin_index] = 100.0
    assert degrees(logits).tolist() == [[angle], [angle]]


def test_an_undecided_head_looks_straight_ahead() -> None:
    assert abs(float(degrees(torch.zeros(1, 66)))) < 1e-5


def test_angles_are_exact_to_a_hundredth_of_a_degree_from_half_logits() -> None:
    logits = torch.linspace(-2, 2, 66)[None].half()
    angle = degrees(logits)
    assert angle.dtype == torch.float32
    assert abs(float(angle) - float(degrees(logits.double()))) < 1e-2


@torch.inference_mode()
def test_refined_motion_has_angles_and_points() -> None:
    raw = small_network()(torch.rand(2, 3, 32, 32))
    refined = refine(raw)
    assert raw.pitch.shape == raw.yaw.shape == raw.roll.shape == (2, 66)
    assert refined.pitch.shape == refined.yaw.shape == refined.roll.shape == (2, 1)
    assert refined.kp.shape == refined.exp.shape == (2, 5, 3)
    assert refined.t.shape == (2, 3)
    assert refined.scale.shape == (2, 1)
    assert torch.equal(refined.kp[0, 1], raw.kp[0, 3:6])


@torch.inference_mode()
def test_a_picture_is_read_alone_as_in_a_batch() -> None:
    network, pictures = small_network(), torch.rand(2, 3, 32, 32)
    together, alone = network(pictures), network(pictures[1:])
    for batch, single in zip(together, alone, strict=True):
        assert torch.allclose(batch[1:], single, atol=1e-6)


@torch.inference_mode()
def test_half_precision_is_refined_to_single() -> None:
    raw = small_network().bfloat16()(torch.rand(1, 3, 32, 32).bfloat16())
    assert isinstance(raw, RawMotion)
    assert raw.kp.dtype == torch.bfloat16
    assert {part.dtype for part in refine(raw)} == {torch.float32}


@torch.inference_mode()
def test_a_channel_as_strong_as_the_mean_is_doubled_by_a_gain_of_one() -> None:
    norm = GlobalResponseNorm(3)
    norm.gamma.fill_(1.0)
    x = torch.ones(1, 4, 4, 3)
    assert torch.allclose(norm(x), 2 * x, atol=1e-5)
