from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest

from fakes.clips import moving_face
from mien.drivers import drive_with_moments
from mien.engines.mesh.engine import MeshEngine
from mien.engines.mesh.source import MeshSource
from mien.face import MeshTracker, paste
from mien.motion.arkit import shape_weights
from mien.motion.moment import REST, Moment
from mien.types import Face, Image, MotionOptions, Portrait

pytestmark = pytest.mark.unit

RATE = Fraction(25)
STILL = MotionOptions()


@pytest.fixture(scope="module")
def pictures() -> list[Portrait]:
    return [Portrait(pixels) for pixels in moving_face(6)]


@pytest.fixture(scope="module")
def faces(pictures: list[Portrait]) -> list[Face]:
    tracker = MeshTracker()
    return [tracker.track(picture.pixels)[0] for picture in pictures]


def sources(pictures: list[Portrait], faces: list[Face]) -> Iterator[MeshSource]:
    engine = MeshEngine()
    known = engine.prepare(pictures[0], faces[0])
    for picture, face in zip(pictures, faces, strict=True):
        known = engine.prepare(picture, face, previous=known)
        yield known


def played(
    pictures: list[Portrait], faces: list[Face], moment: Moment, options: MotionOptions = STILL
) -> list[Image]:
    motion = drive_with_moments(lambda _: moment, fps=RATE, num_frames=len(pictures))
    rendered = MeshEngine().animate_film(sources(pictures, faces), motion, options)
    return [paste(p.pixels, r) for p, r in zip(pictures, rendered, strict=True)]


def test_a_driver_that_does_nothing_gives_the_film_back(
    pictures: list[Portrait], faces: list[Face]
) -> None:
    for picture, result in zip(pictures, played(pictures, faces, REST), strict=True):
        assert np.abs(picture.pixels.astype(int) - result).max() <= 1


def test_motion_of_no_size_gives_the_film_back(pictures: list[Portrait], faces: list[Face]) -> None:
    talking = Moment(weights=shape_weights({"jawOpen": 0.8}), angles=(10.0, 0.0, 0.0))
    results = played(pictures, faces, talking, replace(STILL, multiplier=0.0))
    for picture, result in zip(pictures, results, strict=True):
        assert np.abs(picture.pixels.astype(int) - result).max() <= 1


def test_the_drivers_motion_is_added_to_every_frame(
    pictures: list[Portrait], faces: list[Face]
) -> None:
    turned = played(pictures, faces, Moment(angles=(12.0, 0.0, 0.0)))
    for picture, result in zip(pictures, turned, strict=True):
        assert np.abs(picture.pixels.astype(int) - result).mean() > 1


def test_the_same_frame_again_is_the_same_source_again(
    pictures: list[Portrait], faces: list[Face]
) -> None:
    """What is painted for one and the same picture does not change from frame to frame."""
    frozen, face = [pictures[0]] * 4, [faces[0]] * 4
    smiling = Moment(weights=shape_weights({"jawOpen": 0.4, "eyeBlinkLeft": 0.7}))
    results = played(frozen, face, smiling)
    for before, after in pairwise(results[1:]):
        assert np.abs(before.astype(int) - after).max() <= 3


def test_the_crop_stands_still_while_the_face_hardly_moves(
    pictures: list[Portrait], faces: list[Face]
) -> None:
    assert len({source.crop for source in sources(pictures, faces)}) == 1


def test_there_is_no_still_background_in_a_film(
    pictures: list[Portrait], faces: list[Face]
) -> None:
    for source in sources(pictures, faces):
        assert source.backdrop is None
        assert not source.mesh.stiff
