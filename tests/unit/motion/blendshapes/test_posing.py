from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mien.landmarks import LIP_PAIRS, RIGID
from mien.motion.arkit import BLENDSHAPES, SHAPE_INDEX, opposite, shape_weights
from mien.motion.blendshapes.basis import BASIS
from mien.motion.blendshapes.eyes import LOWER_LIDS, UPPER_LIDS
from mien.motion.blendshapes.posing import pose_face
from mien.motion.face_template import FACE_TEMPLATE
from mien.motion.fields import mirrored
from mien.types import Floats

pytestmark = pytest.mark.unit

FACE = FACE_TEMPLATE.landmarks
UPPER_LIP, LOWER_LIP = np.array(LIP_PAIRS).T
IRIS_LEFT, IRIS_RIGHT = 473, 468
shares = st.floats(0, 1, width=32)
expressions = st.dictionaries(st.sampled_from(BLENDSHAPES), shares, max_size=6).map(shape_weights)

MADE_OF = {
    "happy": {"mouthSmile": 0.9, "cheekSquint": 0.8, "mouthUpperUp": 0.4, "jawOpen": 0.15},
    "angry": {"browDown": 1, "noseSneer": 0.5, "mouthPress": 0.9, "eyeSquint": 0.5},
    "fearful": {"browInnerUp": 1, "browDown": 0.4, "eyeWide": 1, "mouthStretch": 0.9},
    "surprised": {"browInnerUp": 1, "browOuterUp": 1, "eyeWide": 1, "jawOpen": 0.8},
    "sad": {"browInnerUp": 1, "mouthFrown": 1, "mouthShrugLower": 0.5},
    "kiss": {"mouthPucker": 1, "mouthFunnel": 0.4, "jawOpen": 0.2},
    "shout": {"jawOpen": 1, "mouthStretch": 0.6, "mouthLowerDown": 0.6, "mouthUpperUp": 0.6},
    "closed over an open jaw": {"jawOpen": 1, "mouthClose": 1},
    "wink": {"eyeBlinkLeft": 1, "cheekSquintLeft": 1, "mouthSmileLeft": 0.7},
}


def face_of(**weights: float) -> Floats:
    return pose_face(FACE, shape_weights(weights))


def gap_of_lips(face: Floats) -> Floats:
    return face[LOWER_LIP, 1] - face[UPPER_LIP, 1]


def areas(face: Floats) -> Floats:
    """Signed areas of the triangles as seen from the front; positive faces the camera."""
    a, b, c = face[FACE_TEMPLATE.triangles, :2].transpose(1, 0, 2)
    area = np.cross(np.c_[b - a, np.zeros(len(a))], np.c_[c - a, np.zeros(len(a))])[:, 2] / 2
    return area * np.sign(np.median(area))


SEEN = areas(FACE) > 2e-4
"""Triangles that face the camera, less those seen edge-on."""


def test_there_are_the_52_names_of_arkit_in_their_order() -> None:
    assert len(BLENDSHAPES) == len(set(BLENDSHAPES)) == 52
    assert BLENDSHAPES[0] == "eyeBlinkLeft"
    assert BLENDSHAPES[7] == "eyeBlinkRight"
    assert BLENDSHAPES[17] == "jawOpen"
    assert BLENDSHAPES[41] == "browDownLeft"
    assert BLENDSHAPES[51] == "tongueOut"


def test_a_name_without_its_side_sets_both() -> None:
    weights = shape_weights({"eyeBlink": 0.5, "jawOpen": 1})
    assert {BLENDSHAPES[i]: weights[i] for i in np.flatnonzero(weights)} == {
        "eyeBlinkLeft": 0.5,
        "eyeBlinkRight": 0.5,
        "jawOpen": 1.0,
    }


@pytest.mark.parametrize("name", [n for n in BLENDSHAPES if n != "tongueOut"])
def test_every_shape_moves_the_face(name: str) -> None:
    assert np.abs(BASIS[SHAPE_INDEX[name]]).max() > 0.02


@pytest.mark.parametrize("name", BLENDSHAPES)
def test_a_shape_is_the_mirror_image_of_its_opposite(name: str) -> None:
    moved = BASIS[SHAPE_INDEX[name]]
    np.testing.assert_allclose(mirrored(moved), BASIS[SHAPE_INDEX[opposite(name)]], atol=1e-6)


def test_left_is_the_persons_own() -> None:
    blinked = np.abs(BASIS[SHAPE_INDEX["eyeBlinkLeft"]]).max(axis=1)
    assert FACE[blinked > 0, 0].min() > 0
    assert BASIS[SHAPE_INDEX["mouthLeft"], 13, 0] > 0
    assert face_of(eyeLookOutLeft=1)[IRIS_LEFT, 0] > FACE[IRIS_LEFT, 0]
    assert face_of(eyeLookInRight=1)[IRIS_RIGHT, 0] > FACE[IRIS_RIGHT, 0]


@pytest.mark.parametrize("name", BLENDSHAPES)
@pytest.mark.parametrize("amount", [0.5, 1.0])
def test_no_triangle_turns_over(name: str, amount: float) -> None:
    assert areas(face_of(**{name: amount}))[SEEN].min() > 0


