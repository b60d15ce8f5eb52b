from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
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
from mien.motion.moment import REST, Moment
from mien.types import Face, Framing, Motion, MotionOptions, Portrait, Rendered

pytestmark = pytest.mark.unit
RATE = Fraction(25)
FACE = Face(FACE_TEMPLATE.landmarks * 60 + np.float32([200, 200, 0]), 1.0)
PORTRAIT = Portrait(np.full((400, 400, 3), (128, 0, 0), np.uint8))


def prepared(portrait: Portrait = PORTRAIT, face: Face = FACE) -> LivePortraitSource:
    return prepare_source(PlainRuntime(), portrait, face, Framing())


def turning(num_frames: int) -> Motion:
    return drive_with_moments(
        lambda t: Moment(angles=(200 * t, 0, 0)), fps=RATE, num_frames=num_frames
    )


def played(
    motion: Motion, options: DriveOptions | None = None, *, film: bool = False
) -> list[Rendered]:
    sources: Iterator[LivePortraitSource] = repeat(prepared())
    return list(play(PlainRuntime(), sources, motion, options or DriveOptions(), film=film))


def test_every_frame_is_rendered_in_order() -> None:
    rendered = played(turning(5))
    assert [each.pts for each in rendered] == [0, 1, 2, 3, 4]
    assert {each.pixels.shape for each in rendered} == {(512, 512, 3)}
    assert len({int(each.pixels[0, 0, 0]) for each in rendered}) > 2


def test_nothing_is_rendered_before_it_is_asked_for() -> None:
    runtime = PlainRuntime()
    frames = play(runtime, repeat(prepared()), turning(5), DriveOptions(), film=False)
    next(frames)
    next(frames)
    assert len(runtime.rendered) == 2


def test_a_motion_without_frames_gives_none() -> None:
    assert played(turning(0)) == []


def test_a_motion_at_rest_renders_the_source_where_it_is() -> None:
    runtime = PlainRuntime()
    source = prepared()
    motion = drive_with_moments(lambda _: REST, fps=RATE, num_frames=2)
    list(play(runtime, repeat(source), motion, DriveOptions(), film=False))
    assert np.abs(runtime.rendered[-1] - source.motion.keypoints).max() < 1e-6


def test_a_multiplier_of_nothing_leaves_the_source_where_it_is() -> None:
    runtime = PlainRuntime()
    source = prepared()
    options = DriveOptions(MotionOptions(multiplier=0.0))
    list(play(runtime, repeat(source), turning(3), options, film=False))
    assert np.abs(np.array(runtime.rendered) - source.motion.keypoints).max() < 1e-6


def test_a_film_ends_with_the_shorter_of_driver_and_source() -> None:
    sources = iter([prepared()] * 4)
    rendered = list(play(PlainRuntime(), sources, turning(9), DriveOptions(), film=True))
    assert [each.pts for each in rendered] == [0, 1, 2, 3]


def test_the_crop_knows_the_way_back_and_fades_at_its_edges() -> None:
    (rendered,) = played(turning(1))
    centre = rendered.to_picture @ [256, 256, 1]
    assert np.abs(centre - FACE.landmarks[:468, :2].mean(axis=0)).max() < 40
    edges = np.concatenate([rendered.alpha[[0, -1]].ravel(), rendered.alpha[:, [0, -1]].ravel()])
    assert edges.max() <= 15, "as in the mask of LivePortrait"
    assert rendered.alpha[256, 256] == 255


def test_a_transparent_portrait_keeps_its_transparency() -> None:
    alpha = np.full((400, 400), 255, np.uint8)
    alpha[:, :200] = 0
    source = prepared(replace(PORTRAIT, alpha=alpha))
    frames = play(PlainRuntime(), repeat(source), turning(1), DriveOptions(), film=False)
    (rendered,) = frames
    assert rendered.coverage is not None
    assert rendered.coverage.shape == (512, 512)
    assert rendered.coverage[256, 20] == 0
    assert rendered.coverage[256, 400] == 255


def test_openings_are_not_known_of_a_face_in_a_box() -> None:
    boxed = replace(FACE, box=(150.0, 150.0, 100.0, 100.0))
    assert prepared(face=boxed).motion.ratios is None
    assert prepared().motion.ratios is not None
