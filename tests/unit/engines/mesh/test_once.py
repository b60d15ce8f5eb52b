from __future__ import annotations

import pickle

import numpy as np
import pytest

from mien.engines import load_engine
from mien.engines.mesh.once import Once
from mien.engines.mesh.source import MeshSource
from mien.motion.expressions import load_expressions
from mien.pipeline.stills import motion_of
from mien.types import MotionOptions

pytestmark = pytest.mark.unit


def test_it_is_made_when_it_is_first_asked_for_and_never_again() -> None:
    made: list[int] = []

    def make() -> int:
        made.append(1)
        return 7

    once: Once[int] = Once()
    assert made == []
    assert [once.of(make), once.of(make)] == [7, 7]
    assert made == [1]


def test_nothing_is_a_value_too() -> None:
    once: Once[None] = Once()
    assert once.of(lambda: None) is None
    assert once.of(lambda: pytest.fail("made again")) is None


def test_it_is_pickled_empty() -> None:
    once: Once[int] = Once()
    once.of(lambda: 1)
    assert pickle.loads(pickle.dumps(once)).of(lambda: 2) == 2


def test_a_source_that_was_moved_before_looks_the_same_again(source: MeshSource) -> None:
    """What is kept with a source changes nothing, in whatever order expressions come."""
    known = load_expressions()
    names = ["happy", "angry", "surprised"]
    fresh = {name: _still(pickle.loads(pickle.dumps(source)), known[name]) for name in names}
    for name in ["angry", *names]:
        assert np.array_equal(_still(source, known[name]), fresh[name])


def _still(source: MeshSource, expression) -> np.ndarray:
    motion = motion_of([expression.moment(0.9)])
    (rendered,) = load_engine().animate(source, motion, MotionOptions())
    return rendered.pixels
