"""Motion that JoyVASA makes, played by either engine."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import pairwise, repeat

import numpy as np
import pytest
import torch

from fakes.clips import astronaut
from fakes.joyvasa_weights import small_joyvasa
from fakes.plain_runtime import PlainRuntime
from mien.drivers.joyvasa import JoyVasa
from mien.engines.liveportrait.algebra import DriveOptions
from mien.engines.liveportrait.driving import Driver
from mien.engines.liveportrait.playing import play
from mien.engines.liveportrait.source import prepare_source
from mien.engines.mesh.engine import MeshEngine
from mien.engines.settings import Species
from mien.face import find_faces
from mien.motion.face_template import FACE_TEMPLATE
from mien.types import Face, Framing, Motion, MotionOptions, Portrait

pytestmark = pytest.mark.unit


@pytest.fixture(scope="module")
def joyvasa() -> Iterator[JoyVasa]:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    driver = small_joyvasa(steps=2)
    yield driver
    driver.close()
    torch.set_num_threads(before)


def motion(joyvasa: JoyVasa, num_frames: int = 3) -> Motion:
    draw = np.random.Generator(np.random.PCG64(0))
    sound = (0.1 * draw.standard_normal(8000)).astype(np.float32)
    return joyvasa.drive(sound, 16_000, fps=Fraction(10), num_frames=num_frames)


def test_the_mesh_moves_by_it(joyvasa: JoyVasa) -> None:
    engine, portrait = MeshEngine(), Portrait(astronaut())
    source = engine.prepare(portrait, find_faces(portrait.pixels)[0])
    frames = [each.pixels for each in engine.animate(source, motion(joyvasa), MotionOptions())]
    assert len(frames) == 3
    assert all(np.abs(a.astype(int) - b).max() > 20 for a, b in pairwise(frames))


def test_liveportrait_takes_the_lips_as_they_are_and_the_rest_as_change(joyvasa: JoyVasa) -> None:
    made = motion(joyvasa)
    driver = Driver(made, PlainRuntime(), 1.5)
    first = next(made.frames)
    said = driver.read(first)
    assert said.absolute_lips
    assert not driver.made
    assert not driver.still
    np.testing.assert_allclose(said.expression, first.keypoints.expression)
    reference = made.reference.keypoints
    np.testing.assert_allclose(driver.neutral(first).expression, reference.expression)


@pytest.mark.parametrize("species", ["humans", "animals"])
def test_liveportrait_renders_every_frame(joyvasa: JoyVasa, species: Species) -> None:
    face = Face(FACE_TEMPLATE.landmarks * 60 + np.float32([200, 200, 0]), 1.0)
    portrait = Portrait(np.full((400, 400, 3), (128, 0, 0), np.uint8))
    source = prepare_source(PlainRuntime(), portrait, face, Framing())
    options = DriveOptions(species=species)
    rendered = play(PlainRuntime(), repeat(source), motion(joyvasa, 4), options, film=False)
    assert [each.pts for each in rendered] == [0, 1, 2, 3]
