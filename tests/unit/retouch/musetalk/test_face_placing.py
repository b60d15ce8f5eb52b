from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest

from fakes.lip_painter import mean_face
from mien.retouch.musetalk.caches import Memory
from mien.retouch.musetalk.following import SeenFace, SeenFrame
from mien.retouch.musetalk.placing import PlacedFrame, Placer
from mien.types import Floats, Frame

pytestmark = pytest.mark.unit

RATE = Fraction(25)
PICTURE = np.zeros((400, 400, 3), np.uint8)
FACE = mean_face(200, 200, 160).landmarks


def seen(number: int, landmarks: Floats | None = FACE, *, is_cut: bool = False) -> SeenFrame:
    faces = () if landmarks is None else (SeenFace(1, 0, landmarks),)
    frame = Frame(PICTURE, number, 1 / RATE)
    return SeenFrame(frame, str(number).encode(), faces, is_cut)


def place(
    frames: Sequence[SeenFrame], *, looks_ahead: bool = True, memory: Memory | None = None
) -> list[PlacedFrame]:
    placer = Placer(RATE, memory or Memory(), margin_px=10, shift_px=0, looks_ahead=looks_ahead)
    return list(placer.place(frames))


def weights(placed: Sequence[PlacedFrame]) -> list[float]:
    return [each.faces[0].weight if each.faces else 0.0 for each in placed]


def test_every_frame_comes_in_its_order() -> None:
    placed = place([seen(i, FACE if i % 3 else None) for i in range(20)])
    assert [each.frame.pts for each in placed] == list(range(20))
    assert [len(each.faces) for each in placed] == [i % 3 > 0 for i in range(20)]


def test_lips_fade_where_a_face_is_lost_and_found() -> None:
    gone = range(10, 15)
    placed = place([seen(i, None if i in gone else FACE) for i in range(25)])
    expected = [1.0] * 7 + [0.75, 0.5, 0.25] + [0.0] * 5 + [0.25, 0.5, 0.75] + [1.0] * 7
    assert weights(placed) == pytest.approx(expected)


def test_lips_fade_neither_at_the_ends_nor_at_cuts() -> None:
    there = mean_face(300, 100, 90).landmarks
    frames = [seen(i) for i in range(8)]
    frames += [
        SeenFrame(frame.frame, frame.fingerprint, (SeenFace(2, 0, there),), i == 8)
        for i, frame in enumerate(map(seen, range(8, 16)), start=8)
    ]
    assert weights(place(frames)) == [1.0] * 16


def test_a_short_appearance_never_comes_to_full_weight() -> None:
    placed = place([seen(i, FACE if i in (5, 6) else None) for i in range(12)])
    assert max(weights(placed)) == pytest.approx(0.25)


def test_without_looking_ahead_each_frame_comes_at_once_and_fades_in_alone() -> None:
    pulled = []

    def coming() -> Iterator[SeenFrame]:
        for number in range(6):
            pulled.append(number)
            yield seen(number, FACE if 1 <= number < 5 else None)

    placer = Placer(RATE, Memory(), margin_px=10, shift_px=0, looks_ahead=False)
    got = []
    for placed in placer.place(coming()):
        assert pulled[-1] == placed.frame.pts
        got.append(placed)
    assert weights(got) == pytest.approx([0, 0.25, 0.5, 0.75, 1, 0])


def test_no_more_is_looked_ahead_than_it_takes_to_fade() -> None:
    pulled = []

    def coming() -> Iterator[SeenFrame]:
        for number in range(30):
            pulled.append(number)
            yield seen(number)

    placer = Placer(RATE, Memory(), margin_px=10, shift_px=0, looks_ahead=True)
    first = next(placer.place(coming()))
    assert (first.frame.pts, pulled[-1]) == (0, 3)


def test_tremble_is_taken_away_and_motion_is_not_delayed() -> None:
    noise = np.random.default_rng(1)
    steps = np.arange(60)
    path = 30 * np.sin(2 * np.pi * steps / 50)
    frames = []
    for i in steps:
        shift = np.array([path[i], 0, 0]) + noise.normal(0, 0.6, FACE.shape)
        frames.append(seen(int(i), (FACE + shift).astype(np.float32)))
    placed = place(frames)
    shown = np.array([each.faces[0].landmarks[4, 0] for each in placed]) - FACE[4, 0]
    raw = np.array([each.faces[0].landmarks[4, 0] for each in frames]) - FACE[4, 0]
    assert np.std((shown - path)[5:-5]) < 0.75 * np.std((raw - path)[5:-5])
    assert abs(np.mean((shown - path)[5:-5])) < 0.2
    middles = np.array([each.faces[0].box.left + each.faces[0].box.right for each in placed]) / 2
    assert np.abs(middles - 200 - path)[5:-5].max() < 2


def test_a_face_that_stands_keeps_its_box_however_it_trembles() -> None:
    noise = np.random.default_rng(2)
    frames = [
        seen(i, (FACE + noise.normal(0, 0.4, FACE.shape)).astype(np.float32)) for i in range(50)
    ]
    boxes = [each.faces[0].box for each in place(frames)]
    assert sum(one != other for one, other in pairwise(boxes)) <= 5


def test_pictures_that_come_again_have_the_boxes_they_had() -> None:
    path = [(FACE + np.array([2.3 * i, 0, 0])).astype(np.float32) for i in range(20)]
    memory = Memory()
    there = [seen(i, path[i]) for i in range(20)]
    first = place(there, memory=memory)
    back = place(there[::-1], memory=memory)
    assert [each.faces[0].box for each in back] == [each.faces[0].box for each in first[::-1]]
