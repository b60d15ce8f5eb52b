from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import numpy as np
import pytest

from fakes.clips import astronaut
from fakes.lip_painter import ScriptedFaces, mean_face
from mien.retouch.musetalk.caches import Memory
from mien.retouch.musetalk.following import FaceChoice, Follower, SeenFrame
from mien.types import Face, Frame

pytestmark = pytest.mark.unit

RATE = Fraction(25)
LARGE, SMALL = mean_face(120, 150, 100), mean_face(300, 150, 60)


def frames(number: int) -> list[Frame]:
    """All of them different."""
    return [Frame(np.full((300, 400, 3), i, np.uint8), i, 1 / RATE) for i in range(number)]


def follow(script: Sequence[Sequence[Face]], choice: FaceChoice = 1) -> list[SeenFrame]:
    finder = ScriptedFaces([list(faces) for faces in script])
    return list(Follower(choice, RATE, Memory(), finder).follow(frames(len(script))))


def tracks(seen: Sequence[SeenFrame]) -> list[list[int]]:
    return [[face.track for face in each.faces] for each in seen]


def places(seen: Sequence[SeenFrame]) -> list[float | None]:
    """Where the one face is, from left to right."""
    return [float(f.faces[0].landmarks[:, 0].mean()) if f.faces else None for f in seen]


def moved(face: Face, x: float) -> Face:
    return Face(face.landmarks + np.array([x, 0, 0], np.float32), 1.0)


def test_a_face_is_followed_while_it_moves() -> None:
    seen = follow([[moved(LARGE, 10 * step)] for step in range(10)])
    assert tracks(seen) == [[1]] * 10


def test_the_chosen_face_stays_the_chosen_one_when_sizes_change() -> None:
    grown = mean_face(302, 150, 85)
    more = mean_face(304, 150, 110)
    seen = follow([[LARGE, SMALL], [LARGE, grown], [LARGE, more], [more]], choice=2)
    assert places(seen) == pytest.approx([300, 302, 304, 304], abs=8)
    assert len({track for each in tracks(seen) for track in each}) == 1


def test_all_faces_are_followed_each_as_its_own() -> None:
    seen = follow([[LARGE, SMALL], [SMALL], [LARGE, SMALL]], choice="all")
    assert tracks(seen) == [[1, 2], [2], [1, 2]]


def test_another_person_does_not_take_the_place_of_a_lost_face_at_once() -> None:
    away = [[SMALL]] * 5
    seen = follow([[LARGE, SMALL], *away, [moved(LARGE, 8), SMALL]])
    assert tracks(seen)[0] == tracks(seen)[-1]
    assert tracks(seen)[1:-1] == [[]] * 5


def test_after_a_second_it_does() -> None:
    seen = follow([[LARGE, SMALL], *[[SMALL]] * 30])
    shown = tracks(seen)
    assert shown[1:25] == [[]] * 24
    assert all(shown[26:])


def test_a_cut_begins_anew_with_the_face_of_that_number() -> None:
    elsewhere = mean_face(320, 200, 90), mean_face(60, 60, 50)
    seen = follow([[LARGE], [LARGE], elsewhere, elsewhere])
    assert [each.is_cut for each in seen] == [False, False, True, False]
    assert places(seen)[2:] == pytest.approx([320, 320], abs=8)


def test_the_second_face_is_waited_for() -> None:
    seen = follow([[LARGE], [LARGE], [LARGE, SMALL]], choice=2)
    assert [len(each.faces) for each in seen] == [0, 0, 1]


def test_a_face_that_leaves_the_picture_is_out_of_sight() -> None:
    seen = follow([[moved(LARGE, -30 * step)] for step in range(6)])
    assert [len(each.faces) for each in seen] == [1, 1, 1, 1, 1, 0]


def test_pictures_that_come_again_are_not_looked_at_again() -> None:
    finder = ScriptedFaces([[LARGE]])
    picture = np.zeros((300, 400, 3), np.uint8)
    still = [Frame(picture, pts, 1 / RATE) for pts in range(20)]
    copies = [Frame(picture.copy(), pts, 1 / RATE) for pts in range(20, 40)]
    seen = list(Follower(1, RATE, Memory(), finder).follow([*still, *copies]))
    assert finder.tracked == 1
    assert tracks(seen) == [[1]] * 40


def test_the_finder_of_our_own_finds_large_and_small_faces() -> None:
    picture = np.zeros((512, 700, 3), np.uint8)
    picture[:, :512] = astronaut()
    picture[200:360, 530:690] = astronaut()[30:190, 140:300]
    shown = [Frame(np.roll(picture, step, axis=1), step, 1 / RATE) for step in range(3)]
    seen = list(Follower("all", RATE, Memory()).follow(shown))
    assert [len(each.faces) for each in seen] == [2, 2, 2]
    assert tracks(seen) == [tracks(seen)[0]] * 3
