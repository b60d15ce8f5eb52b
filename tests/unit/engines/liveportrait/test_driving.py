from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from fakes.plain_runtime import PlainRuntime
from mien.drivers import canonical_reference, drive_with_moments
from mien.engines.liveportrait.algebra import NEUTRAL
from mien.engines.liveportrait.driving import Driver
from mien.motion.arkit import BLENDSHAPES
from mien.motion.face_template import FACE_TEMPLATE
from mien.motion.keypoints import HEAD_UNIT, blendshapes_from_keypoints
from mien.motion.moment import Moment
from mien.types import DriverPixels, Keypoints, Motion, MotionFrame

pytestmark = pytest.mark.unit
RATE = Fraction(25)
LANDMARKS = FACE_TEMPLATE.landmarks * 50 + np.float32([150, 150, 0])


def seen(red: int, *, pts: int = 0, green: int = 0) -> MotionFrame:
    """A frame of a film, all of one colour."""
    image = np.zeros((300, 300, 3), np.uint8) + np.uint8([red, green, 0])
    return replace(
        canonical_reference(1 / RATE),
        pts=pts,
        landmarks=FACE_TEMPLATE.landmarks,
        pixels=DriverPixels(image, LANDMARKS),
    )


def unseen(presence: float) -> MotionFrame:
    return replace(seen(0), pixels=None, presence=presence)


def driver_of(reference: MotionFrame, frames: Iterable[MotionFrame] = ()) -> Driver:
    return Driver(Motion(reference, iter(frames), RATE), PlainRuntime(), 1.5)


def test_a_film_is_read_by_the_motion_extractor() -> None:
    driver = driver_of(seen(0))
    reference = driver.neutral(seen(255))
    said = driver.read(seen(255))
    assert not driver.still
    assert np.allclose(reference.expression, 0)
    assert np.allclose(said.expression, 0.1, atol=1e-6)
    assert said.scale == 1.5
    assert said.ratios is not None
    assert 0 < said.ratios[0] < 0.8


def test_all_pictures_of_a_film_are_cut_alike() -> None:
    runtime = PlainRuntime()
    moved = seen(9)
    assert moved.pixels is not None
    moved = replace(moved, pixels=replace(moved.pixels, landmarks=LANDMARKS + 20))
    driver = Driver(Motion(seen(0), iter(()), RATE), runtime, 1.0)
    driver.read(moved)
    first, second = runtime.seen
    assert first.shape == second.shape == (256, 256, 3)
    assert np.array_equal(first[..., 0] > 0, np.zeros((256, 256), bool))
    assert (second[40:200, 40:200, 0] == 9).all()


def test_a_driving_picture_is_measured_against_the_neutral_face() -> None:
    reference = replace(seen(0), pixels=None)
    driver = driver_of(reference)
    neutral = driver.neutral(seen(255, green=100))
    said = driver.read(seen(255, green=100))
    assert driver.still
    assert np.array_equal(neutral.expression, NEUTRAL)
    assert np.array_equal(neutral.rotation, said.rotation)
    assert np.array_equal(neutral.translation, said.translation)


def test_a_template_says_its_own_keypoints() -> None:
    expression = np.random.default_rng(1).normal(0, 0.01, (21, 3)).astype(np.float32)
    frame = replace(
        canonical_reference(),
        keypoints=Keypoints(expression, 1.4, np.float32([0.1, 0.2, 0])),
        rotation=np.float32([[0, -1, 0], [1, 0, 0], [0, 0, 1]]),
        own_expression=0.2,
    )
    said = driver_of(frame).read(frame)
    assert not driver_of(frame).made
    assert np.array_equal(said.expression, expression.astype(np.float64))
    assert np.array_equal(said.rotation, frame.rotation.T)
    assert (said.scale, tuple(np.round(said.translation, 6))) == (1.4, (0.1, 0.2, 0.0))
    assert said.own_expression == 1.0, "a template's keypoints are added, as LivePortrait does"


def test_moments_are_said_in_keypoints() -> None:
    weights = np.zeros(52, np.float32)
    weights[BLENDSHAPES.index("jawOpen")] = 0.5
    moment = Moment(weights, translation=(1.0, 0.0), closure=0.3, own_expression=0.25)
    motion = drive_with_moments(lambda _: moment, fps=RATE, num_frames=1)
    driver = Driver(motion, PlainRuntime(), 1.5)
    said = driver.read(next(motion.frames))
    back = blendshapes_from_keypoints(said.expression, NEUTRAL)
    assert back[BLENDSHAPES.index("jawOpen")] == pytest.approx(0.5, abs=0.05)
    assert said.translation[0] == pytest.approx(1.5 * HEAD_UNIT)
    assert (said.closure, said.own_expression) == (0.3, 0.25)
    assert driver.made
    assert np.allclose(driver.neutral(canonical_reference()).expression, NEUTRAL)


def test_a_face_out_of_sight_gives_way_to_the_neutral_and_takes_over_gently() -> None:
    driver = driver_of(seen(0))
    shown = [driver.read(seen(255)).expression[0, 0]]
    for presence in np.linspace(1, 0, 26)[1:]:
        shown.append(driver.read(unseen(float(presence))).expression[0, 0])
    lost = len(shown)
    for _ in range(12):
        shown.append(driver.read(seen(255)).expression[0, 0])
    assert shown[lost - 1] == pytest.approx(0.0, abs=1e-9)
    assert shown[-1] == pytest.approx(0.1, abs=1e-6)
    assert np.abs(np.diff(shown)).max() < 0.03
    assert (np.diff(shown[:lost]) <= 0).all()
    assert (np.diff(shown[lost:]) >= 0).all()


def test_a_film_that_begins_out_of_sight_begins_with_the_neutral() -> None:
    driver = driver_of(seen(77))
    said = driver.read(unseen(0.0))
    assert np.allclose(said.expression, driver.neutral(unseen(0.0)).expression)
