from __future__ import annotations

import numpy as np
import pytest

from mien.motion.idle.glances import Glances
from mien.types import Floats

pytestmark = pytest.mark.unit

LENGTH_S, STEP_S = 120.0, 0.005


@pytest.fixture(scope="module")
def looks() -> tuple[Floats, Floats]:
    """Eyes and head, (24000, 2) degrees each."""
    glances = Glances(1, LENGTH_S)
    looks = [glances(t) for t in np.arange(0, LENGTH_S, STEP_S).tolist()]
    return np.array([look.eyes for look in looks]), np.array([look.head for look in looks])


def jumps(eyes: Floats) -> tuple[Floats, Floats, Floats]:
    """Start and length in seconds, and size in degrees, of each run of moving eyes."""
    moving = np.any(np.diff(eyes, axis=0) != 0, axis=1)
    edges = np.flatnonzero(np.diff(np.concatenate([[0], moving, [0]]).astype(int)))
    starts, ends = edges.reshape(-1, 2).T
    return (
        starts * STEP_S,
        (ends - starts) * STEP_S,
        np.linalg.norm(eyes[ends] - eyes[starts], axis=1),
    )


def test_eyes_rest_for_a_third_of_a_second_to_three(looks: tuple[Floats, Floats]) -> None:
    starts, lengths, _ = jumps(looks[0])
    fixations = starts[1:] - (starts + lengths)[:-1]
    assert fixations.min() > 0.3
    assert fixations.max() < 3.0
    assert fixations.std() > 0.3


def test_jumps_are_quick_and_mostly_small(looks: tuple[Floats, Floats]) -> None:
    _, lengths, sizes = jumps(looks[0])
    assert lengths.min() > 0.015
    assert lengths.max() < 0.065
    assert np.mean(sizes < 8.0) > 0.9
    assert sizes.max() < 12.0
    assert np.corrcoef(sizes, lengths)[0, 1] > 0.8  # wide jumps take longer


def test_eyes_are_mostly_on_the_watcher(looks: tuple[Floats, Floats]) -> None:
    off = np.linalg.norm(looks[0], axis=1)
    assert 0.6 < np.mean(off < 1.5) < 0.9
    assert np.abs(looks[0].mean(axis=0)).max() < 0.5


def test_the_head_follows_wide_glances_a_little_and_smoothly(looks: tuple[Floats, Floats]) -> None:
    eyes, head = looks
    assert 1.0 < np.abs(head).max() < 3.0
    assert np.abs(np.diff(head, axis=0)).max() / STEP_S < 15
    aside = np.abs(eyes[:, 0]) > 6
    assert np.mean(head[aside, 0] * eyes[aside, 0] > 0) > 0.8
    small = np.linalg.norm(eyes, axis=1) < 1.4
    assert np.median(np.abs(head[small])) == 0
