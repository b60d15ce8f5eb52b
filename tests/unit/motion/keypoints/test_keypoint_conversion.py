"""Frames of LivePortrait's published templates (MIT), against their first frames, in thousandths
of a canvas unit; only the keypoints that move are written down."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.motion.arkit import BLENDSHAPES, SHAPE_INDEX, shape_weights
from mien.motion.keypoints import blendshapes_from_keypoints, keypoints_from_blendshapes
from mien.motion.keypoints.directions import GAUGED, SLIDERS, Slider, column
from mien.types import Floats

pytestmark = pytest.mark.unit

NEUTRAL = np.zeros((21, 3))
LAUGH_30 = {
    "1y": 2.7, "2y": 2.6, "3y": 3.3, "7y": 1.8, "11y": 0.5, "13y": -4.4, "14y": -7.9,
    "15y": -2.0, "16y": -3.3, "17z": 1.1, "19x": -8.5, "19y": 65.5, "20y": -14.3, "20z": -3.2,
}  # fmt: skip
WINK_15 = {
    "1y": 4.4, "2y": -2.4, "7y": 3.1, "11y": 13.4, "13y": -2.8, "14y": -5.4, "15y": 3.2,
    "16y": -0.3, "19x": -7.6, "19y": -13.2, "20y": -7.5,
}  # fmt: skip
AGGRIEVED_21 = {
    "1x": 3.9, "2x": -5.3, "2y": 7.2, "11y": 0.9, "13y": 0.9, "14y": 3.5, "15y": -2.2,
    "16y": -1.2, "17y": 1.7, "17z": -1.9, "19y": -5.8, "20y": 2.2, "20z": -1.5,
}  # fmt: skip
TALKING_51 = {
    "1x": 4.7, "2y": -8.5, "3y": 3.8, "7y": 7.2, "13y": -1.7, "14y": -9.7, "16y": -1.9,
    "19y": 65.4, "19z": 4.1, "20y": -7.8, "20z": -3.2,
}  # fmt: skip
D7_WINK_47 = {
    "2y": -21.5, "3y": -3.3, "7y": 7.4, "11y": 22.3, "13y": -5.3, "15y": 2.0, "16y": -1.1,
    "19x": -8.6, "20y": -7.1,
}  # fmt: skip
D5_ROUND_73 = {
    "1x": 8.1, "1y": -6.9, "2y": -11.2, "7y": 7.4, "11y": -4.6, "13y": -3.8, "14y": 22.2,
    "15y": -6.5, "16y": -6.1, "17y": -4.6, "17z": -7.4, "19x": 12.1, "19y": 97.0, "20y": 8.9,
    "20z": 18.4,
}  # fmt: skip


def expression(moves: dict[str, float], amount: float = 1.0) -> Floats:
    flat = np.zeros(63)
    for place, move in moves.items():
        flat[column(place)] = move * amount / 1000.0
    return flat.reshape(21, 3)


def shapes(moves: dict[str, float], **ratios: Floats) -> dict[str, float]:
    weights = blendshapes_from_keypoints(expression(moves), NEUTRAL, **ratios)
    return dict(zip(BLENDSHAPES, weights.tolist(), strict=True))


def test_the_neutral_expression_is_no_blendshape_at_all() -> None:
    reference = np.random.default_rng(1).normal(0, 0.02, (21, 3))
    assert not blendshapes_from_keypoints(reference, reference).any()
    assert not keypoints_from_blendshapes(np.zeros(52)).any()


def test_unrest_of_a_face_at_rest_moves_next_to_nothing() -> None:
    unrest = np.random.default_rng(2).normal(0, 0.0002, (200, 21, 3))
    assert blendshapes_from_keypoints(unrest, NEUTRAL).max() < 0.05


def test_the_laugh_laughs_with_mouth_cheeks_jaw_and_eyes() -> None:
    laugh = shapes(LAUGH_30)
    assert laugh["mouthSmileLeft"] == laugh["mouthSmileRight"] > 0.5
    assert laugh["cheekSquintLeft"] > 0.25
    assert 0.35 < laugh["jawOpen"] < 0.65
    assert laugh["eyeSquintRight"] > 0.15
    assert laugh["mouthFrownLeft"] == 0.0


def test_the_wink_shuts_the_persons_right_eye_only() -> None:
    wink = shapes(WINK_15)
    assert wink["eyeBlinkRight"] + wink["eyeSquintRight"] > 0.75
    assert wink["eyeBlinkLeft"] < 0.3


def test_a_wink_that_was_measured_shuts_the_eye_that_the_keypoints_shut() -> None:
    measured = {
        "ratios": np.array([0.009, 0.275, 0.051]),
        "reference_ratios": np.array([0.451, 0.457, 0.005]),
    }
    for wink in (shapes(D7_WINK_47), shapes(D7_WINK_47, **measured)):
        assert wink["eyeBlinkRight"] > 0.9
        assert wink["eyeBlinkLeft"] < 0.4
        assert wink["mouthRight"] > 0.05  # the mouth is drawn to the winking side


def test_the_aggrieved_face_draws_mouth_corners_down_and_brows_together() -> None:
    face = shapes(AGGRIEVED_21)
    assert face["mouthFrownLeft"] > 0.2
    assert face["browInnerUp"] > 0.1
    assert face["browDownLeft"] > 0.1
    assert face["mouthSmileLeft"] < 0.05


def test_talking_opens_the_jaw_and_rounded_lips_are_rounded() -> None:
    assert shapes(TALKING_51)["jawOpen"] > 0.3
    rounded = shapes(D5_ROUND_73)
    assert rounded["jawOpen"] > 0.3
    assert rounded["mouthPucker"] > 0.4
    assert rounded["mouthFunnel"] > 0.2


@pytest.mark.parametrize("slider", SLIDERS, ids=lambda slider: slider.name)
@pytest.mark.parametrize("end", ["high", "low"])
def test_a_slider_at_its_end_is_its_blendshapes_at_full(slider: Slider, end: str) -> None:
    table = slider.shapes_high if end == "high" else slider.shapes_low
    moves = expression(slider.moves, getattr(slider, end))
    weights = blendshapes_from_keypoints(moves, NEUTRAL)
    expected = shape_weights(table)
    # squint and what parts the lips keep within what eyes and lips show
    held = ("eyeSquint", "mouthFunnel", "mouthUpperUp", "eyeBlink", "eyeWide")
    told = np.array([not name.startswith(held) for name in BLENDSHAPES]) & (expected > 0)
    assert np.allclose(weights[told], expected[told], atol=0.17)


@given(
    st.sampled_from([slider for slider in SLIDERS if slider.name != "pout"]),
    st.sampled_from([1.0, -1.0]),
)
def test_more_of_a_slider_is_more_of_its_blendshapes(slider: Slider, side: float) -> None:
    end = slider.high if side > 0 else slider.low
    named = shape_weights(slider.shapes_high if side > 0 else slider.shapes_low)
    steps = np.linspace(0, 1.5, 16)[:, None, None] * expression(slider.moves, end)
    shown = blendshapes_from_keypoints(steps, NEUTRAL) @ named
    assert (np.diff(shown) >= -1e-6).all()


@pytest.mark.parametrize(
    ("slider", "name"),
    list(zip(GAUGED, ("eyeBlinkRight", "eyeBlinkLeft", "jawOpen"), strict=True)),
    ids=lambda value: getattr(value, "name", value),
)
def test_more_shutting_and_opening_is_more_of_it_and_of_nothing_else(
    slider: Slider, name: str
) -> None:
    steps = np.linspace(0, 15, 16)[:, None, None] * expression(slider.moves)
    weights = blendshapes_from_keypoints(steps, NEUTRAL)
    own = weights[:, SHAPE_INDEX[name]]
    assert (np.diff(own) >= 0).all()
    assert own[-1] > (0.05 if name == "jawOpen" else 0.95)
    assert np.delete(weights, SHAPE_INDEX[name], axis=1).max() < 0.05


@given(st.integers(0, 2**32 - 1), st.floats(0.0, 0.3))
def test_any_expression_gives_finite_weights_in_range(seed: int, size: float) -> None:
    rng = np.random.default_rng(seed)
    moved = rng.normal(0, size, (3, 21, 3))
    ratios = rng.uniform(0, 1, (3, 3))
    for given_ratios in (None, ratios):
        weights = blendshapes_from_keypoints(moved, moved[0], given_ratios, ratios[0])
        assert weights.shape == (3, 52)
        assert weights.dtype == np.float32
        assert np.isfinite(weights).all()
        assert weights.min() >= 0.0
        assert weights.max() <= 1.0


@given(st.integers(0, 2**32 - 1))
def test_any_weights_give_finite_keypoints(seed: int) -> None:
    moved = keypoints_from_blendshapes(np.random.default_rng(seed).uniform(0, 1, (4, 52)))
    assert moved.shape == (4, 21, 3)
    assert moved.dtype == np.float32
    assert np.abs(moved).max() < 0.5


def test_frames_at_once_are_the_frames_one_by_one() -> None:
    moved = np.random.default_rng(3).normal(0, 0.01, (5, 21, 3))
    together = blendshapes_from_keypoints(moved, moved[0])
    alone = np.stack([blendshapes_from_keypoints(frame, moved[0]) for frame in moved])
    assert np.allclose(together, alone, atol=1e-6)
    back = np.stack([keypoints_from_blendshapes(frame) for frame in together])
    assert np.allclose(keypoints_from_blendshapes(together), back, atol=1e-6)


@pytest.mark.parametrize(
    "values",
    [
        {"eyeBlinkLeft": 1.0},
        {"eyeWide": 0.7},
        {"jawOpen": 0.6},
        {"mouthPress": 0.4, "mouthRollLower": 0.13, "mouthShrugLower": 0.27},
        {"mouthSmile": 0.8, "cheekSquint": 0.4, "eyeSquint": 0.3, "jawOpen": 0.3},
        {"mouthFrown": 0.8, "mouthShrugLower": 0.24},
        {"mouthPucker": 0.7},
        {"mouthLeft": 0.7, "jawLeft": 0.3},
        {"browDown": 0.8, "eyeBlink": 0.2},
        {"browInnerUp": 0.8, "browOuterUp": 0.8, "eyeWide": 0.6, "jawOpen": 0.5},
        {"eyeLookOutLeft": 0.8, "eyeLookInRight": 0.8},
    ],
    ids=lambda values: "+".join(values),
)
def test_known_shapes_survive_the_way_to_keypoints_and_back(values: dict[str, float]) -> None:
    weights = shape_weights(values)
    back = blendshapes_from_keypoints(keypoints_from_blendshapes(weights), NEUTRAL)
    named = weights > 0
    assert np.abs(back - weights)[named].max() < 0.12
    assert back[~named].max(initial=0.0) < 0.15


def test_template_frames_survive_the_way_to_blendshapes_and_back() -> None:
    for frame in (LAUGH_30, WINK_15, AGGRIEVED_21, TALKING_51, D7_WINK_47):
        weights = blendshapes_from_keypoints(expression(frame), NEUTRAL)
        back = blendshapes_from_keypoints(keypoints_from_blendshapes(weights), NEUTRAL)
        assert np.abs(back - weights).max() < 0.15


def test_shapes_that_no_slider_knows_leave_the_keypoints_alone() -> None:
    unknown = shape_weights({"cheekPuff": 1.0, "noseSneer": 1.0, "tongueOut": 1.0})
    assert not keypoints_from_blendshapes(unknown).any()
