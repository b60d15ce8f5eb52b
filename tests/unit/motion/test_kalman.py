from __future__ import annotations

from itertools import islice

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.motion.kalman import OBSERVATION, PROCESS, smooth_series
from mien.types import Floats

pytestmark = pytest.mark.unit

FAST = st.floats(1e-7, 1e-3)


def smoothed(values: Floats, *, lag: int | None = None, **variances: float) -> Floats:
    lag = len(values) if lag is None else lag
    return np.array(list(smooth_series(values, lag=lag, **variances)))


def closed_form(values: Floats, process: float, observation: float) -> Floats:
    """The most likely walk, all at once: the minimum of the sum of squared steps and errors,
    each over its variance, and of what is known at the beginning."""
    n = len(values)
    steps = np.diff(np.eye(n), axis=0)
    first = np.eye(n)[:1]
    normal = steps.T @ steps / process + np.eye(n) / observation + first.T @ first
    wanted = values / observation + first.T @ values[:1]
    return np.linalg.solve(normal, wanted)


@pytest.mark.parametrize("observation", [OBSERVATION, 3e-6, 1e-3])
def test_it_finds_the_most_likely_walk(observation: float) -> None:
    values = np.random.default_rng(1).normal(0, 0.01, (40, 5)).cumsum(axis=0)
    expected = closed_form(values, PROCESS, observation)
    np.testing.assert_allclose(smoothed(values, observation=observation), expected, atol=1e-9)


def test_one_measurement_and_none_are_left_as_they_are() -> None:
    assert smoothed(np.array([[3.0, -1.0]])).tolist() == [[3.0, -1.0]]
    assert list(smooth_series([], lag=4)) == []


@given(FAST, FAST, st.integers(1, 30))
def test_a_constant_stays(process: float, observation: float, length: int) -> None:
    still = np.full((length, 2), 7.5)
    result = smoothed(still, process=process, observation=observation, lag=3)
    np.testing.assert_allclose(result, still, atol=1e-9)


def test_a_ramp_is_not_delayed() -> None:
    ramp = np.linspace(0, 1, 60)[:, None]
    result = smoothed(ramp, observation=2e-5)
    np.testing.assert_allclose(result[15:45], ramp[15:45], atol=1e-4)


def test_noise_is_taken_away() -> None:
    noise = np.random.default_rng(2).normal(0, 1, (400, 3))
    result = smoothed(noise, process=1e-5, observation=1e-4)
    assert result.std() < 0.5 * noise.std()
    assert np.diff(result, axis=0).std() < 0.2 * np.diff(noise, axis=0).std()


@given(st.integers(2, 12))
def test_what_lies_beyond_the_lag_hardly_counts(lag: int) -> None:
    values = np.random.default_rng(3).normal(0, 1, (50, 2))
    share = 0.5  # observation over both
    difference = smoothed(values, process=1e-5, observation=1e-5, lag=lag) - smoothed(
        values, process=1e-5, observation=1e-5
    )
    assert np.abs(difference).max() < 4 * share**lag


def test_it_looks_no_further_ahead_than_its_lag() -> None:
    asked = 0

    def values() -> object:
        nonlocal asked
        while True:
            asked += 1
            yield np.zeros(1)

    list(islice(smooth_series(values(), lag=4), 3))  # type: ignore[arg-type]
    assert asked == 7
