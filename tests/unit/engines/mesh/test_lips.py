from __future__ import annotations

import numpy as np
import pytest

from mien.engines.mesh.lips import draw_back_lips, parting, proportion_lips, unfold_lips
from mien.landmarks import INNER_LIPS, OUTER_LIPS
from mien.motion.arkit import shape_weights
from mien.motion.blendshapes.posing import pose_face
from mien.motion.face_template import FACE_TEMPLATE

pytestmark = pytest.mark.unit

CLOSED = pose_face(FACE_TEMPLATE.landmarks, shape_weights({}), closure=1.0)
OPEN = pose_face(CLOSED, shape_weights({"jawOpen": 0.6}))


def test_closed_lips_that_open_are_parted() -> None:
    assert parting(CLOSED, CLOSED) == 0
    assert parting(OPEN, CLOSED) == 1


def test_lips_that_are_apart_in_the_portrait_have_no_line_between_them() -> None:
    wider = pose_face(OPEN, shape_weights({"jawOpen": 0.3}))
    assert parting(wider, OPEN) == 0


def test_parting_draws_only_the_edges_back() -> None:
    vertices = CLOSED[:, :2] * 100
    parted = draw_back_lips(vertices, 0.5)
    moved = np.flatnonzero((parted != vertices).any(axis=1))
    assert set(moved) <= set(INNER_LIPS)
    assert parted[13, 1] < vertices[13, 1]
    assert parted[14, 1] > vertices[14, 1]
    np.testing.assert_array_equal(draw_back_lips(vertices, 0.0), vertices)


def test_skin_squeezed_between_nose_and_lip_is_not_turned_over() -> None:
    source, reference = CLOSED.astype(np.float64), CLOSED.astype(np.float64)
    thick = source.copy()
    thick[[0, 37, 267], 1] -= 0.06  # fuller lips than the driver's, close below the nose
    driver = reference.copy()
    driver[[164, 167, 393], 1] += 0.25  # the driver's skin is pushed down over its lip
    head = thick + (driver - reference)
    proportion_lips(head, thick, reference, driver, 1.0)
    for skin, lip in ((164, 0), (167, 37), (393, 267)):
        assert head[skin, 1] < head[lip, 1]


def test_lips_driven_by_themselves_do_as_the_driver_does() -> None:
    source, driver = CLOSED.astype(np.float64), OPEN.astype(np.float64)
    head = driver.copy()
    proportion_lips(head, source, source, driver, 1.0)
    np.testing.assert_allclose(head, driver, atol=0.02)


def test_a_mouth_that_is_not_folded_is_left_as_it_is() -> None:
    landmarks = OPEN.astype(np.float64) * 80
    assert unfold_lips(landmarks) is landmarks


def test_skin_that_lies_on_the_lower_lip_is_put_below_it() -> None:
    landmarks = OPEN.astype(np.float64) * 80
    folded = landmarks.copy()
    folded[18, 1] = folded[17, 1] - 8
    unfolded = unfold_lips(folded)
    assert unfolded[18, 1] > unfolded[17, 1] + 1
    assert np.abs(unfolded - folded)[list(INNER_LIPS + OUTER_LIPS)].max() == 0
    assert folded[18, 1] < unfolded[200, 1]
