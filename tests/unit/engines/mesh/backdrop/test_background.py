import cv2
import numpy as np
import pytest

from mien.engines.mesh.backdrop.background import choose_background, overlay, separate, structure
from mien.landmarks import FACE_OVAL, NUM_LANDMARKS

pytestmark = pytest.mark.unit

SIDE = 300


def landmarks(scale=1.0):
    points = np.tile(np.array([SIDE / 2, SIDE * 0.45, 0.0]), (NUM_LANDMARKS, 1))
    angle = np.linspace(0, 2 * np.pi, len(FACE_OVAL), endpoint=False)
    oval = np.stack([np.sin(angle) * 0.15, -np.cos(angle) * 0.2, 0 * angle], 1) * SIDE
    points[list(FACE_OVAL)] += oval
    return points * scale


def person():
    """The opacity of a head and shoulders."""
    mask = np.zeros((SIDE, SIDE), np.uint8)
    cv2.ellipse(mask, (150, 130), (62, 80), 0, 0, 360, 255, -1)
    cv2.ellipse(mask, (150, 310), (110, 90), 0, 0, 360, 255, -1)
    cv2.rectangle(mask, (125, 180), (175, 260), 255, -1)
    return cv2.GaussianBlur(mask, (0, 0), 1.2)


def scene(wall):
    share = person()[..., None] / 255
    skin = np.array([150.0, 90.0, 70.0])
    picture = share * skin + (1 - share) * wall
    grain = np.random.default_rng(0).normal(0, 3, picture.shape)
    return np.clip(picture + grain, 0, 255).astype(np.uint8)


def plain():
    y, x = np.mgrid[:SIDE, :SIDE] / SIDE
    return np.dstack([190 - 40 * x, 190 - 30 * y, 180 - 20 * x])


def panelled(contrast=120):
    wall = plain()
    wall[:, ::30] -= contrast
    wall[:, 1::30] -= contrast
    wall[:, 2::30] -= contrast
    wall[100:104] -= contrast
    return wall


def test_plain_walls_stay_elastic_and_panels_become_a_plate():
    assert choose_background(scene(plain()), landmarks(), person()) is None
    assert choose_background(scene(panelled()), landmarks(), person()) is not None


def test_structure_does_not_depend_on_resolution():
    small = structure(scene(panelled()), person(), landmarks())
    picture = cv2.resize(scene(panelled()), None, fx=3, fy=3, interpolation=cv2.INTER_CUBIC)
    mask = cv2.resize(person(), None, fx=3, fy=3, interpolation=cv2.INTER_LINEAR)
    assert structure(picture, mask, landmarks(3)) == pytest.approx(small, rel=0.15)


def test_a_failed_segmentation_stays_elastic():
    picture = scene(panelled())
    assert choose_background(picture, landmarks(), np.zeros((SIDE, SIDE), np.uint8)) is None
    assert choose_background(picture, landmarks(), np.full((SIDE, SIDE), 255, np.uint8)) is None
    vague = cv2.GaussianBlur(person(), (0, 0), 20)
    assert choose_background(picture, landmarks(), vague) is None


def here(shift=0):
    """Where the pixels of a layer come from that was moved to the right."""
    y, x = np.indices((SIDE, SIDE), np.float32)
    return np.stack([x - shift, y])


def test_a_picture_without_motion_is_the_picture():
    picture = scene(panelled())
    backdrop = separate(picture, landmarks(), person())
    still = backdrop.compose(np.dstack([backdrop.foreground, backdrop.matte]), here())
    assert np.array_equal(still, picture)


def test_a_head_that_moves_on_reveals_wall_and_no_ghost():
    wall = panelled()
    backdrop = separate(scene(wall), landmarks(), person())
    layer = np.roll(np.dstack([backdrop.foreground, backdrop.matte]), 18, axis=1)
    revealed = (person() > 4) & (np.roll(person(), 18, axis=1) == 0)
    revealed[200:] = False
    moved = backdrop.compose(layer, here(18)).astype(int)
    assert np.abs(moved - wall)[revealed].mean() < 15
    assert np.abs(moved - (150, 90, 70))[revealed].sum(axis=1).min() > 25


def test_soft_edges_carry_no_colour_of_the_old_background():
    green = np.full((SIDE, SIDE, 3), (20.0, 230.0, 20.0))
    backdrop = separate(scene(green), landmarks(), person())
    soft = (backdrop.matte > 10) & (backdrop.matte < 245)
    assert soft.any()
    excess = backdrop.foreground[..., 1].astype(int) - backdrop.foreground[..., 0]
    assert excess[soft].mean() < 0


def test_a_layer_is_laid_over_by_opacity():
    plate = np.random.default_rng(0).integers(0, 256, (64, 64, 3)).astype(np.uint8)
    layer = np.random.default_rng(1).integers(0, 256, (64, 64, 4)).astype(np.uint8)
    layer[:20, :, 3], layer[20:40, :, 3] = 0, 255
    before = plate.copy()
    weight = layer[..., 3:] / 255
    exact = layer[..., :3] * weight + plate * (1 - weight)
    assert np.abs(overlay(layer, plate) - exact).max() <= 0.51
    assert np.array_equal(plate, before)


@pytest.mark.parametrize("scale", [0.02, 0.3, 12.0])
def test_faces_of_odd_sizes_do_not_raise(scale):
    choose_background(scene(panelled()), landmarks(scale), person())
    choose_background(scene(panelled()), np.zeros((NUM_LANDMARKS, 3)), person())
