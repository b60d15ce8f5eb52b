from __future__ import annotations

from fractions import Fraction
from itertools import islice
from pathlib import Path

import cv2
import numpy as np
import pytest

from fakes.clips import astronaut, moving_face, still_life, write_clip
from mien.errors import NoFaceError, OptionError, UnreadableMediaError
from mien.pipeline.portraits.footage import open_footage
from mien.types import Image

pytestmark = pytest.mark.unit


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Eight pictures of a face at 30 per second, each with a grey of its own in a corner."""

    def marked() -> list[Image]:
        pictures = []
        for number, picture in enumerate(moving_face(8, 128)):
            picture[:40, :40] = 20 + 30 * number
            pictures.append(picture)
        return pictures

    return write_clip(tmp_path_factory.mktemp("film") / "a.mp4", marked(), rate=Fraction(30))


def order(film: Path, loop: str, count: int) -> list[int]:
    """Which pictures of the film are shown."""
    with open_footage(film, face=1, fps=None, loop=loop, keep_alpha=False) as footage:  # type: ignore[arg-type]
        return [
            round((float(frame.pixels[5:35, 5:35].mean()) - 20) / 30)
            for frame in footage.frames(count)
        ]


def test_a_film_goes_back_and_forth_and_shows_turning_points_once(film: Path) -> None:
    there = list(range(8))
    back = list(range(6, -1, -1))
    assert order(film, "pingpong", 30) == (there + back + there[1:] + back + there[1:])[:30]


def test_a_film_is_repeated_held_or_ends(film: Path) -> None:
    assert order(film, "repeat", 20) == [*range(8), *range(8), *range(4)]
    assert order(film, "hold", 12) == [*range(8), 7, 7, 7, 7]
    assert order(film, "none", 20) == list(range(8))
    assert order(film, "pingpong", 5) == list(range(5))


def test_a_film_of_one_picture_stands(tmp_path: Path) -> None:
    path = write_clip(tmp_path / "one.mp4", moving_face(1, 128))
    for loop in ("pingpong", "hold", "repeat"):
        with open_footage(path, face=1, fps=None, loop=loop, keep_alpha=False) as footage:
            shown = list(footage.frames(5))
        assert len(shown) == 5
        for frame in shown:
            np.testing.assert_array_equal(frame.pixels, shown[0].pixels)


def test_frames_are_numbered_on_in_the_films_own_rate_or_another(film: Path) -> None:
    with open_footage(film, face=1, fps=None, loop="pingpong", keep_alpha=False) as footage:
        assert (footage.rate, footage.size, footage.faces_found) == (30, (128, 128), 1)
        assert [frame.pts for frame in footage.frames(12)] == list(range(12))
    fps = Fraction(15)
    with open_footage(film, face=1, fps=fps, loop="none", keep_alpha=False) as footage:
        assert {frame.time_base for frame in footage.frames(9)} == {Fraction(1, 15)}


def test_a_picture_stands_for_ever_as_one_object(tmp_path: Path) -> None:
    path = tmp_path / "me.png"
    rgba = np.dstack([astronaut()[..., ::-1], np.full((512, 512), 200, np.uint8)])
    cv2.imwrite(str(path), rgba)
    for keep, channels in ((True, 4), (False, 3)):
        with open_footage(path, face=1, fps=None, loop="none", keep_alpha=keep) as footage:
            frames = list(islice(footage.frames(100), 100))
        assert (footage.rate, footage.num_pictures) == (25, None)
        assert frames[0].pixels.shape == (512, 512, channels)
        assert all(frame.pixels is frames[0].pixels for frame in frames)


def test_a_face_is_needed_somewhere(tmp_path: Path) -> None:
    path = write_clip(tmp_path / "still.mp4", still_life(12, 128))
    with (
        pytest.raises(NoFaceError, match="no face is seen in it"),
        open_footage(path, face=1, fps=None, loop="none", keep_alpha=False),
    ):
        pass


def test_it_may_come_late(tmp_path: Path) -> None:
    pictures = [*still_life(30, 128), *moving_face(5, 128)]
    path = write_clip(tmp_path / "late.mp4", pictures)
    with open_footage(path, face=1, fps=None, loop="none", keep_alpha=False) as footage:
        assert footage.faces_found == 1
        assert len(list(footage.frames(100))) == 35


def test_a_second_face_that_there_is_not_is_told(film: Path, tmp_path: Path) -> None:
    with (
        pytest.raises(NoFaceError, match=r"never shows 2 faces at once \(--face\)"),
        open_footage(film, face=2, fps=None, loop="none", keep_alpha=False),
    ):
        pass
    path = tmp_path / "me.png"
    cv2.imwrite(str(path), astronaut()[..., ::-1])
    with (
        pytest.raises(NoFaceError, match="no face 2"),
        open_footage(path, face=2, fps=None, loop="none", keep_alpha=False),
    ):
        pass


def test_what_cannot_be_used_is_refused(film: Path, tmp_path: Path) -> None:
    tiny = tmp_path / "tiny.png"
    cv2.imwrite(str(tiny), np.zeros((10, 10, 3), np.uint8))
    with (
        pytest.raises(UnreadableMediaError, match="10x10"),
        open_footage(tiny, face=1, fps=None, loop="none", keep_alpha=False),
    ):
        pass
    with (
        pytest.raises(OptionError, match="--fps"),
        open_footage(film, face=1, fps=Fraction(500), loop="none", keep_alpha=False),
    ):
        pass
