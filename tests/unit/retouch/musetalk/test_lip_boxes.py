from __future__ import annotations

from dataclasses import astuple

import numpy as np
import pytest

from fakes.lip_painter import mean_face
from mien.retouch.musetalk.boxes import FaceBox, face_edges, in_sight, settle
from mien.types import Floats

pytestmark = pytest.mark.unit

SIZE = (400, 400)
FACE = mean_face(200, 200, 160).landmarks


def edges(landmarks: Floats = FACE, *, margin_px: int = 10, shift_px: int = 0) -> Floats:
    return face_edges(landmarks, margin_px=margin_px, shift_px=shift_px)


def test_the_box_is_as_high_above_the_nose_bridge_as_below_and_ends_under_the_chin() -> None:
    left, top, right, bottom = edges()
    bridge, chin = FACE[195, 1], FACE[152, 1]
    assert bottom == pytest.approx(chin + 10)
    assert bridge - top == pytest.approx(chin - bridge, abs=1e-3)
    assert (left, right) == pytest.approx((FACE[127, 0], FACE[356, 0]))
    assert edges(margin_px=0)[3] == pytest.approx(chin)


def test_the_bridge_lies_where_ibug_puts_it_between_eyes_and_nose() -> None:
    eyes, base = FACE[[33, 133, 362, 263], 1].mean(), FACE[2, 1]
    assert (FACE[195, 1] - eyes) / (base - eyes) == pytest.approx(0.46, abs=0.03)


def test_a_shift_lowers_the_painted_half_but_no_further_than_the_next_point() -> None:
    def middle(shift_px: int) -> float:
        found = edges(margin_px=0, shift_px=shift_px)
        return float(found[1] + found[3]) / 2

    assert middle(3) == pytest.approx(middle(0) + 3)
    assert middle(-3) == pytest.approx(middle(0) - 3)
    assert middle(100) == pytest.approx(FACE[[5, 4], 1].mean())
    assert middle(-100) == pytest.approx(FACE[[6, 197], 1].mean())


def test_boxes_end_where_the_picture_does() -> None:
    high = mean_face(200, 60, 160).landmarks
    box = settle(edges(high), SIZE)
    assert box.top == 0
    assert box.bottom == round(float(edges(high)[3]))


def test_a_box_stands_while_its_face_trembles_and_follows_when_it_moves() -> None:
    noise = np.random.default_rng(0)
    box = first = settle(edges(), SIZE)
    for _ in range(50):
        box = settle(edges() + noise.uniform(-0.4, 0.4, 4), SIZE, box)
        assert box == first
    moved = settle(edges() + 5, SIZE, box)
    assert np.subtract(astuple(moved), astuple(first)) == pytest.approx(5, abs=1)


@pytest.mark.parametrize(
    ("x", "width", "seen"),
    [(200, 160, True), (30, 160, True), (-20, 160, False), (500, 160, False), (200, 10, False)],
)
def test_a_face_is_in_sight_if_half_of_it_is_and_it_is_not_tiny(
    x: float, width: float, seen: bool
) -> None:
    assert in_sight(mean_face(x, 200, width).landmarks, SIZE) is seen


def test_the_square_around_a_box_is_half_as_large_again() -> None:
    assert FaceBox(100, 100, 200, 220).around == (60, 70, 240, 250)
