"""The astronaut (NASA, public domain), once."""

from __future__ import annotations

from importlib.resources import files

import cv2
import pytest

from mien.face import find_faces
from mien.types import Face, Image


@pytest.fixture(scope="session")
def astronaut() -> Image:
    """(512, 512, 3) RGB."""
    picture = cv2.imread(str(files("mien") / "data" / "astronaut.png"), cv2.IMREAD_COLOR_RGB)
    picture.setflags(write=False)
    return picture


@pytest.fixture(scope="session")
def astronaut_face(astronaut: Image) -> Face:
    return find_faces(astronaut)[0]
