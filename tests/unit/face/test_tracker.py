from __future__ import annotations

from itertools import islice

import cv2
import numpy as np
import pytest

from fakes.clips import moving_face
from mien.face import MeshTracker, crop_around, cut, face_height, find_faces
from mien.types import Face, Image

pytestmark = pytest.mark.unit


def scene(
    astronaut: Image, face: Face, places: list[tuple[int, int, int]], size: tuple[int, int]
) -> Image:
    """A grey (width, height) picture with the face pasted at (x, y), so many pixels high."""
    picture = np.full((size[1], size[0], 3), 127, np.uint8)
    portrait = cut(astronaut, crop_around(face.landmarks, (512, 512), scale=1.6))
    for x, y, height in places:
        ratio = height / face_height(face.landmarks)
        small = cv2.resize(portrait, None, fx=ratio, fy=ratio, interpolation=cv2.INTER_AREA)
        picture[y : y + small.shape[0], x : x + small.shape[1]] = small
    return picture


def test_the_astronaut_has_one_face_with_all_its_landmarks(astronaut):
    (face,) = find_faces(astronaut)
    assert face.landmarks.shape == (478, 3)
    assert face.landmarks.dtype == np.float32
    assert face.score > 0.99
    assert np.allclose(face.landmarks[468, :2], (203.5, 101.2), atol=2)


def test_the_picture_is_left_as_it_was(astronaut):
    assert not astronaut.flags.writeable
    find_faces(astronaut)


@pytest.mark.parametrize("height", [77, 90, 120])
@pytest.mark.parametrize("place", [(20, 20), (500, 300), (333, 777), (60, 850)])
def test_a_small_face_in_a_large_picture_is_found(astronaut, astronaut_face, height, place):
    picture = scene(astronaut, astronaut_face, [(*place, height)], (720, 1080))
    (still,), (tracked,) = find_faces(picture), MeshTracker().track(picture)
    assert face_height(still.landmarks) == pytest.approx(height, rel=0.06)
    assert np.abs(still.landmarks - tracked.landmarks).max() < 0.5


def test_faces_come_largest_first_and_small_ones_beside_large_ones(astronaut, astronaut_face):
    places = [(20, 20, 80), (200, 200, 250), (20, 500, 100)]
    picture = scene(astronaut, astronaut_face, places, (720, 720))
    heights = [face_height(face.landmarks) for face in find_faces(picture)]
    assert heights == pytest.approx([250, 100, 80], rel=0.06)
    (largest,) = find_faces(picture, max_faces=1)
    assert face_height(largest.landmarks) == pytest.approx(250, rel=0.06)


@pytest.mark.parametrize(
    "picture",
    [
        np.zeros((64, 64, 3), np.uint8),
        np.full((1, 1, 3), 255, np.uint8),
        np.random.default_rng(0).integers(0, 256, (240, 320, 3), dtype=np.uint8),
    ],
    ids=["black", "one pixel", "noise"],
)
def test_where_there_is_no_face_none_is_found(picture):
    assert find_faces(picture) == []


def test_a_picture_need_not_be_contiguous(astronaut):
    mirrored = find_faces(astronaut[:, ::-1])[0].landmarks[1, 0]
    assert mirrored == pytest.approx(511 - find_faces(astronaut)[0].landmarks[1, 0], abs=3)


@pytest.mark.parametrize("quarter_turns", [1, 2, 3])
def test_a_tracked_face_is_followed_through_a_whole_turn(astronaut, quarter_turns):
    tracker = MeshTracker()
    tracker.track(astronaut)
    for angle in range(0, 90 * quarter_turns + 1, 15):
        turn = cv2.getRotationMatrix2D((223, 130), -angle, 1)
        (face,) = tracker.track(cv2.warpAffine(astronaut, turn, (512, 512)))
    across = face.landmarks[263] - face.landmarks[33]
    found = np.degrees(np.arctan2(across[1], across[0])) - 6
    assert abs((found - angle + 180) % 360 - 180) < 6


def test_the_first_picture_of_a_stream_is_as_settled_as_the_following(astronaut):
    tracker = MeshTracker()
    first, second = tracker.track(astronaut)[0], tracker.track(astronaut)[0]
    eye_distance = np.linalg.norm(first.landmarks[33] - first.landmarks[263])
    moved = np.linalg.norm((first.landmarks - second.landmarks)[:, :2], axis=1)
    assert moved.mean() < 0.01 * eye_distance


def test_a_lost_face_is_found_again_at_once(astronaut, astronaut_face):
    tracker = MeshTracker()
    left = scene(astronaut, astronaut_face, [(20, 20, 120)], (512, 512))
    right = scene(astronaut, astronaut_face, [(280, 250, 120)], (512, 512))
    empty = np.full_like(left, 127)
    assert [len(tracker.track(p)) for p in (left, right, empty, empty, right)] == [1, 1, 0, 0, 1]


def test_a_second_face_that_enters_is_picked_up(astronaut, astronaut_face):
    tracker = MeshTracker(max_faces=2)
    one = scene(astronaut, astronaut_face, [(250, 200, 150)], (512, 512))
    two = scene(astronaut, astronaut_face, [(250, 200, 150), (10, 10, 120)], (512, 512))
    assert [len(tracker.track(p)) for p in (one, two, two, one)] == [1, 2, 2, 1]


def test_after_a_reset_nothing_of_the_old_stream_is_left(astronaut):
    used, fresh = MeshTracker(), MeshTracker()
    shifted = np.roll(astronaut, 9, axis=1)
    used.track(shifted)
    used.reset()
    assert np.array_equal(used.track(astronaut)[0].landmarks, fresh.track(astronaut)[0].landmarks)


def test_half_a_face_is_not_a_second_one() -> None:
    for picture in islice(moving_face(12, 256), 12):
        assert len(find_faces(picture)) == 1
