"""Heat maps and translated volumes as products over the axes."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from mien.nets.liveportrait.reduced.deformation import deformation
from mien.nets.liveportrait.reduced.translation import heat_maps, translated
from mien.nets.liveportrait.warping import canvas_grid, heatmaps, proposed_motions, sample

pytestmark = pytest.mark.unit

SIZES = (4, 7, 6)
coordinates = st.floats(-3, 3, width=32)
points = st.lists(st.tuples(coordinates, coordinates, coordinates), min_size=1, max_size=3)


def _points(values):
    return torch.tensor(values, dtype=torch.float64)[None]


@settings(max_examples=30, deadline=None)
@given(points)
def test_heat_maps_are_those_of_distances_in_space(values):
    at = _points(values)
    plain = heatmaps(canvas_grid(torch.Size(SIZES), like=at), at)
    torch.testing.assert_close(heat_maps(at, SIZES), plain, atol=1e-12, rtol=0)


@settings(max_examples=30, deadline=None)
@given(points)
def test_a_translated_volume_is_what_grid_sampling_gives(values):
    shifts = _points(values)
    volume = torch.randn(2, *SIZES, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    grids = canvas_grid(torch.Size(SIZES), like=shifts) + shifts[0, :, None, None, None]
    plain = sample(volume.expand(len(grids), -1, -1, -1, -1), grids)
    torch.testing.assert_close(translated(volume, shifts)[0], plain, atol=1e-12, rtol=0)


def test_the_deformation_is_the_motions_mixed_by_their_mask():
    torch.manual_seed(0)
    source, driving = torch.randn(1, 3, 3), torch.randn(2, 3, 3)
    mask = torch.randn(2, 4, *SIZES).softmax(dim=1)
    motions = proposed_motions(canvas_grid(torch.Size(SIZES), like=source), source, driving)
    plain = (mask[..., None] * motions).sum(dim=1)
    shifts = torch.nn.functional.pad(source - driving, (0, 0, 1, 0))
    torch.testing.assert_close(deformation(mask, shifts), plain, atol=2e-6, rtol=0)
