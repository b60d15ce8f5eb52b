from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from mien.engines.mesh.film import Shot
from mien.engines.mesh.refinement import Refinement
from mien.engines.mesh.registration import Reading
from mien.engines.mesh.retarget import FaceShape
from mien.motion.pose import Pose, angles_from_rotation, rotation_from_angles

pytestmark = pytest.mark.unit

STEP_S = 0.04
NO_SHIFT = np.zeros((108, 2))


def shape(height: float, yaw: float) -> FaceShape:
    pose = Pose(rotation_from_angles(yaw, 0, 0), np.zeros(3), 1.0 + height)
    return FaceShape(np.full((478, 3), height), pose)


def shot(height: float, yaw: float) -> Shot:
    field = np.ones((4, 4), np.float32)
    reading = Reading(np.zeros((478, 3)), np.zeros((108, 2)), field, field)
    return Shot(reading, shape(height, yaw), np.full((108, 2), height))


def heights_of(seen: list[bool]) -> tuple[list[float], list[float], list[float]]:
    """Heights, yaws and trust over frames in which flow says .1 and 2 degrees more."""
    refinement = Refinement(NO_SHIFT)
    heights, yaws, trust = [], [], []
    for number, has_picture in enumerate(seen):
        driver = shape(0.01 * number, 1.0)
        picture = shot(0.01 * number + 0.1, 3.0) if has_picture else None
        face, reading = refinement.follow(driver, picture, STEP_S)
        heights.append(float(face.head.mean()))
        assert face.pose.scale == pytest.approx(1 + heights[-1])
        yaws.append(angles_from_rotation(face.pose.rotation)[0])
        trust.append(0.0 if reading is None else float(reading.trust.mean()))
    return heights, yaws, trust


def test_while_there_are_pictures_flow_has_its_whole_say() -> None:
    heights, yaws, trust = heights_of([True] * 5)
    assert heights == pytest.approx([0.1 + 0.01 * k for k in range(5)])
    assert yaws == pytest.approx([3.0] * 5, abs=1e-3)
    assert trust == [1.0] * 5


def test_without_any_picture_landmarks_are_all_there_is() -> None:
    heights, yaws, trust = heights_of([False] * 4)
    assert heights == pytest.approx([0.01 * k for k in range(4)])
    assert yaws == pytest.approx([1.0] * 4, abs=1e-3)
    assert trust == [0.0] * 4


def test_nothing_jumps_where_pictures_go_and_come() -> None:
    heights, yaws, trust = heights_of([True] * 4 + [False] * 10 + [True] * 10)
    assert heights[9:14] == pytest.approx([0.01 * k for k in range(9, 14)], abs=1e-6)
    assert heights[-1] == pytest.approx(0.1 + 0.23)
    for series, largest in ((heights, 0.05), (yaws, 0.7), (trust, 0.35)):
        assert max(abs(b - a) for a, b in pairwise(series)) < largest


def test_a_film_that_begins_without_the_face_eases_it_in() -> None:
    heights, _, trust = heights_of([False] * 2 + [True] * 8)
    assert trust[2] < 0.2
    assert trust[-1] == 1.0
    assert heights[2] < 0.02 + 0.03
