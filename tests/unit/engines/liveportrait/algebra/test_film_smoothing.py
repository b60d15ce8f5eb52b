from __future__ import annotations

import numpy as np
import pytest

from fakes.keypoint_motion import driving, source
from mien.engines.liveportrait.algebra.rotation import rotation_from_degrees
from mien.engines.liveportrait.algebra.smoothing import Step, lookahead, smooth_steps
from mien.motion.kalman import OBSERVATION, smooth_series
from mien.types import Floats

pytestmark = pytest.mark.unit


def steps(count: int, yaw_step: float = 8.0) -> list[Step]:
    """A head that turns back and forth while its expression trembles."""
    rng = np.random.default_rng(3)
    yaws = 30 * np.sin(np.arange(count) * yaw_step / 30)
    return [
        Step(source(), driving(i), rotation_from_degrees(0, yaw, 0), rng.normal(0, 0.02, (21, 3)))
        for i, yaw in enumerate(yaws)
    ]


def whole(series: list[Floats], observation: float) -> Floats:
    return np.array(list(smooth_series(series, observation=observation, lag=len(series))))


@pytest.mark.parametrize("observation", [1e-9, OBSERVATION, 3e-6, 1e-4, 1e-3])
def test_a_few_frames_ahead_are_as_good_as_the_whole_film(observation: float) -> None:
    given = steps(250)
    streamed = list(smooth_steps(given, observation))
    for name in ("rotation", "expression"):
        wanted = whole([getattr(step, name) for step in given], observation)
        made = np.array([getattr(step, name) for step in streamed])
        assert np.abs(made - wanted).max() < 2e-7


def test_one_frame_less_ahead_would_miss_more_than_is_allowed() -> None:
    series = [np.zeros(1)] * (lookahead(OBSERVATION) - 1) + [np.ones(1)] * 2
    told = whole(series, OBSERVATION)[0] - whole(series[:-2], OBSERVATION)[0]
    assert 1e-7 < told < 1e-5


@pytest.mark.parametrize(("observation", "frames"), [(3e-7, 5), (3e-6, 10), (1e-3, 168)])
def test_less_trust_in_a_frame_takes_more_of_them(observation: float, frames: int) -> None:
    assert lookahead(observation) == frames


def test_no_more_steps_are_held_than_are_needed() -> None:
    pulled = 0

    def counted() -> object:
        nonlocal pulled
        for step in steps(30):
            pulled += 1
            yield step

    smooth = smooth_steps(counted(), OBSERVATION)  # type: ignore[arg-type]
    for made, _ in enumerate(smooth, start=1):
        assert pulled <= made + lookahead(OBSERVATION)


def test_each_step_keeps_its_own_source_and_frame() -> None:
    given = steps(12)
    for step, smooth in zip(given, smooth_steps(given, OBSERVATION), strict=True):
        assert smooth.source is step.source
        assert smooth.driving is step.driving


@pytest.mark.parametrize("count", [0, 1, 2, 5])
def test_short_films_are_smoothed_too(count: int) -> None:
    given = steps(count)
    smooth = list(smooth_steps(given, OBSERVATION))
    assert len(smooth) == count
    if count == 1:
        assert np.allclose(smooth[0].rotation, given[0].rotation)


def test_rotations_shrink_as_liveportraits_unless_told_otherwise() -> None:
    given = steps(40, yaw_step=20.0)
    loose = [step.rotation for step in smooth_steps(given, 1e-4)]
    tight = [step.rotation for step in smooth_steps(given, 1e-4, orthonormal=True)]
    assert min(np.linalg.det(rotation) for rotation in loose) < 0.9
    for rotation in tight:
        assert np.allclose(rotation @ rotation.T, np.eye(3))
