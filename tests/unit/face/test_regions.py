from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.face.regions import (
    FaceRegion,
    overlap,
    picture_region,
    region_of_box,
    region_of_landmarks,
    sample,
)

pytestmark = pytest.mark.unit

places = st.floats(-2000, 2000)
regions = st.builds(FaceRegion, places, places, st.floats(1, 4000), st.floats(-np.pi, np.pi))
boxes = st.tuples(places, places, st.floats(0.1, 500), st.floats(0.1, 500)).map(
    lambda b: np.array([b[0], b[1], b[0] + b[2], b[1] + b[3]])
)


@given(regions, st.integers(16, 512), st.floats(0, 1), st.floats(0, 1))
def test_a_point_survives_the_way_from_crop_to_picture_and_back(region, size, x, y):
    transform = region.to_picture(size)
    point = np.array([x, y]) * size
    picture = transform[:, :2] @ point + transform[:, 2]
    back = np.linalg.solve(transform[:, :2], picture - transform[:, 2])
    assert np.allclose(back, point, atol=1e-6 * size * max(1, 4000 / region.side))


@given(regions, st.integers(16, 512))
def test_the_middle_of_the_crop_is_the_middle_of_the_region(region, size):
    middle = region.to_picture(size) @ [size / 2, size / 2, 1]
    assert np.allclose(middle, [region.x, region.y], atol=1e-6)


@given(regions, st.integers(16, 512))
def test_a_region_keeps_its_area_and_does_not_mirror(region, size):
    determinant = np.linalg.det(region.to_picture(size)[:, :2])
    assert determinant == pytest.approx((region.side / size) ** 2, rel=1e-9)


def test_a_region_is_half_as_large_again_as_the_box_and_follows_the_eyes():
    box = np.array([10.0, 20.0, 50.0, 40.0])
    region = region_of_box(box, np.array([20.0, 30.0]), np.array([30.0, 40.0]))
    assert (region.x, region.y, region.side) == (30.0, 30.0, 60.0)
    assert region.angle == pytest.approx(np.pi / 4)


@given(st.floats(-3, 3))
def test_the_region_of_turned_landmarks_is_turned_as_much(angle):
    landmarks = np.zeros((478, 3), np.float32)
    landmarks[33, :2], landmarks[263, :2] = (-30, 0), (30, 0)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    landmarks[:, :2] = landmarks[:, :2] @ turn.T
    assert region_of_landmarks(landmarks).angle == pytest.approx(angle, abs=1e-5)


def test_sampling_a_region_of_whole_pixels_returns_those_pixels():
    picture = np.random.default_rng(0).integers(0, 256, (60, 80, 3), dtype=np.uint8)
    crop = sample(picture, FaceRegion(42, 31, 32).to_picture(32), 32, border="black")
    assert np.array_equal(crop, picture[15:47, 26:58])


def test_outside_the_picture_a_sample_is_black_or_repeats_the_border():
    picture = np.full((40, 40, 3), 200, np.uint8)
    transform = FaceRegion(0, 20, 80).to_picture(16)
    black = sample(picture, transform, 16, border="black")
    assert black[:, :7].max() == 0
    assert black[8, 10].tolist() == [200] * 3
    assert (sample(picture, transform, 16, border="replicate") == 200).all()


@given(st.integers(1, 40), st.integers(1, 40), regions)
def test_any_region_of_any_picture_can_be_sampled(height, width, region):
    picture = np.zeros((height, width, 3), np.uint8)
    assert sample(picture, region.to_picture(24), 24, border="replicate").shape == (24, 24, 3)


def test_a_sampled_part_equals_the_same_part_of_a_larger_sample():
    """The transform's linear part carries over: halving the side halves the step."""
    picture = np.tile(np.arange(0, 256, 2, dtype=np.uint8)[None, :, None], (128, 1, 3))
    whole = sample(picture, picture_region(picture).to_picture(64), 64, border="black")
    assert np.array_equal(whole[10, :, 0], picture[0, ::2, 0])


@given(boxes, boxes)
def test_overlap_is_symmetric_and_between_nought_and_one(first, second):
    there = overlap(first, second[None])[0]
    assert 0 <= there <= 1 + 1e-9
    assert there == pytest.approx(overlap(second, first[None])[0], abs=1e-9)


@given(boxes)
def test_a_box_overlaps_itself_wholly(box):
    assert overlap(box, box[None])[0] == pytest.approx(1, abs=1e-6)
