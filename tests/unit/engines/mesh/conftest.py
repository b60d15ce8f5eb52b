"""The astronaut portrait, prepared once, and drivers made from it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from fractions import Fraction

import numpy as np
import pytest

from fakes.clips import astronaut
from mien.engines.mesh.engine import MeshEngine
from mien.engines.mesh.source import MeshSource
from mien.face import cut, find_faces
from mien.motion.pose import fit_pose, to_head
from mien.types import DriverPixels, Face, Floats, Image, Motion, MotionFrame, Portrait

RATE = Fraction(25)
MakeMotion = Callable[[Iterable[tuple[Image, Floats]]], Motion]


@pytest.fixture(scope="session")
def portrait() -> Portrait:
    return Portrait(astronaut())


@pytest.fixture(scope="session")
def face(portrait: Portrait) -> Face:
    return find_faces(portrait.pixels)[0]


@pytest.fixture(scope="session")
def source(portrait: Portrait, face: Face) -> MeshSource:
    return MeshEngine().prepare(portrait, face)


@pytest.fixture(scope="session")
def crop_pixels(portrait: Portrait, source: MeshSource) -> Image:
    return cut(portrait.pixels, source.crop)


@pytest.fixture(scope="session")
def film() -> MakeMotion:
    """Turns (picture, landmarks) pairs into a motion, the first being the reference."""

    def make(shots: Iterable[tuple[Image, Floats]]) -> Motion:
        frames = []
        scale = None
        for number, (image, landmarks) in enumerate(shots):
            pose = fit_pose(landmarks)
            scale = scale or pose.scale
            frames.append(
                MotionFrame(
                    pts=number,
                    time_base=1 / RATE,
                    rotation=pose.rotation,
                    translation=pose.translation[:2] / scale,
                    scale=pose.scale / scale,
                    blendshapes=np.zeros(52, np.float32),
                    landmarks=to_head(landmarks, pose),
                    pixels=DriverPixels(image, landmarks),
                )
            )
        return Motion(frames[0], iter(frames), RATE, len(frames))

    return make
