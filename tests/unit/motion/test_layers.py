from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mien.motion.arkit import BLENDSHAPES, SHAPE_INDEX, shape_weights
from mien.motion.blendshapes.eyes import lid_closing
from mien.motion.expressions import load_expressions
from mien.motion.gaze import gaze_shapes
from mien.motion.layers import COLOUR, ROUND_COLOUR, Gaze, Speech, layer
from mien.motion.moment import REST, Moment
from mien.types import Floats

pytestmark = pytest.mark.unit

EXPRESSIONS = load_expressions()
HAPPY = EXPRESSIONS["happy"].moment(1.0)
SAYING_AH = Moment(shape_weights({"jawOpen": 0.5, "mouthFunnel": 0.2}))


def face(**shapes: float) -> Moment:
    return Moment(shape_weights(shapes))


def weight(moment: Moment, name: str) -> float:
    return float(moment.weights[SHAPE_INDEX[name]])


weights = st.lists(st.floats(0, 1, width=32), min_size=52, max_size=52).map(
    lambda values: np.array(values, np.float32)
)
moments = weights.map(Moment)


@pytest.mark.parametrize("name", EXPRESSIONS)
def test_an_expression_alone_is_that_expression(name: str) -> None:
    alone = EXPRESSIONS[name].moment(1.0)
    layered = layer(emotion=alone)
    np.testing.assert_allclose(layered.weights, alone.weights, atol=1e-6)
    assert layered.angles == pytest.approx(alone.angles)
    assert layered.own_expression == 0.0


def test_nothing_at_all_is_rest() -> None:
    nothing = layer()
    assert not nothing.weights.any()
    assert replace(nothing, weights=REST.weights) == replace(REST, weights=REST.weights)


def test_idling_and_emotion_add_up() -> None:
    both = layer(idle=face(browInnerUp=0.1, jawOpen=0.05), emotion=face(browInnerUp=0.4))
    assert weight(both, "browInnerUp") == pytest.approx(0.46)
    assert weight(both, "jawOpen") == pytest.approx(0.05)


def test_a_full_expression_leaves_idling_no_room_and_no_jerk() -> None:
    smiles = [
        weight(layer(idle=face(mouthSmile=0.1), emotion=face(mouthSmile=smile)), "mouthSmileLeft")
        for smile in np.linspace(0.8, 1.0, 21)
    ]
    assert smiles[-1] == 1.0
    np.testing.assert_allclose(np.diff(smiles), 0.009, atol=1e-6)


def test_head_movements_of_all_layers_add_up() -> None:
    one = Moment(angles=(1.0, 2.0, 3.0), translation=(0.1, 0.2), scale=1.1)
    moved = layer(one, one, Speech(one), edits=one)
    assert moved.angles == pytest.approx((4.0, 8.0, 12.0))
    assert moved.translation == pytest.approx((0.4, 0.8))
    assert moved.scale == pytest.approx(1.1**4)


def test_speech_owns_jaw_and_lips() -> None:
    base = face(jawOpen=0.4, mouthPucker=0.3, mouthPress=0.5)
    speaking = layer(idle=face(jawOpen=0.1), emotion=base, speech=Speech(SAYING_AH))
    for name in ("jawOpen", "mouthFunnel", "mouthPucker", "mouthPressLeft"):
        assert weight(speaking, name) == weight(SAYING_AH, name)


def test_emotion_colours_the_mouth_that_speaks() -> None:
    speaking = layer(emotion=HAPPY, speech=Speech(SAYING_AH))
    smile = weight(HAPPY, "mouthSmileLeft")
    assert ROUND_COLOUR * smile < weight(speaking, "mouthSmileLeft") < COLOUR * smile
    assert weight(speaking, "cheekSquintLeft") == pytest.approx(weight(HAPPY, "cheekSquintLeft"))


def test_round_lips_smile_less() -> None:
    said_ee, said_oo = face(jawOpen=0.1), face(jawOpen=0.1, mouthPucker=0.9)
    ee, oo = (layer(emotion=HAPPY, speech=Speech(said)) for said in (said_ee, said_oo))
    assert weight(oo, "mouthSmileLeft") < 0.7 * weight(ee, "mouthSmileLeft")


@pytest.mark.parametrize("activity", [0.0, 0.25, 1.0])
def test_the_portraits_own_expression_gives_way_to_active_speech(activity: float) -> None:
    said = replace(SAYING_AH, own_expression=0.0)
    assert layer(speech=Speech(said, activity)).own_expression == pytest.approx(1.0 - activity)


