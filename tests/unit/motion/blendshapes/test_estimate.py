from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mien.motion.arkit import BLENDSHAPES, SHAPE_INDEX, shape_weights
from mien.motion.blendshapes.estimate import estimate_blendshapes
from mien.motion.blendshapes.posing import pose_face
from mien.motion.face_template import FACE_TEMPLATE
from mien.types import Floats

pytestmark = pytest.mark.unit

FACE = FACE_TEMPLATE.landmarks
EYES = [name for name in BLENDSHAPES if name.startswith("eye")]
ALONE = {"mouthClose", "tongueOut"}
"""They show nothing without an open jaw, or nothing at all."""
SMALL = (
    "mouthDimple", "mouthStretch", "mouthShrug", "mouthRoll", "mouthPress", "mouthFunnel",
    "cheekSquint",
)  # fmt: skip
"""Shapes that resemble others; part of them is read as those."""


def seen(face: Floats = FACE, **weights: float) -> dict[str, float]:
    """What is estimated of a face made of these weights."""
    estimate = estimate_blendshapes(pose_face(face, shape_weights(weights)), face)
    return dict(zip(BLENDSHAPES, estimate.tolist(), strict=True))


@pytest.mark.parametrize("name", [n for n in BLENDSHAPES if n not in ALONE])
@pytest.mark.parametrize("amount", [0.3, 1.0])
def test_a_single_shape_is_found_again(name: str, amount: float) -> None:
    estimate = seen(**{name: amount})
    tolerance = 0.65 if name.startswith(SMALL) else 0.2
    assert estimate.pop(name) == pytest.approx(amount, abs=tolerance * amount)
    assert max(estimate.values()) < 0.36 * amount


@pytest.mark.parametrize("name", EYES)
def test_eyes_are_measured_exactly(name: str) -> None:
    estimate = seen(**{name: 0.6})
    assert estimate.pop(name) == pytest.approx(0.6, abs=0.01)
    assert max(estimate.values()) < 0.02


@pytest.mark.parametrize("name", ["jawOpen", "mouthSmileLeft", "eyeBlinkRight", "browInnerUp"])
def test_the_face_it_is_on_does_not_matter(name: str) -> None:
    other = FACE * np.float32([1.15, 0.9, 1.2])
    assert seen(other, **{name: 0.7})[name] == pytest.approx(0.7, abs=0.12)


def test_lips_closed_over_an_open_jaw_are_told_from_a_closed_jaw() -> None:
    estimate = seen(jawOpen=0.8, mouthClose=0.8)
    assert estimate["jawOpen"] == pytest.approx(0.8, abs=0.1)
    assert estimate["mouthClose"] == pytest.approx(0.8, abs=0.25)


def test_several_shapes_are_told_apart() -> None:
    wanted = {"mouthSmileLeft": 0.8, "jawOpen": 0.4, "browInnerUp": 0.7, "eyeBlinkLeft": 0.9}
    estimate = seen(**wanted)
    for name, amount in wanted.items():
        assert estimate[name] == pytest.approx(amount, abs=0.12)


def test_the_neutral_face_has_no_expression() -> None:
    assert estimate_blendshapes(FACE, FACE).max() == 0


@settings(max_examples=30)
@given(st.integers(0, 2**32 - 1))
def test_weights_stay_between_0_and_1_whatever_the_face(seed: int) -> None:
    shaken = FACE + np.random.default_rng(seed).normal(0, 0.2, FACE.shape).astype(np.float32)
    weights = estimate_blendshapes(shaken, FACE)
    assert weights.dtype == np.float32
    assert weights.min() >= 0
    assert weights.max() <= 1


def test_the_trackers_tremble_is_read_as_little() -> None:
    """Noise of .2 % of the face's width."""
    shaken = FACE + np.random.default_rng(0).normal(0, 0.003, FACE.shape).astype(np.float32)
    assert estimate_blendshapes(shaken, FACE).max() < 0.15


def test_a_closed_eye_as_neutral_gives_finite_weights() -> None:
    closed = pose_face(FACE, shape_weights({"eyeBlink": 1}))
    assert np.isfinite(estimate_blendshapes(FACE, closed)).all()
    assert SHAPE_INDEX["eyeWideLeft"] == 6
