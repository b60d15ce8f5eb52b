"""How noise leaves a window of frames."""

from __future__ import annotations

from itertools import pairwise

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from mien.nets.personalive.params import CHUNK_FRAMES, WINDOW_FRAMES
from mien.nets.personalive.schedule import CLEAN, Schedule

pytestmark = pytest.mark.unit
STEPS = st.integers(1, 8).map(lambda count: 4 * count)


def drawn(seed: int) -> Tensor:
    return torch.randn(WINDOW_FRAMES, 4, 2, 2, generator=torch.Generator().manual_seed(seed))


def test_the_official_steps_are_four_from_pure_noise_to_none() -> None:
    schedule = Schedule(4)
    assert schedule.timesteps == (999, 666, 333, 0, CLEAN)
    assert schedule.levels == (0, 333, 666, 999)
    (call,) = schedule.calls
    assert call.timesteps.tolist() == [0] * 4 + [333] * 4 + [666] * 4 + [999] * 4
    assert call.then.tolist() == [CLEAN] * 4 + [0] * 4 + [333] * 4 + [666] * 4


@pytest.mark.parametrize("steps", [-4, 0, 1, 2, 6, 33])
def test_steps_that_four_levels_cannot_share_are_refused(steps: int) -> None:
    with pytest.raises(ValueError, match=f"steps must be a multiple of 4, not {steps}"):
        Schedule(steps)


@settings(deadline=None, max_examples=40)
@given(STEPS)
def test_a_frame_is_only_ever_taken_to_less_noise_until_none_is_left(steps: int) -> None:
    schedule = Schedule(steps)
    timesteps = schedule.timesteps
    assert timesteps[0] == 999
    assert timesteps[-2:] == (0, CLEAN)
    assert len(timesteps) == steps + 1
    assert all(before > after for before, after in pairwise(timesteps))
    left = schedule.alpha_bars[list(timesteps)]
    assert (left.diff() > 0).all()
    assert left[-1] == 1


@settings(deadline=None, max_examples=40)
@given(STEPS)
def test_the_steps_are_even(steps: int) -> None:
    gaps = [before - after for before, after in pairwise(Schedule(steps).timesteps[:-1])]
    assert max(gaps) - min(gaps) <= 1


@settings(deadline=None, max_examples=40)
@given(STEPS)
def test_an_iteration_takes_each_chunk_to_where_the_one_before_it_was(steps: int) -> None:
    schedule = Schedule(steps)
    calls = schedule.calls
    assert len(calls) == steps // 4
    assert calls[0].timesteps.tolist() == [
        level for level in schedule.levels for _ in range(CHUNK_FRAMES)
    ]
    for before, after in pairwise(calls):
        assert torch.equal(before.then, after.timesteps)
    ended = calls[-1].then.tolist()
    assert ended[:CHUNK_FRAMES] == [CLEAN] * CHUNK_FRAMES
    assert ended[CHUNK_FRAMES:] == calls[0].timesteps.tolist()[:-CHUNK_FRAMES]


@settings(deadline=None, max_examples=40)
@given(STEPS, st.integers(0, 99))
def test_whoever_knows_the_noise_gets_the_clean_latents_back(steps: int, seed: int) -> None:
    schedule = Schedule(steps)
    clean, noise = drawn(seed), drawn(seed + 100)
    latents = schedule.noised(clean, noise, schedule.calls[0].timesteps)
    for call in schedule.calls:
        latents, expected = schedule.step(latents, noise, call)
        torch.testing.assert_close(expected, clean, rtol=0, atol=1e-3)
        torch.testing.assert_close(
            latents, schedule.noised(clean, noise, call.then), rtol=0, atol=1e-3
        )
    torch.testing.assert_close(latents[:CHUNK_FRAMES], clean[:CHUNK_FRAMES], rtol=0, atol=1e-4)


def test_no_noise_is_none_at_all() -> None:
    clean = drawn(0)
    same = Schedule(4).noised(clean, drawn(1), torch.full((WINDOW_FRAMES,), CLEAN))
    assert torch.equal(same, clean)


def test_a_schedule_works_in_the_kind_of_number_that_it_is_given() -> None:
    schedule = Schedule(4)
    latents = schedule.noised(drawn(0).half(), drawn(1).half(), schedule.calls[0].timesteps)
    after, expected = schedule.step(latents, drawn(1).half(), schedule.calls[0])
    assert latents.dtype == after.dtype == expected.dtype == torch.float16
