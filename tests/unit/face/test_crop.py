from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.face import Crop, crop_around, cut, face_height, feather, follow_crop, in_crop

pytestmark = pytest.mark.unit

sides = st.integers(8, 3000)


def face_at(x: float, y: float, height: float, angle: float = 0.0) -> np.ndarray:
    """Landmarks of a face that is an upright rectangle, 0.8 as wide as high, then turned."""
    half = np.array([0.4, 0.5]) * height
    points = np.random.default_rng(0).uniform(-half, half, (478, 2))
    points[:2] = [-half, half]
    points[33], points[263] = (-0.2 * height, 0), (0.2 * height, 0)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    return points @ turn.T + [x, y]


@given(sides, sides, st.floats(0, 1), st.floats(0, 1), st.floats(4, 3000), st.floats(0.5, 4))
def test_a_crop_lies_inside_the_picture_and_is_as_large_as_can_be(width, height, x, y, tall, scale):
    face = face_at(x * width, y * height, tall)
    crop = crop_around(face, (width, height), scale=scale)
    x0, y0, x1, y1 = crop.box
    assert 0 <= x0 < x1 <= width
    assert 0 <= y0 < y1 <= height
    wanted = max(1, round(scale * face_height(face)))
    assert (x1 - x0, y1 - y0) == (min(wanted, width), min(wanted, height))
    assert max(crop.size) <= 2048


@given(st.floats(-np.pi, np.pi))
def test_the_height_of_a_face_does_not_depend_on_its_tilt(angle):
    assert face_height(face_at(200, 200, 100, angle)) == pytest.approx(100, rel=0.01)


def test_away_from_the_edges_the_face_is_in_the_middle():
    crop = crop_around(face_at(300, 400, 100), (1000, 1000), scale=2)
    assert crop.box == (200, 300, 400, 500)
    assert crop.size == (200, 200)
    assert np.array_equal(crop.to_picture, [[1, 0, 200], [0, 1, 300]])


@given(sides, sides, st.integers(1, 500))
def test_the_corners_of_the_crop_are_the_corners_of_its_box(width, height, max_side):
    crop = crop_around(
        face_at(width / 2, height / 2, 100), (width, height), scale=3, max_side=max_side
    )
    x0, y0, x1, y1 = crop.box
    low = crop.to_picture @ [-0.5, -0.5, 1]
    high = crop.to_picture @ [crop.size[0] - 0.5, crop.size[1] - 0.5, 1]
    assert np.allclose([*low, *high], [x0 - 0.5, y0 - 0.5, x1 - 0.5, y1 - 0.5])


@given(sides, sides, st.integers(1, 500))
def test_the_two_transforms_are_inverse(width, height, max_side):
    crop = crop_around(
        face_at(width / 2, height / 2, 100), (width, height), scale=3, max_side=max_side
    )
    there = np.vstack([crop.to_picture, [0, 0, 1]])
    back = np.vstack([crop.from_picture, [0, 0, 1]])
    assert np.allclose(there @ back, np.eye(3), atol=1e-6)


def test_a_cut_at_full_size_is_a_copy_of_the_pixels():
    picture = np.random.default_rng(0).integers(0, 256, (50, 60, 3), dtype=np.uint8)
    pixels = cut(picture, Crop((10, 5, 40, 45), (30, 40)))
    assert np.array_equal(pixels, picture[5:45, 10:40])
    assert not np.shares_memory(pixels, picture)


def test_a_reduced_cut_averages_pixels_and_masks_alike():
    picture = np.zeros((40, 40, 3), np.uint8)
    picture[::2] = 200
    crop = Crop((10, 10, 30, 30), (10, 10))
    assert (cut(picture, crop) == 100).all()
    assert (cut(picture[..., 0], crop) == 100).all()


def test_an_enlarged_cut_has_no_steps():
    picture = np.repeat(np.linspace(40, 200, 20, dtype=np.uint8), 20).reshape(20, 20, 1)
    large = cut(np.repeat(picture, 3, axis=2), Crop((0, 0, 20, 20), (80, 80)))
    assert large.shape == (80, 80, 3)
    assert np.abs(np.diff(large[8:-8].astype(int), axis=0)).max() <= 4


def test_landmarks_move_with_their_crop():
    crop = Crop((10, 20, 50, 60), (80, 80))
    placed = in_crop(np.array([[9.5, 19.5, 3.0], [49.5, 59.5, -1.0]], np.float32), crop)
    assert np.allclose(placed, [[-0.5, -0.5, 6.0], [79.5, 79.5, -2.0]])


def test_a_feather_falls_off_only_where_the_picture_goes_on():
    mask = feather(Crop((0, 20, 40, 60), (40, 40)), (100, 60), 8)
    assert mask[0].max() == 0
    assert mask[:, -1].max() == 0
    assert mask[-1, 0] == 255
    assert (mask[8:, :32] == 255).all()
    assert (np.diff(mask[:9, 5].astype(int)) > 0).all()


def test_a_crop_stands_still_while_its_face_trembles() -> None:
    first = Crop((100, 100, 300, 300), (200, 200))
    near = Crop((104, 96, 308, 300), (204, 204))
    assert follow_crop(first, near, (640, 480)) == first


@given(st.lists(st.tuples(st.integers(0, 60), st.integers(0, 40)), min_size=2, max_size=20))
def test_a_crop_stays_near_what_is_wanted_and_inside_the_picture(
    steps: list[tuple[int, int]],
) -> None:
    crop = Crop((0, 0, 120, 120), (120, 120))
    x = y = 0
    for dx, dy in steps:
        x, y = min(x + dx, 520), min(y + dy, 360)
        wanted = Crop((x, y, x + 120, y + 120), (120, 120))
        crop = follow_crop(crop, wanted, (640, 480))
        x0, y0, x1, y1 = crop.box
        assert 0 <= x0 < x1 <= 640
        assert 0 <= y0 < y1 <= 480
        assert max(abs(x0 - x), abs(y0 - y)) <= 0.08 * 120 + 1
        assert crop.size == (x1 - x0, y1 - y0)


def test_a_crop_grows_with_a_face_that_comes_near() -> None:
    crop = Crop((200, 100, 300, 200), (100, 100))
    for side in range(100, 300, 4):
        middle = 250, 150
        box = (middle[0] - side // 2, max(0, middle[1] - side // 2))
        wanted = Crop((*box, box[0] + side, box[1] + side), (side, side))
        crop = follow_crop(crop, wanted, (640, 480))
        assert crop.size[0] == pytest.approx(side, rel=0.13)


def test_a_crop_that_is_worked_on_smaller_stays_so() -> None:
    first = Crop((0, 0, 4000, 4000), (2000, 2000))
    followed = follow_crop(first, Crop((500, 0, 4500, 4000), (2000, 2000)), (6000, 4000))
    assert followed.size == (2000, 2000)
