import cv2
import numpy as np
import pytest

from mien.engines.mesh.backdrop.matte import refine_matte
from mien.landmarks import FACE_OVAL, NUM_LANDMARKS

pytestmark = pytest.mark.unit


def landmarks(center, radius):
    points = np.tile(np.array([*center, 0.0]), (NUM_LANDMARKS, 1))
    angle = np.linspace(0, 2 * np.pi, len(FACE_OVAL), endpoint=False)
    oval = np.stack([np.sin(angle), -np.cos(angle), 0 * angle], 1) * radius
    points[list(FACE_OVAL)] += oval
    return points


def scene(side):
    """A dark head on a light wall, its exact opacity, and what a coarse network says of it."""
    big = np.zeros((4 * side, 4 * side), np.uint8)
    cv2.circle(big, (2 * side, 2 * side), int(1.1 * side), 255, -1)
    for angle in np.linspace(0, 2 * np.pi, 25):  # locks of hair
        tip = 2 * side + 1.16 * side * np.array([np.cos(angle), np.sin(angle)])
        cv2.line(big, (2 * side, 2 * side), tuple(int(v) for v in tip), 255, max(4, side // 40))
    exact = cv2.resize(big, (side, side), interpolation=cv2.INTER_AREA)
    share = exact[..., None] / 255
    picture = share * (60, 40, 30) + (1 - share) * (200, 210, 190)
    grain = np.random.default_rng(0).normal(0, 3, picture.shape)
    picture = np.clip(picture + grain, 0, 255).astype(np.uint8)
    coarse = cv2.resize(exact, (64, 64), interpolation=cv2.INTER_AREA)
    coarse = cv2.resize(cv2.blur(coarse, (3, 3)), (side, side), interpolation=cv2.INTER_LINEAR)
    return picture, exact, coarse


@pytest.mark.parametrize("side", [128, 400, 900])
def test_the_outline_becomes_sharp(side):
    picture, exact, coarse = scene(side)
    matte = refine_matte(picture, coarse, landmarks((side / 2, side / 2), 0.2 * side))
    before = np.abs(coarse.astype(int) - exact).mean()
    after = np.abs(matte.astype(int) - exact).mean()
    assert after < 0.6 * before, (before, after)
    assert matte.shape == coarse.shape
    assert matte.dtype == np.uint8


def test_stray_blobs_are_dropped_and_holes_in_the_person_closed():
    picture, _, coarse = scene(256)
    coarse[5:25, 5:25] = 255
    coarse[125:131, 170:176] = 0
    matte = refine_matte(picture, coarse, landmarks((128, 128), 40))
    assert matte[:30, :30].max() == 0
    assert matte[120:136, 165:181].min() > 250


def test_the_face_is_person_even_if_the_network_missed_it():
    picture, _, coarse = scene(200)
    matte = refine_matte(picture, np.zeros_like(coarse), landmarks((100, 100), 40))
    y, x = np.mgrid[:200, :200]
    assert matte[np.hypot(y - 100, x - 100) < 36].min() == 255
    assert matte[:20].max() == 0


@pytest.mark.parametrize("shape", [(40, 60), (100, 31), (9, 9)])
@pytest.mark.parametrize("level", [0, 128, 255])
def test_any_mask_of_any_size_gives_a_matte(shape, level):
    picture = np.random.default_rng(0).integers(0, 255, (*shape, 3)).astype(np.uint8)
    points = landmarks((shape[1] * 0.8, shape[0] * 0.9), 0.6 * shape[0])
    matte = refine_matte(picture, np.full(shape, level, np.uint8), points)
    assert matte.shape == shape
