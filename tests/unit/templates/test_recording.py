"""From a motion to a template."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.drivers import drive_with_moments
from mien.motion.arkit import SHAPE_INDEX, shape_weights
from mien.motion.face_template import FACE_TEMPLATE
from mien.motion.moment import REST, Moment
from mien.motion.pose import rotation_from_angles
from mien.templates import record_motion
from mien.templates.components import MOST_COMPONENTS, TOLERANCE, landmark_track
from mien.templates.own_share import own_shares
from mien.templates.problems import UnusableError
from mien.templates.quaternions import quaternions_from_rotations, rotations_from_quaternions
from mien.types import DriverPixels, Floats, Motion, MotionFrame

pytestmark = pytest.mark.unit

RATE = Fraction(25)


def smiling(time_s: float) -> Moment:
    amount = min(1.0, time_s)
    return replace(
        REST, weights=shape_weights({"mouthSmile": amount}), angles=(5 * amount, 0.0, 0.0),
        own_expression=0.25,
    )  # fmt: skip


def seen(num_frames: int) -> Motion:
    """A face that opens its mouth, as a film shows it."""

    def with_face(frame: MotionFrame) -> MotionFrame:
        landmarks = FACE_TEMPLATE.landmarks.astype(np.float32).copy()
        landmarks[14, 1] += 0.1 * float(frame.blendshapes[SHAPE_INDEX["jawOpen"]])
        image = np.zeros((8, 8, 3), np.uint8)
        return replace(frame, landmarks=landmarks, pixels=DriverPixels(image, landmarks))

    def opening(time_s: float) -> Moment:
        return replace(REST, weights=shape_weights({"jawOpen": time_s}))

    motion = drive_with_moments(opening, fps=RATE, num_frames=num_frames)
    frames = (with_face(frame) for frame in motion.frames)
    return Motion(with_face(motion.reference), frames, RATE, num_frames)


def test_what_was_made_is_written_down_as_it_is():
    motion = drive_with_moments(smiling, fps=RATE, num_frames=20)
    steps = []
    template = record_motion(motion, made_from="smile", progress=steps.append)
    assert (template.num_frames, template.first_frame, template.rate) == (20, 1, RATE)
    assert template.made_from == "smile"
    for number, frame in enumerate(drive_with_moments(smiling, fps=RATE, num_frames=20).frames):
        assert (template.rotation[1 + number] == frame.rotation).all()
        assert (template.blendshapes[1 + number] == frame.blendshapes).all()
        assert template.own_expression[1 + number] == 0.25
    assert template.own_expression[0] == 1.0
    assert template.landmarks is None
    assert [(step.done, step.total) for step in steps] == [(n, 20) for n in range(1, 21)]


def test_a_face_that_was_seen_is_written_down_with_its_landmarks():
    template = record_motion(seen(40))
    assert template.landmarks is not None
    for number, frame in enumerate(seen(40).frames):
        assert template.landmarks.at(1 + number) == pytest.approx(
            frame.landmarks, abs=4 * TOLERANCE
        )
    assert template.own_expression[0] == 1.0
    assert template.own_expression[-1] < 0.6


def test_landmarks_may_be_left_out():
    template = record_motion(seen(40), landmarks=False)
    assert template.landmarks is None
    assert template.own_expression[-1] < 0.6


def test_a_motion_without_frames_is_refused():
    with pytest.raises(UnusableError, match="no frames"):
        record_motion(drive_with_moments(smiling, fps=RATE, num_frames=0))


def test_a_motion_that_never_ends_is_refused(monkeypatch):
    monkeypatch.setattr("mien.templates.checks.MOST_FRAMES", 50)
    motion = drive_with_moments(smiling, fps=RATE, num_frames=10**9)
    with pytest.raises(UnusableError, match="holds 51 frames; a template has 50 at most"):
        record_motion(replace(motion, num_frames=None))


def test_a_motion_that_is_too_long_is_refused_before_it_is_made():
    made = []
    motion = drive_with_moments(made.append, fps=RATE, num_frames=10**9)
    with pytest.raises(UnusableError, match="a template has 100000 at most"):
        record_motion(motion)
    assert made == []


# landmarks as components


def faces(num: int, freedoms: int) -> list[Floats]:
    chance = np.random.default_rng(1)
    ways = chance.normal(0, 0.02, (freedoms, 478, 3))
    return [
        FACE_TEMPLATE.landmarks + np.tensordot(chance.normal(size=freedoms), ways, 1)
        for _ in range(num)
    ]


def test_as_few_components_as_needed_give_the_landmarks_back():
    rows = faces(60, 3)
    track = landmark_track(rows)
    assert track.components.shape == (3, 478, 3)
    errors = np.stack([track.at(n) - row for n, row in enumerate(rows)])
    assert np.sqrt((errors**2).mean()) <= TOLERANCE


def test_components_are_bounded():
    assert len(landmark_track(faces(100, 90)).components) == MOST_COMPONENTS
    assert len(landmark_track(faces(1, 3)).components) == 0
    assert len(landmark_track(faces(400, 60)).components) == MOST_COMPONENTS


# the portrait's own expression


def test_own_expression_gives_way_to_a_mouth_without_a_jump():
    weights = np.zeros((50, 52), np.float32)
    weights[20:] = shape_weights({"mouthSmile": 0.8, "jawOpen": 0.5})
    shares = own_shares(weights, RATE)
    assert shares[0] == 1.0
    assert shares[-1] == 0.0
    assert np.abs(np.diff(shares)).max() < 0.2
    assert (np.diff(shares) <= 0).all()


def test_own_expression_comes_back_slowly():
    weights = np.zeros((200, 52), np.float32)
    weights[20:30] = weights[40:50] = shape_weights({"mouthSmile": 0.8, "jawOpen": 0.5})
    shares = own_shares(weights, RATE)
    assert shares[35] < 0.3
    assert shares[100] < 0.7
    assert np.diff(shares).max() < 0.02
    assert shares[199] == 1.0


def test_own_expression_stays_when_eyes_and_brows_move():
    weights = np.tile(shape_weights({"eyeBlink": 1.0, "browOuterUp": 1.0}), (10, 1))
    assert (own_shares(weights, RATE) == 1.0).all()


def test_a_motion_that_begins_at_once_begins_with_the_portrait():
    weights = np.tile(shape_weights({"mouthFrown": 0.8}), (30, 1))
    weights[0] = 0.0
    shares = own_shares(weights, RATE)
    assert shares[0] == 1.0
    assert np.abs(np.diff(shares)).max() < 0.2


# rotations


@given(st.floats(-180, 180), st.floats(-89, 89), st.floats(-180, 180))
def test_rotations_survive_sixteen_bits(yaw, pitch, roll):
    rotation = rotation_from_angles(yaw, pitch, roll)
    whole = np.rint(quaternions_from_rotations(rotation[None]) * 32767)
    back = rotations_from_quaternions(whole)[0]
    off = np.degrees(np.linalg.norm(back @ rotation.T - np.eye(3)) / np.sqrt(2))
    assert off < 0.01
