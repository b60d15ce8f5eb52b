from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
import pytest

from fakes.clips import astronaut, still_life
from mien.drivers import drive_with_image
from mien.errors import NoFaceError
from mien.motion.arkit import SHAPE_INDEX
from mien.types import Image

pytestmark = pytest.mark.unit


def picture(folder: Path, pixels: Image) -> Path:
    path = folder / "smile.png"
    cv2.imwrite(str(path), cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR))
    return path


@pytest.fixture
def smile(tmp_path: Path) -> Path:
    return picture(tmp_path, astronaut())


def test_a_smiling_picture_smiles(smile: Path) -> None:
    motion = drive_with_image(smile)
    frame = next(motion.frames)
    assert frame.blendshapes[SHAPE_INDEX["mouthSmileLeft"]] > 0.5
    assert not motion.reference.blendshapes.any()
    assert frame.landmarks is not None
    assert motion.reference.landmarks is not None
    corner = 291
    moved = frame.landmarks[corner] - motion.reference.landmarks[corner]
    assert moved[0] > 0.08  # outwards
    assert moved[1] < -0.05  # and up


def test_relative_to_its_reference_the_head_does_not_move(smile: Path) -> None:
    motion = drive_with_image(smile)
    frame = next(motion.frames)
    np.testing.assert_array_equal(frame.rotation, motion.reference.rotation)
    np.testing.assert_array_equal(frame.translation, motion.reference.translation)
    assert frame.scale == motion.reference.scale == 1


def test_a_picture_is_one_frame(smile: Path) -> None:
    motion = drive_with_image(smile)
    assert len(list(motion.frames)) == motion.num_frames == 1


def test_a_picture_can_stand_still_for_a_while(smile: Path) -> None:
    frames = list(drive_with_image(smile, duration_s=0.5, fps=Fraction(20)).frames)
    assert [f.pts for f in frames] == list(range(10))
    assert {f.time_base for f in frames} == {Fraction(1, 20)}


def test_frames_of_a_picture_can_be_limited(smile: Path) -> None:
    assert drive_with_image(smile, duration_s=2.0, max_frames=3).num_frames == 3


def test_a_picture_without_a_face_is_named(tmp_path: Path) -> None:
    with pytest.raises(NoFaceError, match=r"smile\.png: no face found"):
        drive_with_image(picture(tmp_path, next(iter(still_life(1)))))
