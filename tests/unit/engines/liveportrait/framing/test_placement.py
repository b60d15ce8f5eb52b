from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.engines.liveportrait.framing import FaceBox, place

pytestmark = pytest.mark.unit


def squares(height: int, width: int) -> np.ndarray:
    rng = np.random.default_rng(3)
    tiles = rng.integers(0, 256, (height // 16 + 1, width // 16 + 1, 3))
    return np.kron(tiles, np.ones((16, 16, 1)))[:height, :width].astype(np.uint8)


@given(
    st.floats(20, 4000),
    st.floats(-3, 3),
    st.floats(-100, 4000),
    st.floats(-100, 4000),
    st.sampled_from([224, 512]),
    st.booleans(),
)
def test_the_way_back_undoes_the_way_there(side, angle, x, y, size, rotate):
    placement = place(FaceBox(np.array([x, y]), side, angle), size, rotate=rotate)
    there, back = placement.to_crop, placement.to_picture
    ends = np.array([[0, 0], [size, 0], [0, size], [size / 2, size / 2]])
    in_picture = ends @ back[:, :2].T + back[:, 2]
    again = in_picture @ there[:, :2].T + there[:, 2]
    assert np.abs(again - ends).max() < 0.02
    assert in_picture[3] == pytest.approx([x, y], abs=0.02)


def test_matrices_hold_single_precision_in_double():
    placement = place(FaceBox(np.array([100.1, 200.2]), 333.3, 0.4))
    for matrix in (placement.to_crop, placement.to_picture):
        assert matrix.shape == (2, 3)
        assert matrix.dtype == np.float64
        assert np.array_equal(matrix, matrix.astype(np.float32))


def test_a_crop_of_whole_pixels_is_copied():
    picture = squares(600, 640)
    placement = place(FaceBox(np.array([300.0, 280.0]), 512.0, 0.0))
    assert np.array_equal(placement.cut(picture), picture[24:536, 44:556])


def test_a_smaller_crop_is_averaged_from_the_large_one():
    picture = squares(600, 640)
    placement = place(FaceBox(np.array([300.0, 280.0]), 400.0, 0.2))
    small = placement.cut(picture, 256)
    expected = cv2.resize(placement.cut(picture), (256, 256), interpolation=cv2.INTER_AREA)
    assert np.array_equal(small, expected)


def test_beyond_the_picture_is_black_and_masks_are_cut_too():
    mask = np.full((100, 100), 255, np.uint8)
    cut = place(FaceBox(np.array([0.0, 0.0]), 200.0, 0.0)).cut(mask)
    assert cut.shape == (512, 512)
    assert (cut[:250, :] == 0).all()
    assert (cut[262:510, 262:510] == 255).all()


def test_a_crop_much_larger_than_its_pixels_is_averaged():
    fine = np.zeros((2560, 2560, 3), np.uint8)
    fine[::2] = 255
    cut = place(FaceBox(np.array([1280.0, 1280.0]), 2048.0, 0.1)).cut(fine)
    assert np.abs(cut.astype(int) - 127).max() < 40
    assert abs(cut.mean() - 127.5) < 2


def test_averaging_leaves_everything_in_its_place():
    y, x = np.mgrid[:2000, :2000]
    slope = np.clip((x + 2 * y) / 24, 0, 255).astype(np.uint8)
    box = FaceBox(np.array([1000.0, 900.0]), 1500.0, 0.3)
    placement = place(box)
    at = np.mgrid[100:412:50, 100:412:50].reshape(2, -1).T[:, ::-1]
    in_picture = at @ placement.to_picture[:, :2].T + placement.to_picture[:, 2]
    expected = (in_picture[:, 0] + 2 * in_picture[:, 1]) / 24
    values = placement.cut(slope)[at[:, 1], at[:, 0]]
    assert np.abs(values - expected).max() < 1.5
