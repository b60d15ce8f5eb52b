"""An engine that reads pictures alone follows what mesh makes of everything else."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from importlib.resources import as_file, files
from typing import Any

import numpy as np
import pytest

from fakes.pixel_engine import PixelEngine
from mien.drivers.edits import drive_with_edits
from mien.engines import ENGINES, EngineSettings, load_engine
from mien.errors import MienWarning, OptionError
from mien.face import find_faces
from mien.media import read_still
from mien.motion.edits import Edits
from mien.pipeline.bridge import BridgedEngine, open_engine
from mien.pipeline.engine_choice import check_for
from mien.pipeline.portraits.canvas import fit
from mien.types import DriverPixels, Face, Motion, MotionFrame, MotionOptions, Portrait

pytestmark = pytest.mark.unit

PLAIN = MotionOptions()
SETTINGS = EngineSettings("pixels")


@dataclass(frozen=True, slots=True)
class Bridged:
    """The engine, what it bridges, and a face that it has prepared."""

    engine: BridgedEngine
    inner: PixelEngine
    source: Any


@pytest.fixture(scope="module")
def portrait() -> tuple[Portrait, Face]:
    with as_file(files("mien").joinpath("data", "astronaut.png")) as path:
        whole = Portrait(fit(read_still(path).pixels, 320))
    return whole, find_faces(whole.pixels)[0]


@pytest.fixture
def bridged(portrait: tuple[Portrait, Face], monkeypatch: pytest.MonkeyPatch) -> Bridged:
    monkeypatch.setitem(ENGINES, "pixels", "fakes.pixel_engine:PixelEngine")
    inner = PixelEngine(SETTINGS)
    engine = BridgedEngine(inner, SETTINGS)
    return Bridged(engine, inner, engine.prepare(*portrait))


def edited(edits: Edits, num_frames: int = 2) -> Motion:
    return drive_with_edits(edits, fps=Fraction(25), num_frames=num_frames)


def filmed(portrait: Portrait, face: Face, *, num_frames: int = 2) -> Motion:
    """A driver that is seen: brighter with every frame."""
    made = edited(Edits(), num_frames)

    def frames() -> Iterator[MotionFrame]:
        for frame in made.frames:
            image = np.minimum(portrait.pixels // 2 + 10 * frame.pts, 255).astype(np.uint8)
            yield replace(frame, pixels=DriverPixels(image, face.landmarks))

    reference = replace(made.reference, pixels=DriverPixels(portrait.pixels, face.landmarks))
    return replace(made, reference=reference, frames=frames())


def test_engines_that_read_nothing_else_are_bridged(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(ENGINES, "pixels", "fakes.pixel_engine:PixelEngine")
    assert isinstance(open_engine(SETTINGS), BridgedEngine)
    assert type(open_engine("mesh")) is type(load_engine("mesh"))


def test_it_reads_what_mesh_reads(bridged: Bridged) -> None:
    assert bridged.engine.info.name == "pixels"
    assert {"pixels", "blendshapes", "pose"} <= set(bridged.engine.info.channels)


def test_what_is_made_is_shown_by_mesh(bridged: Bridged) -> None:
    motion = edited(Edits(smile=0.8, yaw=15))
    rendered = list(bridged.engine.animate(bridged.source, motion, replace(PLAIN, seed=7)))
    assert [each.pts for each in rendered] == [0, 1]
    neutral, first, _ = bridged.inner.followed
    assert neutral.pixels is not None
    assert first.pixels is not None
    changed = np.abs(neutral.pixels.image.astype(int) - first.pixels.image).max(axis=2)
    assert (changed > 20).mean() > 0.02, "the face turns and smiles"
    assert not changed[:9, :9].any(), "and its surroundings stand still"
    assert bridged.inner.options == MotionOptions(seed=7), "mesh has honoured the rest"


def test_a_motion_at_rest_shows_the_portrait(bridged: Bridged) -> None:
    list(bridged.engine.animate(bridged.source, edited(Edits()), PLAIN))
    neutral, first, _ = bridged.inner.followed
    assert neutral.pixels is not None
    assert first.pixels is not None
    assert np.array_equal(neutral.pixels.image, first.pixels.image)


def test_the_portrait_that_mesh_moves_is_the_part_around_the_face(
    portrait: tuple[Portrait, Face], bridged: Bridged
) -> None:
    rest: DriverPixels = bridged.source.rest
    height, width = rest.image.shape[:2]
    assert height < portrait[0].pixels.shape[0]
    points = rest.landmarks[:468, :2]
    assert points.min() > 0
    assert (points.max(axis=0) < (width, height)).all()
    low, high = (portrait[1].landmarks[:468, :2].min(axis=0), points.min(axis=0))
    box = np.s_[int(low[1]) : int(low[1]) + 20, int(low[0]) : int(low[0]) + 20]
    there = np.s_[int(high[1]) : int(high[1]) + 20, int(high[0]) : int(high[0]) + 20]
    assert np.abs(portrait[0].pixels[box].astype(int) - rest.image[there]).mean() < 12


def test_a_large_portrait_is_moved_at_a_reduced_size(
    portrait: tuple[Portrait, Face], bridged: Bridged
) -> None:
    picture, face = portrait
    large = Portrait(np.repeat(np.repeat(picture.pixels, 5, axis=0), 5, axis=1))
    source = bridged.engine.prepare(large, replace(face, landmarks=face.landmarks * 5))
    assert max(source.rest.image.shape[:2]) == 768


def test_a_film_is_followed_as_it_is(portrait: tuple[Portrait, Face], bridged: Bridged) -> None:
    motion = filmed(*portrait)
    rendered = list(bridged.engine.animate(bridged.source, motion, PLAIN))
    assert len(rendered) == 2
    neutral, first, second = bridged.inner.followed
    assert neutral is motion.reference
    assert first.pixels is not None
    assert second.pixels is not None
    assert first.pixels.image.shape == portrait[0].pixels.shape
    assert second.pixels.image.mean() > first.pixels.image.mean()


def test_what_the_engine_cannot_do_mesh_does_and_says_so(
    portrait: tuple[Portrait, Face], bridged: Bridged
) -> None:
    halved = replace(PLAIN, multiplier=0.5)
    with pytest.warns(MienWarning, match="--multiplier: engine pixels moves as the driver does"):
        list(bridged.engine.animate(bridged.source, filmed(*portrait), halved))
    neutral, first, _ = bridged.inner.followed
    assert neutral.pixels is not None
    assert first.pixels is not None
    assert first.pixels.image.shape == bridged.source.rest.image.shape
    assert bridged.inner.options.multiplier == 1


def test_what_is_made_needs_no_warning(bridged: Bridged) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        check_for(SETTINGS, replace(PLAIN, multiplier=2.0), film=False)
        list(bridged.engine.animate(bridged.source, edited(Edits()), replace(PLAIN, multiplier=2)))


def test_no_frames_give_no_frames(bridged: Bridged) -> None:
    assert list(bridged.engine.animate(bridged.source, edited(Edits(), 0), PLAIN)) == []


def test_no_more_is_read_than_is_shown(bridged: Bridged) -> None:
    """Whoever renders live has no later frames."""
    asked = []

    def frames(motion: Motion) -> Iterator[MotionFrame]:
        for frame in motion.frames:
            asked.append(frame.pts)
            yield frame

    motion = edited(Edits(smile=0.5), 9)
    moved = bridged.engine.animate(bridged.source, replace(motion, frames=frames(motion)), PLAIN)
    next(moved)
    next(moved)
    assert asked == [0, 1]


def test_a_film_that_is_the_portrait_is_refused_before_anything_is_loaded(
    bridged: Bridged,
) -> None:
    with pytest.raises(OptionError, match="--engine: pixels moves pictures, not films"):
        check_for(SETTINGS, PLAIN, film=True)
