from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from mien.motion.arkit import shape_weights
from mien.motion.blendshapes.posing import pose_face
from mien.motion.face_template import FACE_TEMPLATE
from mien.motion.pose import angles_from_rotation, rotation_from_angles
from mien.motion.smoothing import OneEuro, smooth_motion
from mien.types import Floats, MotionFrame

pytestmark = pytest.mark.unit

RATE = Fraction(30)
FACE = FACE_TEMPLATE.landmarks


def frame(pts: int, *, yaw: float = 0.0, x: float = 0.0, **shapes: float) -> MotionFrame:
    weights = shape_weights(shapes)
    return MotionFrame(
        pts=pts,
        time_base=1 / RATE,
        rotation=rotation_from_angles(yaw, 0, 0).astype(np.float32),
        translation=np.array([x, 0], np.float32),
        scale=1.0,
        blendshapes=weights,
        landmarks=pose_face(FACE, weights),
    )


def smoothed(frames: list[MotionFrame], strength: float = 1.0) -> list[MotionFrame]:
    return list(smooth_motion(iter(frames), RATE, strength))


def pulse(pts: int) -> float:
    """A symmetric bump around frame 15."""
    return math.exp(-0.5 * ((pts - 15) / 2.5) ** 2)


READINGS: dict[str, Callable[[MotionFrame], float]] = {
    "yaw": lambda f: angles_from_rotation(f.rotation)[0] / 3,
    "translation": lambda f: float(f.translation[0]),
    "weights": lambda f: float(f.blendshapes[17]),
    "landmarks": lambda f: (
        float(f.landmarks[152, 1] - FACE[152, 1]) if f.landmarks is not None else 0
    ),
}


@pytest.mark.parametrize("channel", READINGS)
@pytest.mark.parametrize("size", [0.02, 1.0])
def test_a_symmetric_pulse_keeps_its_centre(channel: str, size: float) -> None:
    frames = [
        frame(i, yaw=3 * size * pulse(i), x=size * pulse(i), jawOpen=size * pulse(i))
        for i in range(31)
    ]
    values = np.array([READINGS[channel](f) for f in smoothed(frames, 2.0)])
    assert int(values.argmax()) == 15
    np.testing.assert_allclose(values, values[::-1], atol=1e-5)


@pytest.mark.parametrize("length", [1, 2, 3, 5, 40])
def test_nothing_that_stands_still_is_moved(length: int) -> None:
    still = frame(0, yaw=10, x=2.0, mouthSmile=0.5)
    for number, out in enumerate(smoothed([replace(still, pts=i) for i in range(length)], 2.0)):
        assert out.pts == number
        np.testing.assert_allclose(out.rotation, still.rotation, atol=1e-6)
        np.testing.assert_allclose(out.translation, still.translation, atol=1e-6)
        np.testing.assert_allclose(out.blendshapes, still.blendshapes, atol=1e-6)
        np.testing.assert_allclose(out.landmarks, still.landmarks, atol=1e-6)


def test_a_steady_turn_stays_steady() -> None:
    frames = [frame(i, yaw=0.3 * i, x=0.004 * i) for i in range(30)]
    for before, after in zip(frames, smoothed(frames), strict=True):
        np.testing.assert_allclose(after.translation, before.translation, atol=1e-5)
        np.testing.assert_allclose(after.rotation, before.rotation, atol=1e-4)


def trembling(length: int) -> list[MotionFrame]:
    noise = np.random.default_rng(0)
    return [
        replace(
            frame(i, yaw=float(noise.normal(0, 0.2)), x=float(noise.normal(0, 0.003))),
            landmarks=(FACE + noise.normal(0, 0.0025, FACE.shape)).astype(np.float32),
        )
        for i in range(length)
    ]


def tremble(frames: list[MotionFrame]) -> tuple[float, float]:
    """Mean second difference of landmarks and of yaw."""
    points = np.stack([f.landmarks for f in frames if f.landmarks is not None])
    yaw = [angles_from_rotation(f.rotation)[0] for f in frames]
    return float(np.abs(np.diff(points, 2, axis=0)).mean()), float(np.abs(np.diff(yaw, 2)).mean())


def test_tremble_is_cut_to_less_than_half() -> None:
    frames = trembling(60)
    for before, after in zip(tremble(frames), tremble(smoothed(frames)), strict=True):
        assert after < 0.5 * before


def blink(pts: int) -> float:
    """Closed within three frames, open again within five, as eyes do."""
    return float(np.interp(pts, [10, 13, 14, 19], [0, 1, 1, 0]))


def test_a_blink_loses_less_than_a_tenth_of_its_depth() -> None:
    frames = [frame(i, eyeBlink=blink(i)) for i in range(30)]
    upper = [f.landmarks[159, 1] for f in smoothed(frames) if f.landmarks is not None]
    full = [f.landmarks[159, 1] for f in frames if f.landmarks is not None]
    assert max(upper) - upper[0] > 0.9 * (max(full) - full[0])
    assert max(f.blendshapes[0] for f in smoothed(frames)) > 0.9


def test_a_syllable_loses_less_than_a_tenth_of_its_opening() -> None:
    frames = [frame(i, jawOpen=0.3 * (1 - math.cos(2 * math.pi * i / 6)) / 2) for i in range(31)]
    assert max(f.blendshapes[17] for f in smoothed(frames)[3:-3]) > 0.27


def test_no_strength_is_no_change() -> None:
    frames = trembling(5)
    assert all(a is b for a, b in zip(frames, smoothed(frames, 0.0), strict=True))


def test_the_first_frame_stays_as_it_is() -> None:
    frames = trembling(10)
    assert smoothed(frames)[0] is frames[0]


def test_it_reads_only_a_few_frames_ahead() -> None:
    read = 0

    def endless() -> Iterator[MotionFrame]:
        nonlocal read
        while True:
            read += 1
            yield frame(read)

    stream = smooth_motion(endless(), RATE, 10.0)
    for number in range(1, 30):
        next(stream)
        assert read <= number + 12


def test_motion_without_landmarks_is_smoothed_too() -> None:
    frames = [replace(f, landmarks=None) for f in trembling(20)]
    assert all(f.landmarks is None for f in smoothed(frames))


def test_one_euro_leaves_a_constant_alone() -> None:
    follow = OneEuro()
    for step in range(20):
        np.testing.assert_allclose(follow(np.full((4, 2), 3.0), step / 30), 3.0)


def test_one_euro_is_steady_at_rest_and_quick_in_motion() -> None:
    noise = np.random.default_rng(0).normal(0, 0.01, 300)
    follow = OneEuro()
    resting: list[Floats] = [follow(np.array(v), i / 30) for i, v in enumerate(noise)]
    assert np.std(resting[30:]) < 0.5 * np.std(noise)
    follow.reset()
    ramp = [float(follow(np.array(10.0 * i / 30), i / 30)) for i in range(60)]
    assert 10.0 * 59 / 30 - ramp[-1] < 1.5


def test_one_euro_starts_anew_when_time_goes_back() -> None:
    follow = OneEuro()
    follow(np.array(5.0), 1.0)
    assert follow(np.array(1.0), 0.5) == 1.0
