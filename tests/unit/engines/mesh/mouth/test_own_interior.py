from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from numpy.typing import NDArray

from mien.engines.mesh.mouth.action import MouthAction, mouth_action
from mien.engines.mesh.mouth.complexion import measure_complexion, teeth_in
from mien.engines.mesh.mouth.opening import UPPER, find_opening
from mien.engines.mesh.mouth.own_interior import OwnInterior
from mien.engines.mesh.mouth.painter import MouthPainter
from mien.engines.mesh.source import MeshSource
from mien.motion.arkit import shape_weights
from mien.motion.blendshapes.neutral import neutralise
from mien.motion.blendshapes.posing import pose_face
from mien.motion.pose import to_picture
from mien.types import Floats, Image

pytestmark = pytest.mark.unit

LAUGH = {"jawOpen": 0.3, "mouthSmile": 0.7, "mouthLowerDown": 0.4}


@pytest.fixture(scope="module")
def own(source: MeshSource, crop_pixels: Image) -> OwnInterior:
    mesh = source.mesh
    looks = measure_complexion(crop_pixels, mesh.landmarks)
    return OwnInterior(crop_pixels, mesh.landmarks, mesh.head, mesh.pose, looks)


def neutral(source: MeshSource) -> Floats:
    return neutralise(source.mesh.head)[0]


def painted(
    source: MeshSource, crop: Image, shapes: dict[str, float]
) -> tuple[Image, NDArray[np.bool_]]:
    """The mouth of the astronaut under shapes on her neutral face, and where it is open."""
    mesh, rest, weights = source.mesh, neutral(source), shape_weights(shapes)
    head = pose_face(rest, weights)
    points, picture = to_picture(head, mesh.pose), crop.copy()
    painter = MouthPainter(crop, mesh.landmarks, mesh.head, mesh.pose)
    painter.paint(picture, points, head, mesh.pose, None, action=mouth_action(rest, weights))
    opening = find_opening(points, head, mesh.pose, crop.shape[1::-1], 0.8)
    assert opening is not None
    return picture[opening.box], opening.mask > 250


def test_the_tips_of_teeth_are_found_between_the_lips(own: OwnInterior, source: MeshSource) -> None:
    row, head = own.row(None), source.mesh.head
    assert row is not None
    assert head[13, 1] + 0.05 < row.tip < head[14, 1]


def test_teeth_stay_in_place_while_the_portrait_wears_its_own_smile(
    own: OwnInterior, source: MeshSource
) -> None:
    action = MouthAction(float(source.mesh.head[UPPER[5], 1]), smile=1.0)
    assert own.lowered(action) == 0
    assert own.lowered(None) == 0


def test_teeth_show_below_the_lip_of_a_smile_that_is_put_on(
    own: OwnInterior, source: MeshSource
) -> None:
    rest_upper = float(neutral(source)[UPPER[5], 1])
    row = own.row(MouthAction(rest_upper, smile=0.7))
    assert row is not None
    assert row.tip > rest_upper + 0.08


def test_a_laugh_keeps_the_teeth_of_the_portrait(source: MeshSource, crop_pixels: Image) -> None:
    picture, inside = painted(source, crop_pixels, LAUGH)
    looks = measure_complexion(crop_pixels, source.mesh.landmarks)
    assert teeth_in(picture.copy(), looks)[inside].mean() > 0.25


def test_corners_beside_the_teeth_are_not_black(source: MeshSource, crop_pixels: Image) -> None:
    picture, inside = painted(source, crop_pixels, {"mouthStretch": 0.6, "mouthLowerDown": 0.4,
                                                    "mouthFrown": 0.4, "jawOpen": 0.1})  # fmt: skip
    assert np.percentile(picture[inside].max(axis=1), 5) > 30


def test_nothing_is_darker_while_the_lips_stay_where_they_were(
    own: OwnInterior, source: MeshSource, crop_pixels: Image
) -> None:
    mesh = source.mesh
    opening = find_opening(mesh.landmarks, mesh.head, mesh.pose, crop_pixels.shape[1::-1], 0.8)
    assert opening is not None
    still, covered = own.show(opening, MouthAction(float(mesh.head[UPPER[5], 1]), smile=1.0))
    assert np.abs(still.astype(int) - own.show(opening)[0])[opening.mask > 200].max() <= 3
    assert covered[opening.mask > 250].min() > 200


def test_a_mouth_that_opens_slowly_never_jumps(source: MeshSource, crop_pixels: Image) -> None:
    mesh, rest = source.mesh, neutral(source)
    painter = MouthPainter(crop_pixels, mesh.landmarks, mesh.head, mesh.pose)
    frames = []
    for jaw in np.linspace(0.0, 0.5, 26):
        weights = shape_weights({"jawOpen": float(jaw)})
        head = pose_face(rest, weights)
        picture = np.full_like(crop_pixels, 128)
        points, action = to_picture(head, mesh.pose), mouth_action(rest, weights)
        painter.paint(picture, points, head, mesh.pose, None, action=action)
        frames.append(picture.astype(np.float32))
    steps = [float(np.abs(b - a).sum()) for a, b in pairwise(frames)]
    assert max(steps) < 3.0 * float(np.median(steps))
