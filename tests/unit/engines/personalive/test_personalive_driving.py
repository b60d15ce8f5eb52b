"""Frames to chunks of pictures, and drawn chunks back to frames."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from fractions import Fraction
from math import ceil

import numpy as np
import pytest

from mien.drivers.moments import drive_with_moments
from mien.engines.personalive.driving import LATENCY_FRAMES, Driver, in_chunks, play
from mien.engines.personalive.framing import Square
from mien.engines.personalive.source import PersonaLiveSource
from mien.errors import OptionError
from mien.face import Crop, find_faces
from mien.motion.moment import REST
from mien.pipeline.measuring.material import sample_portrait
from mien.types import DriverPixels, Floats, Image, Motion, MotionFrame

pytestmark = pytest.mark.unit
SIDE = 128


class Echo:
    """A stream that gives each chunk back three steps later, much smaller."""

    def __init__(self, rest: Image | None = None) -> None:
        self.rest = rest
        self.seen = [np.zeros((4, 8, 8, 3), np.uint8)] * 3

    def step(self, pictures: Image) -> Image:
        self.seen.append(pictures[:, :8, :8])
        return self.seen[-4]


SOURCE = PersonaLiveSource(
    Crop((3, 5, 11, 13), (8, 8)),
    Square(),
    None,  # type: ignore[arg-type]  # nobody looks at it
    np.full((8, 8), 255, np.uint8),
    None,
)


@pytest.fixture(scope="module")
def landmarks() -> Floats:
    (face,) = find_faces(sample_portrait(SIDE).pixels)
    return face.landmarks


def filmed(
    landmarks: Floats,
    num_frames: int,
    *,
    unseen: tuple[int, ...] = (),
    reference: bool = True,
    asked: Callable[[int], object] = lambda _: None,
) -> Motion:
    """Frame i is as bright as 10 + i, the reference 5."""

    def shown(frame: MotionFrame, level: int) -> MotionFrame:
        image = np.full((SIDE, SIDE, 3), level, np.uint8)
        return replace(frame, pixels=DriverPixels(image, landmarks))

    made = drive_with_moments(lambda _: REST, fps=Fraction(25), num_frames=num_frames)

    def frames() -> Iterator[MotionFrame]:
        for frame in made.frames:
            asked(frame.pts)
            yield frame if frame.pts in unseen else shown(frame, 10 + frame.pts)

    neutral = shown(made.reference, 5) if reference else made.reference
    return replace(made, reference=neutral, frames=frames())


def levels(pictures: Iterator[Image]) -> list[int]:
    return [int(each.flat[0]) for chunk in pictures for each in chunk]


@pytest.mark.parametrize("count", [1, 2, 3, 4, 5, 8, 15, 16, 17, 50])
def test_a_film_of_any_length_leaves_the_window_whole(count: int) -> None:
    given = (np.full((1, 1, 3), level, np.uint8) for level in range(count))
    shown = levels(in_chunks(given))
    assert len(shown) == 4 * (ceil(count / 4) + 3)
    assert shown[:count] == list(range(count))


def test_what_follows_the_end_goes_back_the_way_it_came() -> None:
    pictures = [np.full((1, 1, 3), level, np.uint8) for level in range(3)]
    assert levels(in_chunks(pictures)) == [0, 1, 2, *[1, 0, 1, 2] * 3, 1]
    long = [np.full((1, 1, 3), level, np.uint8) for level in range(20)]
    assert levels(in_chunks(long))[20:] == list(range(18, 6, -1))


def test_no_pictures_are_no_chunks() -> None:
    assert list(in_chunks([])) == []


@pytest.mark.parametrize("count", [1, 3, 4, 6, 16, 21])
def test_each_frame_gets_its_own_picture(landmarks: Floats, count: int) -> None:
    rendered = list(play(SOURCE, filmed(landmarks, count), Echo))
    assert [each.pts for each in rendered] == list(range(count))
    assert [int(each.pixels.flat[0]) for each in rendered] == [10 + n for n in range(count)]
    assert {each.time_base for each in rendered} == {Fraction(1, 25)}
    assert (rendered[0].to_picture == [[1, 0, 3], [0, 1, 5]]).all()


def test_no_frames_need_no_stream(landmarks: Floats) -> None:
    def never(rest: Image | None) -> Echo:
        raise AssertionError("nothing to draw")

    assert list(play(SOURCE, filmed(landmarks, 0), never)) == []


def test_frames_without_a_face_show_the_last_one(landmarks: Floats) -> None:
    motion = filmed(landmarks, 6, unseen=(0, 2, 3))
    shown = [int(each.pixels.flat[0]) for each in play(SOURCE, motion, Echo)]
    assert shown == [5, 11, 11, 11, 14, 15]


def test_the_reference_frame_is_the_driver_at_rest(landmarks: Floats) -> None:
    opened: list[Echo] = []

    def open_stream(rest: Image | None) -> Echo:
        opened.append(Echo(rest))
        return opened[-1]

    list(play(SOURCE, filmed(landmarks, 1), open_stream))
    list(play(SOURCE, filmed(landmarks, 1, reference=False), open_stream))
    assert opened[0].rest is not None
    assert (opened[0].rest == 5).all()
    assert opened[1].rest is None


def test_no_more_is_read_ahead_than_is_told(landmarks: Floats) -> None:
    read: list[int] = []
    rendered = play(SOURCE, filmed(landmarks, 40, asked=read.append), Echo)
    ahead = [max(read) - each.pts for each in rendered]
    assert max(ahead) < LATENCY_FRAMES


def test_two_faces_of_one_picture_are_drawn_in_turn(landmarks: Floats) -> None:
    both = zip(
        play(SOURCE, filmed(landmarks, 9), Echo),
        play(SOURCE, filmed(landmarks, 9, unseen=(8,)), Echo),
        strict=True,
    )
    shown = [(int(a.pixels.flat[0]), int(b.pixels.flat[0])) for a, b in both]
    assert shown == [(10 + n, 10 + n) for n in range(8)] + [(18, 17)]


def test_all_pictures_of_a_film_are_cut_alike(landmarks: Floats) -> None:
    driver = Driver(filmed(landmarks, 0), Square())
    gradient = np.tile(np.arange(SIDE, dtype=np.uint8)[:, None], (SIDE, 1, 3)).reshape(
        SIDE, SIDE, 3
    )
    (frame,) = filmed(landmarks, 1).frames
    here = replace(frame, pixels=DriverPixels(gradient, landmarks))
    moved = replace(frame, pixels=DriverPixels(gradient, landmarks + 20))
    assert np.array_equal(driver.picture(here), driver.picture(moved))
    assert driver.picture(here).shape == (512, 512, 3)


def test_a_picture_of_another_size_is_framed_anew(landmarks: Floats) -> None:
    driver = Driver(filmed(landmarks, 0), Square())
    (frame,) = filmed(landmarks, 1).frames
    large = np.full((3 * SIDE, 2 * SIDE, 3), 9, np.uint8)
    shown = driver.picture(replace(frame, pixels=DriverPixels(large, landmarks * 2)))
    assert shown.shape == (512, 512, 3)


def test_a_motion_without_pictures_is_refused(landmarks: Floats) -> None:
    motion = filmed(landmarks, 2, unseen=(0, 1), reference=False)
    with pytest.raises(OptionError, match="shows no picture of a face"):
        next(play(SOURCE, motion, Echo))
