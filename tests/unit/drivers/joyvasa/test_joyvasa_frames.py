"""Decoded motion, steadied, in the amounts that are wanted."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from mien.drivers.joyvasa import JoyVasaSettings
from mien.drivers.joyvasa.coefficients import Decoded
from mien.drivers.joyvasa.frames import FrameMaker
from mien.drivers.joyvasa.poses import steadying
from mien.motion.pose import angles_from_rotation
from mien.types import Floats, MotionFrame

pytestmark = pytest.mark.unit


def poses(count: int, **moving: float) -> Floats:
    """Heads of scale 1.5 that begin at rest and then are where ``moving`` says."""
    names = ("scale", "x", "y", "z", "pitch", "yaw", "roll")
    rest = np.array([1.5, 0.1, -0.1, 0.0, 0.0, 0.0, 0.0])
    there = [moving.get(name, value) for name, value in zip(names, rest, strict=True)]
    return np.array([rest, *[there] * (count - 1)])


def decoded(count: int = 3, change: float = 0.0, **moving: float) -> Decoded:
    expression = np.full((count, 21, 3), 0.01, np.float32)
    expression[1:, 19, 1] += change
    return Decoded(expression, poses(count, **moving).astype(np.float32))


def frames(made: Decoded, **chosen: Any) -> list[MotionFrame]:
    chosen = {"pose_smoothing": "none"} | chosen
    return FrameMaker(JoyVasaSettings(**chosen)).frames(made)


def turned(frame: MotionFrame) -> tuple[float, float, float]:
    """Yaw, pitch, roll."""
    return angles_from_rotation(frame.rotation.astype(np.float64))


def test_frames_say_what_was_decoded() -> None:
    first, second, _ = frames(decoded(change=0.03, yaw=10.0, x=0.2, scale=1.8))
    assert (first.pts, second.pts, second.time_base) == (0, 1, first.time_base)
    assert (first.scale, second.scale) == pytest.approx((1.0, 1.2))
    assert second.keypoints.scale == pytest.approx(1.8)
    assert second.keypoints.absolute_lips
    assert second.keypoints.expression[19, 1] == pytest.approx(0.04)
    assert (second.translation - first.translation).tolist() == pytest.approx(
        [0.1 / (0.26 * 1.5), 0.0], abs=1e-6
    )
    assert abs(turned(second)[0]) == pytest.approx(10.0, abs=1e-3)
    assert not first.blendshapes.any()
    assert second.blendshapes.max() > 0.1
    assert second.landmarks is None


def test_half_the_motion_is_half_as_far_from_the_first_frame() -> None:
    made = decoded(change=0.02, yaw=24.0, y=0.3, scale=6.0)
    whole, half = (frames(made, head_motion=h, expression_motion=h)[2] for h in (1.0, 0.5))
    assert turned(half)[0] == pytest.approx(turned(whole)[0] / 2, abs=1e-3)
    assert half.keypoints.translation[1] == pytest.approx(0.1)
    assert half.keypoints.scale == pytest.approx(3.0)
    assert half.keypoints.expression[19, 1] == pytest.approx(0.02)


def test_head_and_expression_are_told_apart() -> None:
    made = decoded(change=0.02, yaw=24.0)
    still = frames(made, head_motion=0)[2]
    assert turned(still) == pytest.approx((0, 0, 0), abs=1e-3)
    assert still.keypoints.expression[19, 1] == pytest.approx(0.03)
    plain = frames(made, expression_motion=0)[2]
    assert plain.keypoints.expression[19, 1] == pytest.approx(0.01)
    assert not plain.blendshapes.any()
    assert abs(turned(plain)[0]) == pytest.approx(24.0, abs=1e-3)


def test_twice_the_motion_turns_twice_as_far() -> None:
    made = decoded(pitch=8.0, roll=-6.0)
    once, twice = (frames(made, head_motion=amount)[1] for amount in (1.0, 2.0))
    np.testing.assert_allclose(once.rotation @ once.rotation, twice.rotation, atol=1e-5)


def test_numbers_beyond_reason_stay_within_what_a_template_can_hold() -> None:
    made = Decoded(np.full((2, 21, 3), 99.0), poses(2, scale=-3.0, x=400.0))
    for chosen in ({}, {"head_motion": 2.0, "expression_motion": 2.0}):
        for frame in frames(made, **chosen):
            assert 0.0 < frame.keypoints.scale <= 10.0
            assert np.abs(frame.keypoints.expression).max() <= 10.0
            assert np.isfinite(frame.translation).all()


def test_animals_have_no_lips_of_their_own() -> None:
    assert not frames(decoded(), species="animals")[0].keypoints.absolute_lips


def test_frames_that_lead_in_come_before_0_and_portions_do_not_matter() -> None:
    made = decoded(6, change=0.02, yaw=12.0, pitch=3.0)
    at_once = FrameMaker(JoyVasaSettings(), 2).frames(made)
    maker = FrameMaker(JoyVasaSettings(), 2)
    one_by_one = [frame for part in made.one_by_one() for frame in maker.frames(part)]
    assert [frame.pts for frame in at_once] == [-2, -1, 0, 1, 2, 3]
    for a, b in zip(at_once, one_by_one, strict=True):
        np.testing.assert_allclose(a.rotation, b.rotation, atol=1e-6)
        np.testing.assert_array_equal(a.blendshapes, b.blendshapes)
        assert a.pts == b.pts


def test_upstreams_mean_holds_the_head_where_it_began() -> None:
    places, rotations = steadying("upstream").steady(poses(101, yaw=20.0, x=1.1))
    share = 1 - 0.99**100
    assert places[-1, 1] == pytest.approx(0.1 + share * 1.0)
    angle = np.degrees(np.arccos((np.trace(rotations[-1]) - 1) / 2))
    assert angle == pytest.approx(share * 20.0, abs=1e-3)


def test_ours_steadies_a_restless_head_and_follows_one_that_turns() -> None:
    draw = np.random.Generator(np.random.PCG64(0))
    restless = poses(200)
    restless[:, 4:] += 0.5 * draw.standard_normal((200, 3))
    _, rotations = steadying("mien").steady(restless)
    unrest = np.linalg.norm(np.diff(rotations, axis=0), axis=(1, 2)).mean()
    _, as_told = steadying("none").steady(restless)
    assert unrest < 0.3 * np.linalg.norm(np.diff(as_told, axis=0), axis=(1, 2)).mean()
    _, turning = steadying("mien").steady(poses(50, yaw=20.0))
    assert abs(turned_by(turning[-1]) - 20.0) < 0.5
    assert turned_by(turning[25]) > 18.0


def turned_by(rotation: Floats) -> float:
    return float(np.degrees(np.arccos(np.clip((np.trace(rotation) - 1) / 2, -1, 1))))


@pytest.mark.parametrize("way", ["mien", "upstream", "none"])
def test_rotations_are_rotations_whatever_the_way(way: str) -> None:
    draw = np.random.Generator(np.random.PCG64(1))
    wild = np.concatenate([np.ones((40, 4)), draw.uniform(-180, 180, (40, 3))], axis=1)
    _, rotations = steadying(way).steady(wild)
    square = rotations @ rotations.transpose(0, 2, 1)
    np.testing.assert_allclose(square, np.broadcast_to(np.eye(3), square.shape), atol=1e-5)
    np.testing.assert_allclose(np.linalg.det(rotations), 1.0, atol=1e-5)
