from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pytest

from mien.face import MeshTracker
from mien.pipeline.portraits.film_source import SeenPicture, _followed, steadied
from mien.types import Face, Floats, Image, Portrait

pytestmark = pytest.mark.unit

BLACK = Portrait(np.zeros((8, 8, 3), np.uint8))
SHAPE = np.random.default_rng(0).uniform(0, 100, (478, 3)).astype(np.float32)


def face(x: float, scale: float = 1.0) -> Face:
    return Face((SHAPE * scale + (x, 0, 0)).astype(np.float32), 1.0)


def seen(x: float | None, shot: int = 0) -> SeenPicture:
    return SeenPicture(BLACK, None if x is None else face(x), shot)


def places(pictures: Iterable[SeenPicture]) -> Floats:
    return np.array(
        [np.nan if p.face is None else (p.face.landmarks - SHAPE)[:, 0].mean() for p in pictures]
    )


def tremble(values: Floats) -> float:
    return float(np.abs(np.diff(values, n=2)).mean())


def test_tremble_is_taken_away_and_motion_is_not_delayed() -> None:
    noise = np.random.default_rng(1).normal(0, 1, 80)
    path = np.linspace(0, 200, 80)
    steady = places(steadied((seen(x) for x in path + noise), 1.0))
    assert tremble(steady) < 0.5 * tremble(path + noise)
    assert abs((steady - path)[10:70].mean()) < 0.3


def test_without_strength_nothing_changes() -> None:
    pictures = [seen(0), seen(9), seen(None)]
    assert list(steadied(pictures, 0)) == pictures


@pytest.mark.parametrize("after", [seen(50, 1), seen(None)])
def test_smoothing_does_not_reach_over_a_cut_or_a_gap(after: SeenPicture) -> None:
    pictures = [*[seen(0)] * 6, after, *[seen(50, after.shot)] * 6]
    found = places(steadied(pictures, 2.0))
    np.testing.assert_allclose(found[:6], 0, atol=1e-3)
    np.testing.assert_allclose(found[7:], 50, atol=1e-3)


def test_few_pictures_are_held() -> None:
    taken = 0

    def endless() -> Iterable[SeenPicture]:
        nonlocal taken
        while True:
            taken += 1
            yield seen(0)

    next(iter(steadied(endless(), 10.0)))
    assert taken <= 14


class Scripted(MeshTracker):
    """Sees what it is told to."""

    def __init__(self, script: list[list[Face]]) -> None:
        self._script = iter(script)

    def track(self, image: Image) -> list[Face]:
        return next(self._script)


def followed(script: list[list[Face]], first: Face) -> list[SeenPicture]:
    return list(_followed([BLACK] * len(script), first, Scripted(script)))


def test_the_chosen_one_of_two_faces_is_followed_whoever_is_larger() -> None:
    script = [[face(300), face(10)], [face(12), face(300)], [face(300, 1.1), face(14)]]
    np.testing.assert_allclose(places(followed(script, face(8))), [10, 12, 14], atol=0.1)


def test_while_only_others_are_seen_the_face_is_not() -> None:
    script = [[face(10), face(300)], [face(300), face(600)], [face(12), face(300)]]
    result = followed(script, face(8))
    assert [p.face is None for p in result] == [False, True, False]
    assert {p.shot for p in result} == {0}


def test_a_face_that_jumps_begins_another_shot() -> None:
    script = [[face(10)], [face(11)], [], [face(12)], [face(300)], [face(301)]]
    assert [p.shot for p in followed(script, face(10))] == [0, 0, 0, 0, 1, 1]
