"""The mesh engine as a whole, driven by the astronaut and by blendshapes."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest

from mien.drivers import canonical_reference
from mien.engines.mesh.engine import MeshEngine
from mien.engines.mesh.source import MeshSource
from mien.face import find_faces, paste
from mien.motion.arkit import shape_weights
from mien.motion.pose import angles_from_rotation, fit_pose, rotation_from_angles
from mien.types import Face, Floats, Image, Motion, MotionFrame, MotionOptions, Portrait

pytestmark = pytest.mark.unit

REST = canonical_reference()


def render(source: MeshSource, frame: MotionFrame, options: MotionOptions | None = None) -> Image:
    motion = Motion(REST, iter([frame]), 25)
    (rendered,) = MeshEngine().animate(source, motion, options or MotionOptions())
    return rendered.pixels


def moved(landmarks: Floats, image: Image, shift: tuple[int, int]) -> tuple[Image, Floats]:
    transform = np.array([[1.0, 0, shift[0]], [0, 1, shift[1]]])
    size = image.shape[1::-1]
    picture = cv2.warpAffine(image, transform, size, borderMode=cv2.BORDER_REPLICATE)
    return picture, landmarks + np.array([*shift, 0], np.float32)


def test_a_driver_at_rest_gives_the_portrait_back(source: MeshSource, crop_pixels: Image) -> None:
    assert np.array_equal(render(source, REST), crop_pixels)


def test_a_still_film_gives_the_portrait_back(source, portrait, crop_pixels, face, film) -> None:
    motion = film([(portrait.pixels, face.landmarks)] * 3)
    for rendered in MeshEngine().animate(source, motion, MotionOptions()):
        difference = np.abs(rendered.pixels.astype(int) - crop_pixels)
        assert difference.mean() < 0.7


def test_pasting_at_rest_leaves_no_visible_border(source, portrait) -> None:
    (rendered,) = MeshEngine().animate(source, Motion(REST, iter([REST]), 25), MotionOptions())
    pasted = paste(portrait.pixels, rendered)
    x0, y0, x1, y1 = source.crop.box
    ring = np.ones(pasted.shape[:2], bool)
    ring[y0 + 4 : y1 - 4, x0 + 4 : x1 - 4] = False
    assert np.abs(pasted.astype(int) - portrait.pixels)[ring].mean() <= 2


@pytest.mark.parametrize("angles", [(12, 0, 0), (-12, 0, 0), (0, 8, 0), (0, 0, 10)])
def test_the_head_turns_the_way_it_is_told(
    source: MeshSource, face: Face, angles: tuple[int, int, int]
) -> None:
    turned = replace(REST, rotation=rotation_from_angles(*angles))
    found = find_faces(render(source, turned))[0]
    before = angles_from_rotation(fit_pose(face.landmarks).rotation)
    after = angles_from_rotation(fit_pose(found.landmarks).rotation)
    change = np.subtract(after, before)
    axis = int(np.argmax(np.abs(angles)))
    assert np.sign(change[axis]) == np.sign(angles[axis])
    assert abs(change[axis]) > 0.4 * abs(angles[axis])


def test_a_turn_beyond_what_the_picture_shows_stops(source: MeshSource) -> None:
    far = [
        render(source, replace(REST, rotation=rotation_from_angles(yaw, 0, 0))) for yaw in (45, 70)
    ]
    assert np.abs(far[0].astype(int) - far[1]).mean() < 1


def test_the_portrait_follows_a_driver_that_moves_sideways(source, portrait, face, film) -> None:
    shots = [(portrait.pixels, face.landmarks), moved(face.landmarks, portrait.pixels, (9, -5))]
    *_, last = MeshEngine().animate(source, film(shots), MotionOptions())
    found = find_faces(last.pixels)[0].landmarks
    shift = (found - face.landmarks)[:468, :2].mean(0) + np.array(source.crop.box[:2])
    assert shift == pytest.approx([9, -5], abs=2)


@pytest.mark.parametrize(
    ("shape", "pairs", "sign"),
    [("eyeBlink", ((159, 145), (386, 374)), -1), ("jawOpen", ((13, 14),), 1)],
)
def test_blendshapes_open_and_close_what_they_name(
    source: MeshSource, face: Face, shape: str, pairs: tuple[tuple[int, int], ...], sign: int
) -> None:
    names = [shape] if shape == "jawOpen" else [f"{shape}Left", f"{shape}Right"]
    frame = replace(REST, blendshapes=shape_weights(dict.fromkeys(names, 1.0)))
    found = find_faces(render(source, frame))[0].landmarks
    for upper, lower in pairs:
        before = np.linalg.norm(face.landmarks[upper] - face.landmarks[lower])
        after = np.linalg.norm(found[upper] - found[lower])
        assert sign * (after - before) > 0.25 * before


def test_the_region_says_what_moves(source: MeshSource) -> None:
    frame = replace(
        REST,
        rotation=rotation_from_angles(10, 0, 0),
        blendshapes=shape_weights({"jawOpen": 0.6, "eyeBlinkLeft": 1.0}),
    )
    rest = render(source, REST)
    changed = {
        region: np.abs(render(source, frame, MotionOptions(region=region)).astype(int) - rest)
        for region in ("all", "exp", "pose", "lip", "eyes")
    }
    top = slice(0, rest.shape[0] // 5)
    assert changed["pose"][top].mean() > 1
    assert changed["exp"][top].mean() < 0.2
    assert changed["lip"].mean() < changed["exp"].mean()
    assert changed["eyes"].mean() < changed["exp"].mean()


def test_the_multiplier_scales_the_motion(source: MeshSource) -> None:
    frame = replace(REST, blendshapes=shape_weights({"jawOpen": 0.4}))
    rest = render(source, REST).astype(int)
    small, large = (
        np.abs(render(source, frame, MotionOptions(multiplier=m)) - rest).mean() for m in (0.5, 1)
    )
    assert 0 < small < large
    assert np.array_equal(render(source, frame, MotionOptions(multiplier=0)), rest)


def test_a_lost_driver_is_followed_without_pixels(source, portrait, face, film) -> None:
    motion = film([(portrait.pixels, face.landmarks)] * 3)
    frames = [
        replace(frame, pixels=None, presence=0.5) if number == 1 else frame
        for number, frame in enumerate(motion.frames)
    ]
    motion = replace(motion, frames=iter(frames))
    assert len(list(MeshEngine().animate(source, motion, MotionOptions()))) == 3


@pytest.mark.parametrize("size", [(96, 96), (130, 71), (801, 640)])
def test_pictures_of_any_size_are_rendered_at_their_own(size: tuple[int, int], portrait) -> None:
    width, height = size
    zoom = max(width / 200, height / 200)
    turn = np.array([[zoom, 0, width / 2 - 222 * zoom], [0, zoom, height / 2 - 118 * zoom]])
    picture = cv2.warpAffine(portrait.pixels, turn, size, borderMode=cv2.BORDER_REFLECT)
    small = MeshEngine().prepare(Portrait(picture), find_faces(picture)[0])
    rendered = render(small, replace(REST, blendshapes=shape_weights({"jawOpen": 0.7})))
    assert rendered.shape[1::-1] == small.crop.size


def test_frames_come_one_by_one(source: MeshSource) -> None:
    pulled = 0

    def endless():
        nonlocal pulled
        while True:
            pulled += 1
            yield REST

    rendered = MeshEngine().animate(source, Motion(REST, endless(), 25), MotionOptions())
    for expected in (1, 2, 3):
        next(rendered)
        assert pulled == expected


@pytest.mark.parametrize("relative", [True, False])
def test_a_multiplier_of_nothing_leaves_the_portrait_as_it_is(
    source, portrait, face, film, relative: bool
) -> None:
    options = MotionOptions(relative=relative, multiplier=0.0)
    smile = replace(REST, blendshapes=shape_weights({"mouthSmile": 1.0}), closure=1.0)
    shots = [(portrait.pixels, face.landmarks), moved(face.landmarks, portrait.pixels, (9, -5))]
    for motion in (Motion(REST, iter([smile]), 25), film(shots)):
        *_, last = MeshEngine().animate(source, motion, options)
        assert np.abs(last.pixels.astype(int) - render(source, REST)).mean() < 0.1


def test_absolute_expression_of_the_eyes_leaves_the_mouth_alone(
    source, portrait, face, film
) -> None:
    mouths = []
    x, y = np.rint(face.landmarks[13, :2] - source.crop.box[:2]).astype(int)
    for relative in (True, False):
        options = MotionOptions(relative=relative, region="eyes")
        motion = film([(portrait.pixels, face.landmarks)] * 2)
        *_, last = MeshEngine().animate(source, motion, options)
        mouths.append(last.pixels[y - 8 : y + 9, x - 20 : x + 21].astype(int))
    assert np.abs(mouths[0] - mouths[1]).mean() < 0.2
