"""What is dubbed: a picture that stands, or a film that is played on as long as it must be."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from itertools import islice, repeat
from pathlib import Path

from mien.drivers.looping import Loop
from mien.errors import NoFaceError
from mien.face import MeshTracker, find_faces
from mien.media import Video, open_video, read_still
from mien.pipeline.options import FaceChoice
from mien.pipeline.portraits.canvas import canvas, with_alpha
from mien.pipeline.portraits.casting import check_sides
from mien.pipeline.portraits.choosing import choose_faces
from mien.pipeline.portraits.films import is_film
from mien.types import Frame, Image

STILL_RATE = Fraction(25)
"""Of a picture, unless asked otherwise."""


@dataclass(frozen=True, slots=True)
class Footage:
    """Pictures to be dubbed. size: width and height. num_pictures: before they are looped, None
    where that is not known, or there is no end. faces_found: in the first one that shows as many as
    are needed. pictures: RGB or RGBA, once, in order."""

    size: tuple[int, int]
    rate: Fraction
    num_pictures: int | None
    faces_found: int
    pictures: Iterator[Image]

    def frames(self, num_frames: int) -> Iterator[Frame]:
        """Up to so many, numbered from 0."""
        for pts, picture in enumerate(islice(self.pictures, num_frames)):
            yield Frame(picture, pts, 1 / self.rate)


@contextmanager
def open_footage(
    source: str | Path, *, face: FaceChoice, fps: Fraction | None, loop: Loop, keep_alpha: bool
) -> Generator[Footage]:
    """A picture or a film in which the face is to be seen at least once. ``fps``: of a picture, 25
    if None; a film keeps its own or gets it.

    Raises UnreadableMediaError, NoFaceError, OptionError for a rate that cannot be.
    """
    if not is_film(source):
        portrait = canvas(read_still(source), None, keep_alpha=keep_alpha)
        height, width = portrait.pixels.shape[:2]
        check_sides(source, width, height)
        faces = find_faces(portrait.pixels)
        choose_faces(faces, face, source)
        still = repeat(with_alpha(portrait))
        yield Footage((width, height), fps or STILL_RATE, None, len(faces), still)
        return
    with open_video(source, fps=fps) as video:
        info = video.info
        check_sides(source, info.width, info.height)
        found = _faces_in(video, 1 if face == "all" else face)
        endless = loop != "none"
        with open_video(source, fps=fps, reverse=True) as backwards:
            pictures = _played_on(video, backwards, loop)
            yield Footage(
                (info.width, info.height),
                info.rate,
                None if endless else info.num_frames,
                found,
                pictures,
            )


def _faces_in(video: Video, needed: int) -> int:
    """How many faces there are in the first picture with as many as are needed."""
    tracker, most = MeshTracker(needed), 0
    for frame in video:
        seen = len(tracker.track(frame.pixels))
        if seen and (seen >= needed or most == 0):
            most = max(most, len(find_faces(frame.pixels)))
            if most >= needed:
                return most
    if most == 0:
        raise NoFaceError(video.path, "no face is seen in it; use a film of somebody's face")
    problem = f"never shows {needed} faces at once (--face); at its first face there are {most}"
    raise NoFaceError(video.path, problem)


def _played_on(forwards: Video, backwards: Video, loop: Loop) -> Iterator[Image]:
    """The film's pictures and what follows them. Back and forth, turning points show once."""
    length, last = 0, None
    for last in _pictures(forwards):
        length += 1
        yield last
    if last is None or loop == "none":
        return
    if loop == "hold" or length == 1:
        yield from repeat(last)
    del last
    while loop == "repeat":
        yield from _pictures(forwards)
    while True:
        yield from islice(_pictures(backwards), 1, None)
        yield from islice(_pictures(forwards), 1, None)


def _pictures(video: Iterable[Frame]) -> Iterator[Image]:
    return (frame.pixels for frame in video)
