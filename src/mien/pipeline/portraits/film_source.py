"""Reads the film that is the portrait: each picture with its face, steadied over time."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from itertools import groupby, islice, tee
from typing import NamedTuple

import numpy as np

from mien.drivers.video import FACE_WITHIN_S
from mien.errors import NoFaceError
from mien.face import FaceTracker, MeshTracker, find_faces
from mien.media import Video
from mien.motion.kalman import PROCESS, smooth_series
from mien.pipeline.options import Size
from mien.pipeline.portraits.canvas import canvas
from mien.pipeline.portraits.choosing import choose_faces
from mien.types import Face, Portrait

_NOISE = 0.5
"""Variance of the tracker's noise against that of a step of the face, at strength 1: takes two
thirds of the tremble's energy away and leaves a blink its depth."""
_MOST_AHEAD = 12
_UNNOTICED = 0.01
_FARTHEST, _LARGEST = 0.4, 1.5
"""From picture to picture a face moves by less than so many of its own sizes and grows by less
than this factor; beyond that it is another one, or another shot."""


@dataclass(frozen=True, slots=True)
class SeenPicture:
    """One picture of the film and its face, if it is seen. shot: grows when the face is another
    one, or somewhere else, than the one last seen."""

    portrait: Portrait
    face: Face | None
    shot: int


class Opening(NamedTuple):
    """The first picture that shows a face: the picture, the chosen face, and how many there are."""

    portrait: Portrait
    face: Face
    faces_found: int


def find_opening(video: Video, choice: int, size: Size | None) -> Opening:
    """Look for the ``choice``-th largest face in the film's first second. Raises NoFaceError."""
    tracker = MeshTracker()
    within = max(1, round(FACE_WITHIN_S * video.info.rate))
    for frame in islice(video, within):
        if tracker.track(frame.pixels):
            portrait = canvas(Portrait(frame.pixels), size, keep_alpha=False)
            if faces := find_faces(portrait.pixels):
                (face,) = choose_faces(faces, choice, video.path)
                return Opening(portrait, face, len(faces))
    problem = "no face is seen in the first second; cut the film so that it starts with one"
    raise NoFaceError(video.path, problem)


def read_film(
    video: Video, face: Face, choice: int, size: Size | None, *, smooth: float
) -> Iterator[SeenPicture]:
    """Every picture of the film with the face that begins as ``face``, the ``choice``-th largest.

    smooth: strength of the smoothing of its landmarks over time, 0 = none. Holds the pictures
    that this looks ahead, twelve at most.
    """
    pictures = (canvas(Portrait(frame.pixels), size, keep_alpha=False) for frame in video)
    return steadied(_followed(pictures, face, MeshTracker(choice)), smooth)


def _followed(
    pictures: Iterable[Portrait], latest: Face, tracker: FaceTracker
) -> Iterator[SeenPicture]:
    shot = 0
    for portrait in pictures:
        faces = tracker.track(portrait.pixels)
        nearest = min(faces, key=partial(_distance, latest), default=None)
        if nearest is not None and _distance(latest, nearest) > 1.0:
            if len(faces) > 1:
                nearest = None  # all of them are others
            else:
                shot += 1
        latest = nearest or latest
        yield SeenPicture(portrait, nearest, shot)


def _distance(before: Face, now: Face) -> float:
    """Between two faces in neighbouring pictures; beyond 1 they are hardly the same."""
    moved = before.landmarks[:, :2].mean(axis=0) - now.landmarks[:, :2].mean(axis=0)
    sizes = [math.sqrt(max(face.size, 1.0)) for face in (before, now)]
    grown = abs(math.log(sizes[1] / sizes[0])) / math.log(_LARGEST)
    return max(float(np.hypot(*moved)) / sizes[0] / _FARTHEST, grown)


def steadied(pictures: Iterable[SeenPicture], strength: float) -> Iterator[SeenPicture]:
    """The same pictures with the landmarks of their faces smoothed over time, without delay;
    not across pictures without the face, nor from one shot to another."""
    if strength <= 0:
        yield from pictures
        return
    noise = _NOISE * strength
    lag = min(_MOST_AHEAD, math.ceil(math.log(_UNNOTICED) / math.log(noise / (1 + noise))))
    for _, stretch in groupby(pictures, lambda picture: (picture.face is None, picture.shot)):
        seen, read = tee(stretch)
        landmarks = (picture.face.landmarks for picture in read if picture.face is not None)
        steady = smooth_series(landmarks, observation=noise * PROCESS, lag=lag)
        for picture in seen:
            if picture.face is None:
                yield picture
            else:
                smooth = np.asarray(next(steady), np.float32)
                yield replace(picture, face=replace(picture.face, landmarks=smooth))
