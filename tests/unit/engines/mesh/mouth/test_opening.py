from __future__ import annotations

import numpy as np
import pytest

from fakes.painted_faces import painted_face
from mien.engines.mesh.mouth.opening import Opening, find_opening, lip_gap
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