@pytest.mark.parametrize("name", MADE_OF)
def test_no_triangle_turns_over_in_an_expression(name: str) -> None:
    assert areas(face_of(**MADE_OF[name]))[SEEN].min() > 0


@given(expressions)
def test_lips_never_pass_each_other(weights: Floats) -> None:
    assert gap_of_lips(pose_face(FACE, weights)).min() > -1e-5


@given(expressions)
def test_lids_never_pass_each_other(weights: Floats) -> None:
    face = pose_face(FACE, weights)
    gap = ((face[LOWER_LIDS] - face[UPPER_LIDS]) * (FACE[LOWER_LIDS] - FACE[UPPER_LIDS])).sum(-1)
    assert gap.min() > -1e-6


@settings(max_examples=20)
@given(expressions, shares)
def test_a_full_closure_makes_the_lips_touch(weights: Floats, partly: float) -> None:
    open_gap = gap_of_lips(pose_face(FACE, weights))
    assert np.abs(gap_of_lips(pose_face(FACE, weights, closure=1.0))).max() < 1e-5
    assert (gap_of_lips(pose_face(FACE, weights, closure=partly)) <= open_gap + 1e-5).all()


@pytest.mark.parametrize("opening", [0.5, 1.0, 1.6])
def test_a_full_blink_closes_any_eye(opening: float) -> None:
    face = FACE.copy()
    face[UPPER_LIDS] += (1 - opening) * (FACE[LOWER_LIDS] - FACE[UPPER_LIDS])
    closed = pose_face(face, shape_weights({"eyeBlink": 1}))
    np.testing.assert_allclose(closed[UPPER_LIDS], closed[LOWER_LIDS], atol=1e-6)


def test_the_upper_lid_does_most_of_a_blink() -> None:
    travel = np.linalg.norm(face_of(eyeBlink=1) - FACE, axis=1)
    upper, lower = travel[UPPER_LIDS], travel[LOWER_LIDS]
    np.testing.assert_allclose(upper / (upper + lower), 0.85, atol=1e-3)


def test_brows_that_come_down_leave_the_eyes_open() -> None:
    face = face_of(browDown=1)
    np.testing.assert_allclose(face[UPPER_LIDS], FACE[UPPER_LIDS], atol=1e-4)


def test_an_open_jaw_opens_the_mouth_and_lowers_the_chin() -> None:
    face = face_of(jawOpen=1)
    assert 0.4 < gap_of_lips(face)[4] < 0.8
    assert face[152, 1] - FACE[152, 1] > 0.4
    assert abs(face[0, 1] - FACE[0, 1]) < 0.02


def test_lips_can_close_over_an_open_jaw() -> None:
    face = face_of(jawOpen=1, mouthClose=1)
    assert gap_of_lips(face).max() < 0.05
    assert face[152, 1] - FACE[152, 1] > 0.4


def test_closing_the_lips_over_a_closed_jaw_does_nothing() -> None:
    np.testing.assert_array_equal(face_of(mouthClose=1), face_of())


def test_a_smile_is_a_curve_and_not_a_corner() -> None:
    upper_lip = face_of(mouthSmile=1)[[61, 185, 40, 39, 37, 0]]
    risen = (FACE[[61, 185, 40, 39, 37, 0]] - upper_lip)[:, 1]
    assert (np.diff(risen) < 0).all()  # less and less towards the middle
    assert risen[4] < 0.25 * risen[0]


def test_a_wide_mouth_smiles_widely() -> None:
    wide = FACE.copy()
    wide[:, 0] *= 1.3
    smile = shape_weights({"mouthSmile": 1})
    narrow_travel = (pose_face(FACE, smile) - FACE)[291]
    np.testing.assert_allclose((pose_face(wide, smile) - wide)[291], 1.3 * narrow_travel, rtol=1e-3)


def test_the_landmarks_of_the_pose_stay_nearly_where_they_are() -> None:
    """Expressions must not read as turns of the head; the tip of the nose and the sides of the
    jaw give way a little."""
    for moved in BASIS:
        assert np.linalg.norm(moved[list(RIGID)], axis=1).mean() < 0.02


def test_no_expression_is_no_change() -> None:
    np.testing.assert_allclose(pose_face(FACE, np.zeros(52)), FACE, atol=2e-3)


def test_at_rest_a_face_is_as_it_is_even_where_its_lips_overlap():
    face = FACE_TEMPLATE.landmarks.astype(np.float64)
    face[13, 1] = face[14, 1] + 0.004
    np.testing.assert_allclose(pose_face(face, np.zeros(52)), face, atol=1e-6)


def test_puckered_lips_are_round_where_they_are_open() -> None:
    """They meet towards the corners of the mouth and stay open in the middle."""
    narrow, round_lips = (
        gap_of_lips(pose_face(FACE, shape_weights({"jawOpen": 0.15, "mouthPucker": pucker})))
        for pucker in (0.4, 0.95)
    )
    assert round_lips[4] > 0.8 * narrow[4]
    assert (round_lips[[0, 1, 7, 8]] < 0.5 * narrow[[0, 1, 7, 8]]).all()
