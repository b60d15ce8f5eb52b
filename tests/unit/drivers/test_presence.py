from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest

from mien.drivers.presence import EASE_IN_S, HOLD_S, RETURN_S, bridge_losses
from mien.motion.pose import angles_from_rotation, rotation_from_angles
from mien.types import DriverPixels, MotionFrame

pytestmark = pytest.mark.unit

BASE = Fraction(1, 30)
HELD, AWAY = round(HOLD_S * 30), round((HOLD_S + RETURN_S) * 30)


def seen(yaw: float, pts: int = 0) -> MotionFrame:
    face = np.full((478, 3), yaw, np.float32)
    return MotionFrame(
        pts=pts,
        time_base=BASE,
        rotation=rotation_from_angles(yaw, 0, 0).astype(np.float32),
        translation=np.zeros(2, np.float32),
        scale=1.0,
        blendshapes=np.zeros(52, np.float32),
        landmarks=face,
        pixels=DriverPixels(np.zeros((4, 4, 3), np.uint8), face),
    )


def bridged(faces: Sequence[float | None]) -> list[MotionFrame]:
    """Frames of a driver whose head is turned by so much, or out of sight."""
    stream = [(i, None if yaw is None else seen(yaw, i)) for i, yaw in enumerate(faces)]
    return list(bridge_losses(stream, seen(0), BASE))


def yaws(frames: Sequence[MotionFrame]) -> list[float]:
    return [angles_from_rotation(frame.rotation)[0] for frame in frames]


def test_a_face_in_sight_is_passed_on_as_it_is() -> None:
    frames = bridged([0, 10, 20])
    assert yaws(frames) == pytest.approx([0, 10, 20], abs=1e-3)
    assert all(f.presence == 1 and f.pixels is not None for f in frames)


def test_a_lost_face_is_held_then_eases_back_to_the_reference() -> None:
    frames = bridged([20.0] * 15 + [None] * (AWAY + 5))[15:]
    turned = yaws(frames)
    assert turned[: HELD - 1] == pytest.approx([20] * (HELD - 1), abs=0.1)
    assert all(later <= sooner + 1e-3 for sooner, later in pairwise(turned))
    assert turned[-5:] == pytest.approx([0] * 5, abs=1e-2)
    assert max(abs(np.diff(turned))) < 2.5


def test_presence_falls_to_nothing_and_the_pixels_go_at_once() -> None:
    frames = bridged([20.0] * 15 + [None] * (AWAY + 5))[15:]
    assert all(f.pixels is None and f.presence < 1 for f in frames)
    assert frames[-1].presence == 0
    assert (np.diff([f.presence for f in frames]) <= 0).all()


def test_every_frame_keeps_its_own_time() -> None:
    assert [f.pts for f in bridged([None, 5, None, None, 5])] == [0, 1, 2, 3, 4]


def test_a_face_that_returns_eases_in() -> None:
    frames = bridged([20.0] * 15 + [None] * (AWAY + 5) + [20.0] * 20)[-20:]
    turned = yaws(frames)
    assert turned[0] < 3
    assert max(np.diff(turned)) < 4
    assert turned[round(EASE_IN_S * 30) :] == pytest.approx(
        [20] * (20 - round(EASE_IN_S * 30)), abs=1e-2
    )
    assert all(f.presence == 1 for f in frames)


def test_a_single_picture_without_the_face_hardly_shows() -> None:
    turned = yaws(bridged([10.0, 11.0, 12.0, None, 14.0, 15.0]))
    assert turned == pytest.approx([10, 11, 12, 12, 14, 15], abs=1.1)


def test_before_the_first_face_there_is_the_reference() -> None:
    frames = bridged([None, None, 9.0])
    assert yaws(frames)[:2] == pytest.approx([0, 0], abs=1e-3)
    assert frames[0].presence == 0