def test_silence_leaves_the_mouth_to_the_emotion() -> None:
    silent = layer(emotion=HAPPY, speech=Speech(replace(SAYING_AH, closure=1.0), activity=0.0))
    np.testing.assert_array_equal(silent.weights, layer(emotion=HAPPY).weights)
    assert silent.closure == 0.0


def test_speech_adds_its_brows_and_its_closure() -> None:
    said = replace(face(browInnerUp=0.2), closure=0.7)
    speaking = layer(emotion=face(browInnerUp=0.3), speech=Speech(said))
    assert weight(speaking, "browInnerUp") == pytest.approx(0.44)
    assert speaking.closure == 0.7


@given(st.floats(-1, 1), st.floats(-1, 1))
def test_a_gaze_replaces_every_other_look(right: float, up: float) -> None:
    wandering = Moment(shape_weights(gaze_shapes(-0.5, 0.4)))
    looking = layer(wandering, wandering, gaze=Gaze(right, up)).weights
    np.testing.assert_allclose(looking, shape_weights(gaze_shapes(right, up)), atol=1e-6)


def test_half_a_gaze_is_half_way() -> None:
    looking = layer(face(eyeLookUp=0.4), gaze=Gaze(up=0.8, share=0.5))
    assert weight(looking, "eyeLookUpLeft") == pytest.approx(0.6)


def test_sliders_are_added_last_and_clipped() -> None:
    edits = Moment(shape_weights({"mouthSmile": 0.9, "browDown": -2.0, "jawOpen": 0.2}))
    edited = layer(
        emotion=face(mouthSmile=0.8, browDown=0.6), speech=Speech(SAYING_AH), edits=edits
    )
    assert weight(edited, "mouthSmileLeft") == 1.0
    assert weight(edited, "browDownLeft") == 0.0
    assert weight(edited, "jawOpen") == pytest.approx(0.7)


@settings(max_examples=60)
@given(moments, moments, weights, st.floats(-1, 1))
def test_a_full_blink_shuts_any_face(
    emotion: Moment, said: Moment, edits: Floats, up: float
) -> None:
    blinking = layer(
        face(eyeBlink=1.0), emotion, Speech(said), Gaze(up=up), Moment(2.0 * edits - 1.0)
    )
    np.testing.assert_allclose(lid_closing(blinking.weights).sum(axis=1), 1.0, atol=1e-6)


@pytest.mark.parametrize("emotion", ["surprised", "fearful", "happy"])
def test_a_wink_of_a_slider_shuts_that_eye_only(emotion: str) -> None:
    worn = EXPRESSIONS[emotion].moment(1.0)
    winking = layer(emotion=worn, edits=face(eyeBlinkLeft=1.0))
    right, left = lid_closing(winking.weights).sum(axis=1)
    assert left == pytest.approx(1.0)
    assert right == pytest.approx(lid_closing(worn.weights)[0].sum())


def test_lids_close_steadily_while_a_surprised_face_blinks() -> None:
    surprised = EXPRESSIONS["surprised"].moment(1.0)
    closing = [
        lid_closing(layer(face(eyeBlink=amount), surprised).weights).sum(axis=1)
        for amount in np.linspace(0, 1, 21)
    ]
    assert (np.diff(closing, axis=0) > 0).all()


def test_blinks_add_to_lids_that_hang() -> None:
    tired = layer(face(eyeBlink=0.5), face(eyeBlink=0.2))
    assert weight(tired, "eyeBlinkLeft") == pytest.approx(0.6)


@settings(max_examples=40)
@given(moments, moments, moments, st.floats(0, 1), weights)
def test_every_weight_stays_within_its_range(
    idle: Moment, emotion: Moment, said: Moment, activity: float, edits: Floats
) -> None:
    made = layer(idle, emotion, Speech(said, activity), edits=Moment(2.0 * edits - 1.0)).weights
    assert made.shape == (len(BLENDSHAPES),)
    assert made.dtype == np.float32
    assert ((made >= 0) & (made <= 1)).all()


def test_layering_changes_none_of_its_inputs() -> None:
    parts = [face(eyeBlink=0.6, eyeWide=0.5, jawOpen=0.3) for _ in range(4)]
    before = parts[0].weights.copy()
    layer(parts[0], parts[1], Speech(parts[2]), Gaze(0.5), parts[3])
    assert all((part.weights == before).all() for part in parts)
