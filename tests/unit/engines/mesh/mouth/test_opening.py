from __future__ import annotations

import numpy as np
import pytest

from fakes.painted_faces import painted_face
from mien.engines.mesh.mouth.opening import Opening, fade, find_opening, light, lip_gap, mix
from mien.landmarks import INNER_LIPS

pytestmark = pytest.mark.unit

SIZE = (400, 400)


def opening(yaw: float = 0.0, side: int = 400) -> Opening:
    face = painted_face({"jawOpen": 0.6}, side=side, yaw=yaw)
    found = find_opening(face.landmarks, face.head, face.pose, (side, side), 1.0)
    assert found is not None
    return found


@pytest.mark.parametrize("yaw", [-25.0, 0.0, 25.0])
def test_depth_runs_from_the_upper_lip_to_the_lower(yaw: float) -> None:
    found = opening(yaw)
    depth, inside = found.enlarge(found.depth), found.mask > 250
    assert depth[inside].min() > -0.1
    assert depth[inside].max() < 1.1
    assert (np.diff(depth[:, depth.shape[1] // 2]) >= 0).all()


def test_columns_count_the_pairs_of_landmarks() -> None:
    face = painted_face({"jawOpen": 0.6})
    found = opening()
    column = found.enlarge(found.column)
    rows, columns = found.box
    for number, landmark in enumerate(INNER_LIPS[:11]):
        x, y = face.landmarks[landmark, :2] - (columns.start, rows.start)
        assert column[round(y), round(x)] == pytest.approx(number, abs=0.25)


def test_the_grid_is_coarse_however_large_the_mouth() -> None:
    assert opening(side=1600).x.size < 1500


def test_lips_that_overlap_have_no_gap() -> None:
    head = painted_face().head.copy()
    head[list(INNER_LIPS[1:10]), 1] += 0.3
    assert lip_gap(head) == 0.0


def test_a_mouth_out_of_the_picture_is_not_found() -> None:
    face = painted_face({"jawOpen": 0.6})
    away = face.landmarks + np.array([1000.0, 0.0, 0.0])
    assert find_opening(away, face.head, face.pose, SIZE, 1.0) is None


def test_mixing_is_exact_at_both_ends() -> None:
    rng = np.random.default_rng(0)
    below, above = rng.integers(0, 256, (2, 20, 30, 3), dtype=np.uint8)
    assert np.array_equal(mix(below, above, np.zeros((20, 30), np.uint8)), below)
    assert np.array_equal(mix(below, above, np.full((20, 30), 255, np.uint8)), above)
    half = mix(below, above, np.full((20, 30), 128, np.uint8)).astype(int)
    assert np.abs(half - (below.astype(int) + above) / 2).max() <= 2


def test_light_and_fade_are_products() -> None:
    picture = np.full((4, 5, 3), 200, np.uint8)
    assert np.abs(light(picture, np.full((4, 5), 0.5, np.float32)).astype(int) - 100).max() <= 1
    tinted = light(picture, np.broadcast_to(np.float32([1.0, 0.5, 0.0]), (4, 5, 3)))
    assert np.abs(tinted[0, 0].astype(int) - (200, 100, 0)).max() <= 1
    assert fade(np.full((2, 2), 200, np.uint8), 0.25).max() == 50
