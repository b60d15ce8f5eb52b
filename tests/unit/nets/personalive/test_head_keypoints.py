"""Where the driver's head takes the portrait's keypoints, and the drawings and boxes of them."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from mien.nets.personalive.keypoints import (
    Heads,
    crop_faces,
    draw,
    face_boxes,
    keypoints_of,
    lead_in,
    lead_in_weights,
    retarget,
    rotations,
)

pytestmark = pytest.mark.unit
SIDES = st.sampled_from([64, 128, 512])
CHOSEN = [1, 2, 3, 4, 12, 15, 20]
FAR = 9.0
"""Outside of any picture."""


def heads(count: int, seed: int) -> Heads:
    draw = torch.Generator().manual_seed(seed)
    normal = lambda *shape: torch.randn(count, *shape, generator=draw)  # noqa: E731
    return Heads(normal(21, 3), 20 * normal(3), 0.2 * normal(3), 1 + 0.1 * normal(1))


def points(*places: tuple[float, float]) -> Tensor:
    """(1, 21, 3): the chosen keypoints at these places, all others far away."""
    keypoints = torch.full((1, 21, 3), FAR)
    for index, place in zip(CHOSEN, places, strict=False):
        keypoints[0, index, :2] = torch.tensor(place)
    return keypoints


def test_a_head_that_looks_ahead_is_where_its_points_are() -> None:
    still = Heads(torch.randn(1, 21, 3), torch.zeros(1, 3), torch.zeros(1, 3), torch.ones(1, 1))
    assert torch.equal(keypoints_of(still), still.points)


def test_translation_moves_points_across_the_picture_but_not_in_depth() -> None:
    head = heads(1, 0)
    moved = Heads(head.points, head.angles, head.translation + 0.5, head.scale)
    difference = keypoints_of(moved) - keypoints_of(head)
    torch.testing.assert_close(difference, torch.tensor([0.5, 0.5, 0]).expand(1, 21, 3))


def test_turning_keeps_lengths_and_handedness() -> None:
    turns = rotations(heads(5, 1).angles)
    torch.testing.assert_close(turns @ turns.transpose(1, 2), torch.eye(3).expand(5, 3, 3))
    torch.testing.assert_close(torch.linalg.det(turns), torch.ones(5))


def test_the_portrait_keeps_its_shape_and_size_takes_the_angles_and_half_the_way() -> None:
    portrait, drivers = heads(1, 2), heads(3, 3)
    start = drivers.some(slice(1))
    driven = retarget(portrait, drivers, start)
    assert len(driven) == 3
    assert torch.equal(driven.angles, drivers.angles)
    assert torch.equal(driven.points, portrait.points.expand(3, -1, -1))
    assert torch.equal(driven.scale, portrait.scale.expand(3, -1))
    half = (drivers.translation - start.translation) / 2
    torch.testing.assert_close(driven.translation, portrait.translation + half)


def test_the_lead_in_goes_evenly_from_the_portrait_to_the_drivers_first_pose() -> None:
    portrait, start = heads(1, 4), heads(1, 5)
    first = retarget(portrait, start, start)
    coming = lead_in(portrait, first)
    assert len(coming) == len(lead_in_weights()) == 12
    torch.testing.assert_close(keypoints_of(coming)[0], keypoints_of(portrait)[0])
    angles = torch.cat((coming.angles, first.angles))
    torch.testing.assert_close(
        angles.diff(dim=0), ((start.angles - portrait.angles) / 12).expand(12, 3)
    )
    assert torch.equal(coming.translation, portrait.translation.expand(12, -1))


@pytest.mark.parametrize("side", [64, 512])
def test_a_keypoint_is_a_disc_of_49_pixels_around_its_own(side: int) -> None:
    (drawing,) = draw(points((0.25, -0.25)), side)
    lit = drawing[0] > 0
    assert lit.sum() == 49
    rows, columns = lit.nonzero(as_tuple=True)
    assert rows.float().mean() == 3 * side // 8
    assert columns.float().mean() == 5 * side // 8
    assert torch.equal(drawing[:, 3 * side // 8, 5 * side // 8], torch.tensor([1.0, 0, 0]))


def test_colours_add_up_where_discs_meet_but_to_no_more_than_there_is() -> None:
    (drawing,) = draw(points((FAR, FAR), (0, 0), (0, 0), (FAR, FAR), (0, 0)), 64)
    assert torch.equal(drawing[:, 32, 32], torch.ones(3))


def test_what_is_outside_the_picture_is_not_drawn() -> None:
    assert draw(points(), 64).sum() == 0


@settings(deadline=None, max_examples=40)
@given(
    st.lists(st.tuples(st.floats(-4, 4), st.floats(-4, 4)), min_size=7, max_size=7),
    SIDES,
)
def test_a_box_is_inside_the_picture_and_never_empty(
    places: list[tuple[float, float]], side: int
) -> None:
    left, top, right, bottom = face_boxes(points(*places), side)[0].tolist()
    assert 0 <= left < right <= side
    assert 0 <= top < bottom <= side


def test_a_box_is_a_square_around_the_face_where_there_is_room() -> None:
    face = points((-0.1, 0), (0.1, 0), (0, 0), (0, 0), (0, 0), (0, 0.2), (0, -0.2))
    left, top, right, bottom = face_boxes(face, 512)[0].tolist()
    assert right - left == pytest.approx(bottom - top, abs=1)
    assert left < 256 - 25 < 256 + 25 < right
    assert top < 256 - 51 < 256 + 51 < bottom


def test_a_face_that_already_has_the_size_is_cut_out_as_it_is() -> None:
    pictures = torch.rand(2, 3, 256, 256)
    boxes = torch.tensor([[10, 20, 234, 244], [0, 0, 1, 1]])
    faces = crop_faces(pictures, boxes)
    assert faces.shape == (2, 3, 224, 224)
    assert torch.equal(faces[0], pictures[0, :, 20:244, 10:234])
    torch.testing.assert_close(faces[1], pictures[1, :, :1, :1].expand(-1, 224, 224))
