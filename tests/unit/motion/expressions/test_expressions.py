from __future__ import annotations

import numpy as np
import pytest

from mien.errors import ExpressionError, OptionError
from mien.landmarks import LEFT_LID_PAIRS, LIP_PAIRS, RIGHT_LID_PAIRS
from mien.motion.blendshapes.posing import pose_face
from mien.motion.expressions import (
    DEFAULT_INTENSITY,
    CoarseParameters,
    Expression,
    find_expression,
    load_expressions,
)
from mien.motion.face_template import FACE_TEMPLATE
from mien.types import Floats

pytestmark = pytest.mark.unit

EXPRESSIONS = load_expressions()
COARSE = {
    "neutral": (0.0, 1.0, 0.0, 1.0),
    "happy": (0.6, 0.9, 0.2, 1.3),
    "sad": (0.0, 0.7, -0.5, 1.0),
    "surprised": (0.8, 1.0, 0.8, 1.5),
    "angry": (0.3, 0.8, -0.7, 1.2),
    "disgusted": (0.2, 0.6, -0.3, 1.1),
    "fearful": (0.4, 1.0, 0.6, 1.2),
    "excited": (0.5, 1.0, 0.6, 1.4),
    "manic": (0.6, 1.1, 0.8, 1.6),
    "calm": (0.0, 0.8, 0.0, 0.9),
}
ALL = pytest.mark.parametrize("expression", EXPRESSIONS.values(), ids=list(EXPRESSIONS))
INTENSITIES = pytest.mark.parametrize("intensity", [0.25, 0.5, DEFAULT_INTENSITY, 1.0])
FACE = FACE_TEMPLATE.landmarks
BROWS_OUTER, BROWS_INNER = [70, 63, 105, 300, 293, 334], [107, 66, 336, 296]
LIPS, LIDS = np.array(LIP_PAIRS[2:7]).T, np.array(RIGHT_LID_PAIRS + LEFT_LID_PAIRS).T


def posed(expression: Expression, intensity: float) -> Floats:
    return pose_face(FACE, expression.moment(intensity).weights)


def mouth(face: Floats) -> float:
    return float(np.maximum(face[LIPS[1], 1] - face[LIPS[0], 1], 0).mean())


def eyes(face: Floats) -> float:
    return float(np.linalg.norm(face[LIDS[1]] - face[LIDS[0]], axis=1).mean())


def brows(face: Floats) -> float:
    return -float(face[BROWS_OUTER, 1].mean())


def test_there_are_the_ten_with_their_coarse_parameters() -> None:
    assert {e.name: e.coarse for e in EXPRESSIONS.values()} == {
        name: CoarseParameters(*numbers) for name, numbers in COARSE.items()
    }


@ALL
def test_each_says_what_it_is(expression: Expression) -> None:
    assert expression.description
    assert expression.origin == "built in"
    assert bool(expression.action_units) == (expression.name != "neutral")


@INTENSITIES
@pytest.mark.parametrize(
    ("measure", "coarse"), [(mouth, 0), (eyes, 1), (brows, 2)], ids=["mouth", "eyes", "brows"]
)
def test_faces_agree_with_the_coarse_parameters_in_sign_and_order(
    measure: object, coarse: int, intensity: float
) -> None:
    assert callable(measure)
    shown = {name: measure(posed(e, intensity)) for name, e in EXPRESSIONS.items()}
    wrong = [
        (less, more)
        for less in COARSE
        for more in COARSE
        if COARSE[less][coarse] < COARSE[more][coarse] and not shown[less] < shown[more]
    ]
    assert wrong == []


@INTENSITIES
def test_sadness_raises_the_inner_brow_and_lowers_the_outer(intensity: float) -> None:
    moved = posed(EXPRESSIONS["sad"], intensity) - posed(EXPRESSIONS["neutral"], intensity)
    assert moved[BROWS_INNER, 1].mean() < -0.005
    assert moved[BROWS_OUTER, 1].mean() > 0.01


@ALL
def test_everything_grows_with_intensity(expression: Expression) -> None:
    steps = [expression.moment(i) for i in (0.0, 0.25, 0.5, 0.75, 1.0)]
    assert (np.diff([s.weights for s in steps], axis=0) >= 0).all()
    assert (np.diff(np.abs([s.angles for s in steps]), axis=0) >= 0).all()


@ALL
def test_intensity_0_is_the_neutral_face(expression: Expression) -> None:
    moment = expression.moment(0.0)
    assert not moment.weights.any()
    assert moment.angles == (0.0, 0.0, 0.0)


@ALL
@pytest.mark.parametrize("intensity", [0.0, 0.3, 1.0])
def test_an_expression_replaces_the_portraits_own(expression: Expression, intensity: float) -> None:
    assert expression.moment(intensity).own_expression == 0.0


@pytest.mark.parametrize("intensity", [-0.01, 1.01, float("nan"), float("inf")])
def test_other_intensities_are_refused(intensity: float) -> None:
    with pytest.raises(OptionError, match=r"--intensity: .* is not a number from 0 to 1"):
        EXPRESSIONS["happy"].moment(intensity)


def test_an_unknown_name_is_answered_with_the_known_ones() -> None:
    with pytest.raises(ExpressionError, match="joyful") as caught:
        find_expression(EXPRESSIONS, "joyful")
    assert all(name in str(caught.value) for name in COARSE)


def test_a_table_cannot_be_changed_by_those_who_read_it() -> None:
    with pytest.raises(ValueError, match="read-only"):
        EXPRESSIONS["happy"].weights[0] = 1.0
