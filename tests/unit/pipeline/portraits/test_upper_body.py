"""Tests of head and shoulders, cut out of a picture that is to move."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from fakes.clips import astronaut
from mien.errors import NoFaceError, OptionError
from mien.pipeline.options import AnimateOptions
from mien.pipeline.portraits.casting import Cast, cast_faces
from mien.types import Image

pytestmark = pytest.mark.unit


def cast(path: Path, **options: object) -> Cast:
    with cast_faces(path, AnimateOptions(crop="upper-body", **options), keep_alpha=False) as made:
        return made


@pytest.fixture
def crowd(tmp_path: Path) -> Path:
    """The astronaut, and beside her the same at half the size, on a wide grey wall."""
    wall = np.full((512, 1200, 3), 128, np.uint8)
    wall[:, :512] = astronaut()
    wall[256:, 700:956] = cv2.resize(astronaut(), (256, 256), interpolation=cv2.INTER_AREA)
    return written(tmp_path / "crowd.png", wall)


def written(path: Path, pixels: Image) -> Path:
    cv2.imwrite(str(path), cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR))
    return path


def middle(made: Cast) -> float:
    """Of the face, in widths of the picture."""
    (face,) = made.faces
    return float(face.landmarks[:, 0].mean()) / made.portrait.pixels.shape[1]


def test_the_face_is_in_the_middle_of_a_square_of_the_pictures_own_pixels(crowd: Path) -> None:
    made = cast(crowd)
    height, width = made.portrait.pixels.shape[:2]
    assert height == width
    assert 350 < width < 512
    assert abs(middle(made) - 0.5) < 0.05
    (face,) = made.faces
    assert 2.3 < height / np.ptp(face.landmarks[:468, 1]) < 3.8


def test_the_face_that_is_asked_for_is_the_one_that_moves(crowd: Path) -> None:
    made = cast(crowd, face=2)
    assert 175 < made.portrait.pixels.shape[0] < 256
    assert abs(middle(made) - 0.5) < 0.05
    with pytest.raises(NoFaceError, match=r"has 2 faces.*no face 3"):
        cast(crowd, face=3)


def test_a_size_is_that_of_the_crop(crowd: Path) -> None:
    assert cast(crowd, size=256).portrait.pixels.shape == (256, 256, 3)


@pytest.mark.parametrize("other", [{"face": "all"}, {"box": (10, 10, 90, 90)}])
def test_it_is_around_one_face_that_is_found(crowd: Path, other: dict[str, object]) -> None:
    with pytest.raises(OptionError, match="upper-body is around one face"):
        cast(crowd, **other)
