from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from mien.drivers.neutrality import CLEARLY_OFF, most_neutral, neutrality_cost
from mien.drivers.reading import Baseline, Reading, read_face, to_motion_frame
from mien.motion.arkit import SHAPE_INDEX, shape_weights
from mien.motion.blendshapes.posing import pose_face
from mien.motion.face_template import FACE_TEMPLATE
from mien.motion.pose import Pose, angles_from_rotation, rotation_from_angles, to_picture
from mien.types import Face, MotionFrame

pytestmark = pytest.mark.unit

PICTURE = np.zeros((8, 8, 3), np.uint8)
SCALE = 80.0


def reading(yaw: float = 0.0, scale: float = SCALE, x: float = 100.0, **shapes: float) -> Reading:
    head = pose_face(FACE_TEMPLATE.landmarks, shape_weights(shapes))
    pose = Pose(rotation_from_angles(yaw, 0, 0), np.array([x, 60.0, 0.0]), scale)
    landmarks = to_picture(head, pose).astype(np.float32)
    return read_face(Face(landmarks, 1.0), PICTURE)


def frame_of(seen: Reading) -> MotionFrame:
    baseline = Baseline(SCALE, FACE_TEMPLATE.landmarks)
    return to_motion_frame(seen, baseline, pts=7, time_base=Fraction(1, 25))


def test_a_frame_says_pose_place_and_size_in_head_units() -> None:
    frame = frame_of(reading(yaw=15, scale=2 * SCALE, x=160.0))
    assert angles_from_rotation(frame.rotation) == pytest.approx((15, 0, 0), abs=0.01)
    assert frame.translation == pytest.approx((2.0, 0.75), abs=1e-3)
    assert frame.scale == pytest.approx(2.0, abs=1e-3)
    assert (frame.pts, frame.time_base) == (7, Fraction(1, 25))


def test_a_frame_says_the_expression() -> None:
    frame = frame_of(reading(yaw=-20, jawOpen=0.5, eyeBlinkLeft=1))
    assert frame.blendshapes[SHAPE_INDEX["jawOpen"]] == pytest.approx(0.5, abs=0.1)
    assert frame.blendshapes[SHAPE_INDEX["eyeBlinkLeft"]] > 0.9
    assert frame.blendshapes[SHAPE_INDEX["eyeBlinkRight"]] < 0.1


def test_arrays_of_a_frame_are_float32() -> None:
    frame = frame_of(reading())
    arrays = (frame.rotation, frame.translation, frame.blendshapes, frame.landmarks)
    assert {a.dtype.name for a in arrays if a is not None} == {"float32"}


def test_the_picture_comes_along() -> None:
    frame = frame_of(reading())
    assert frame.pixels is not None
    assert frame.pixels.image is PICTURE


@pytest.mark.parametrize(
    "off",
    [
        {"yaw": 30.0},
        {"jawOpen": 0.6},
        {"eyeBlinkLeft": 1.0, "eyeBlinkRight": 1.0},
        {"eyeBlinkLeft": 0.7, "eyeBlinkRight": 0.7},
        {"mouthSmileLeft": 0.9, "mouthSmileRight": 0.9, "cheekSquintLeft": 0.5},
        {"mouthFrownLeft": 0.9, "mouthFrownRight": 0.9, "mouthShrugLower": 0.8},
    ],
)
def test_what_is_clearly_not_neutral(off: dict[str, float]) -> None:
    assert neutrality_cost(reading(**off)) > CLEARLY_OFF


def test_what_counts_as_neutral() -> None:
    assert neutrality_cost(reading()) < 0.15
    assert neutrality_cost(reading(yaw=8, mouthSmileLeft=0.3)) < CLEARLY_OFF


def test_a_neutral_first_face_is_taken_without_looking_further() -> None:
    first = reading()
    untouched = iter([reading(yaw=1)])
    assert most_neutral(first, untouched) is first
    assert next(untouched).head is not None


def test_a_face_that_is_off_gives_way_to_a_neutral_one() -> None:
    calm = reading(yaw=3)
    assert most_neutral(reading(jawOpen=0.8), [reading(yaw=25), calm, reading(yaw=40)]) is calm


def test_a_smile_at_the_beginning_gives_way_to_rest() -> None:
    """Lips closed: neither the jaw nor the eyes tell."""
    smile, rest = reading(mouthSmileLeft=0.9, mouthSmileRight=0.9), reading(yaw=4)
    assert most_neutral(smile, [smile, rest, reading(eyeBlinkLeft=1, eyeBlinkRight=1)]) is rest


def test_a_face_that_is_off_stays_when_the_others_are_hardly_better() -> None:
    first = reading(jawOpen=0.8)
    assert most_neutral(first, [reading(jawOpen=0.7)]) is first
    assert most_neutral(first, []) is first
