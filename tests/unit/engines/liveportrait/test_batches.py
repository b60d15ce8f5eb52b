"""Frames of one portrait rendered together."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from itertools import repeat

import numpy as np
import pytest

from fakes.plain_runtime import PlainRuntime
from mien.drivers import drive_with_moments
from mien.engines.liveportrait.algebra import DriveOptions
from mien.engines.liveportrait.playing import play
from mien.engines.liveportrait.source import LivePortraitSource, prepare_source
from mien.motion.face_template import FACE_TEMPLATE
from mien.motion.moment import Moment
from mien.types import Face, Floats, Framing, Motion, Portrait, Rendered

pytestmark = pytest.mark.unit


@dataclass
class CountingRuntime(PlainRuntime):
    """Knows how many keypoints it was given at once."""

    batches: list[int] = field(default_factory=list)

    def render(self, prepared: Floats, driving: Floats) -> Floats:
        self.batches.append(len(driving))
        return super().render(prepared, driving)


def source() -> LivePortraitSource:
    face = Face(FACE_TEMPLATE.landmarks * 60 + np.float32([200, 200, 0]), 1.0)
    portrait = Portrait(np.full((400, 400, 3), (128, 0, 0), np.uint8))
    return prepare_source(PlainRuntime(), portrait, face, Framing())


def turning(num_frames: int) -> Motion:
    return drive_with_moments(
        lambda t: Moment(angles=(200 * t, 0, 0)), fps=Fraction(25), num_frames=num_frames
    )


def played(
    runtime: PlainRuntime, num_frames: int, batch: int, *, film: bool = False
) -> list[Rendered]:
    sources = repeat(source())
    options = DriveOptions()
    return list(play(runtime, sources, turning(num_frames), options, film=film, batch=batch))


def test_frames_are_rendered_so_many_at_a_time() -> None:
    runtime = CountingRuntime()
    rendered = played(runtime, 7, 3)
    assert runtime.batches == [3, 3, 1]
    assert [each.pts for each in rendered] == list(range(7))


def test_together_they_look_as_they_do_one_by_one() -> None:
    together, single = played(PlainRuntime(), 5, 4), played(PlainRuntime(), 5, 1)
    for one, other in zip(together, single, strict=True):
        assert np.array_equal(one.pixels, other.pixels)
        assert np.array_equal(one.to_picture, other.to_picture)


def test_no_more_is_pulled_than_is_rendered_together() -> None:
    runtime = CountingRuntime()
    frames = play(runtime, repeat(source()), turning(9), DriveOptions(), film=False, batch=4)
    next(frames)
    assert runtime.batches == [4]


def test_frames_of_a_film_are_rendered_one_by_one() -> None:
    runtime = CountingRuntime()
    played(runtime, 5, 4, film=True)
    assert runtime.batches == [1] * 5
