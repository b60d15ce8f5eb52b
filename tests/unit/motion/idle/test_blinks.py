from __future__ import annotations

import numpy as np
import pytest

from mien.motion.idle.blinks import Blinks
from mien.motion.idle.glances import Glances
from mien.types import Floats

pytestmark = pytest.mark.unit

LENGTH_S, STEP_S = 600.0, 0.02


def lids(seed: int, *, glancing: bool = True, period_s: float = LENGTH_S) -> Floats:
    blinks = Blinks(seed, period_s, Glances(seed, period_s) if glancing else None)
    return np.array([blinks(t) for t in np.arange(0, period_s, STEP_S).tolist()])


def starts_and_ends(shut: Floats) -> tuple[Floats, Floats]:
    """In seconds, of blinks that lie whole within the time."""
    moving = np.flatnonzero(np.diff(np.concatenate([[0], shut > 0.01, [0]]).astype(int)))
    starts, ends = moving.reshape(-1, 2).T * STEP_S
    return starts, ends


@pytest.fixture(scope="module")
def shut() -> Floats:
    return lids(0)


def test_there_are_15_to_20_a_minute(shut: Floats) -> None:
    starts, _ = starts_and_ends(shut)
    assert 15 <= len(starts) / (LENGTH_S / 60) <= 20
    minutes, _ = np.histogram(starts, np.arange(0, LENGTH_S + 1, 60))
    assert minutes.min() >= 15
    assert minutes.max() <= 20


def test_each_takes_100_to_400_ms_and_shuts_the_eyes(shut: Floats) -> None:
    starts, ends = starts_and_ends(shut)
    assert (ends - starts).min() > 0.1
    assert (ends - starts).max() < 0.4
    for start, end in zip(starts, ends, strict=True):
        assert shut[round(start / STEP_S) : round(end / STEP_S)].max() > 0.9


def test_lids_close_faster_than_they_open(shut: Floats) -> None:
    starts, ends = starts_and_ends(shut)
    for start, end in zip(starts, ends, strict=True):
        low, high = round(start / STEP_S), round(end / STEP_S)
        deepest = low + int(shut[low:high].argmax())
        assert deepest - low < high - deepest


def test_the_time_between_two_varies(shut: Floats) -> None:
    between = np.diff(starts_and_ends(shut)[0])
    assert between.min() > 1
    assert between.max() < 7
    assert between.std() > 0.6


def test_many_large_shifts_of_gaze_come_with_a_blink(shut: Floats) -> None:
    glances = Glances(0, LENGTH_S)

    def share_of_shifting(shut: Floats) -> float:
        """Of blinks in whose first 60 ms the eyes turn by more than 5 degrees."""
        turned = [
            np.linalg.norm(glances(start + 0.06).eyes - glances(start - 0.02).eyes)
            for start in starts_and_ends(shut)[0].tolist()
        ]
        return float(np.mean(np.array(turned) > 5.0))

    assert share_of_shifting(shut) > 2 * share_of_shifting(lids(0, glancing=False))


@pytest.mark.parametrize(("period_s", "blinks"), [(1.0, 0), (3.0, 1), (5.0, 1), (10.0, 3)])
def test_short_loops_have_their_share(period_s: float, blinks: int) -> None:
    shut = lids(0, glancing=False, period_s=period_s) > 0.5
    assert np.count_nonzero(shut & ~np.roll(shut, 1)) == blinks
