"""The warping network's geometry, on a small scale."""

from __future__ import annotations

import pytest
import torch

from mien.nets.liveportrait.params import WarpingParams
from mien.nets.liveportrait.warping import (
    WarpingNetwork,
    canvas_grid,
    heatmaps,
    proposed_motions,
    sample,
)

pytestmark = pytest.mark.unit

SMALL = WarpingParams(
    num_keypoints=3,
    volume_channels=2,
    volume_depth=4,
    compressed_channels=2,
    encoder_widths=(4, 6),
    decoder_widths=(5, 3),
    out_channels=7,
)
SIZE = torch.Size((4, 8, 8))


def small_network() -> WarpingNetwork:
    torch.manual_seed(0)
    return WarpingNetwork(SMALL).eval()


def test_the_canvas_runs_from_minus_one_to_one_along_x_y_and_z() -> None:
    grid = canvas_grid(torch.Size((3, 5, 7)), like=torch.zeros(1))
    assert grid.shape == (3, 5, 7, 3)
    assert grid[0, 0, 0].tolist() == [-1, -1, -1]
    assert grid[0, 0, 6].tolist() == [1, -1, -1]
    assert grid[0, 4, 0].tolist() == [-1, 1, -1]
    assert grid[2, 4, 6].tolist() == [1, 1, 1]


def test_a_place_comes_from_where_the_driven_keypoint_came_from() -> None:
    grid = canvas_grid(SIZE, like=torch.zeros(1))
    source, driving = torch.rand(2, 3, 3), torch.rand(2, 3, 3)
    motions = proposed_motions(grid, source, driving)
    assert motions.shape == (2, 4, *SIZE, 3)
    assert torch.equal(motions[:, 0], grid.expand(2, -1, -1, -1, -1))
    expected = grid + (source - driving)[1, 2]
    assert torch.allclose(motions[1, 3], expected, atol=1e-6)


def test_heat_is_one_at_its_keypoint_and_falls_by_the_variance() -> None:
    grid = torch.tensor([[[[0.0, 0.0, 0.0], [0.1, 0.0, 0.0]]]])
    heat = heatmaps(grid, torch.zeros(1, 1, 3)).flatten()
    assert heat[0] == 1
    assert float(heat[1]) == pytest.approx(0.6065307, abs=1e-6)


def test_outside_of_the_volume_there_is_nothing() -> None:
    assert not sample(torch.ones(1, 2, *SIZE), torch.full((1, *SIZE, 3), 3.0)).any()


@torch.inference_mode()
def test_equal_keypoints_leave_the_canvas_as_it_is() -> None:
    keypoints = torch.rand(2, 3, 3)
    warped = small_network()(torch.rand(2, 2, *SIZE), keypoints, keypoints)
    grid = canvas_grid(SIZE, like=keypoints)
    assert torch.allclose(warped.deformation, grid.expand(2, -1, -1, -1, -1), atol=1e-6)


@torch.inference_mode()
def test_shares_add_up_and_shapes_are_as_promised() -> None:
    warped = small_network()(torch.rand(2, 2, *SIZE), torch.rand(2, 3, 3), torch.rand(2, 3, 3))
    assert warped.out.shape == (2, 7, 8, 8)
    assert warped.occlusion.shape == (2, 1, 8, 8)
    assert warped.deformation.shape == (2, *SIZE, 3)
    assert warped.mask.shape == (2, 4, *SIZE)
    assert torch.allclose(warped.mask.sum(dim=1), torch.ones(2, *SIZE), atol=1e-6)
    assert ((warped.occlusion > 0) & (warped.occlusion < 1)).all()


@torch.inference_mode()
def test_a_frame_is_warped_alone_as_in_a_batch() -> None:
    network, volume = small_network(), torch.rand(2, 2, *SIZE)
    source, driving = torch.rand(2, 3, 3), torch.rand(2, 3, 3)
    together = network(volume, source, driving)
    alone = network(volume[1:], source[1:], driving[1:])
    for batch, single in zip(together, alone, strict=True):
        assert torch.allclose(batch[1:], single, atol=1e-6)


@torch.inference_mode()
def test_coordinates_stay_single_when_the_network_is_half() -> None:
    keypoints = torch.rand(1, 3, 3)
    network = small_network().bfloat16()
    warped = network(torch.rand(1, 2, *SIZE).bfloat16(), keypoints, keypoints)
    assert warped.out.dtype == torch.bfloat16
    assert warped.deformation.dtype == torch.float32
    assert torch.allclose(warped.deformation[0], canvas_grid(SIZE, like=keypoints), atol=1e-6)
