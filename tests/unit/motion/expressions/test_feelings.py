from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.errors import OptionError
from mien.motion.expressions import Expression, feeling, load_expressions

pytestmark = pytest.mark.unit

EXPRESSIONS = load_expressions()
coordinates = st.floats(-1, 1)


@pytest.mark.parametrize("expression", EXPRESSIONS.values(), ids=list(EXPRESSIONS))
def test_in_its_own_place_there_is_the_named_expression(expression: Expression) -> None:
    felt = feeling(EXPRESSIONS, expression.valence, expression.arousal)
    np.testing.assert_allclose(felt.weights, expression.weights, atol=1e-4)
    assert felt.angles == pytest.approx(expression.angles, abs=1e-3)


def test_the_middle_is_neutral() -> None:
    assert feeling(EXPRESSIONS, 0.0, 0.0).weights.max() < 1e-4


@given(coordinates, coordinates)
def test_weights_stay_between_0_and_1(valence: float, arousal: float) -> None:
    weights = feeling(EXPRESSIONS, valence, arousal).weights
    assert weights.min() >= 0
    assert weights.max() <= 1


@given(coordinates, coordinates)
def test_a_small_step_makes_a_small_difference(valence: float, arousal: float) -> None:
    step = 0.002 if valence < 0 else -0.002
    here, there = (feeling(EXPRESSIONS, v, arousal).weights for v in (valence, valence + step))
    assert np.abs(here - there).max() < 0.05


def test_pleasure_smiles_and_displeasure_frowns() -> None:
    smile, frown = (
        [feeling(EXPRESSIONS, v, 0.0).moment(1.0).weights[i] for v in (-0.9, 0.0, 0.9)]
        for i in (23, 25)
    )
    assert smile[2] > 0.3 > 0.1 > smile[0]
    assert frown[0] > 0.3 > 0.1 > frown[2]


def test_expressions_in_the_same_place_are_averaged() -> None:
    twins = {
        "a": EXPRESSIONS["happy"],
        "b": dataclasses.replace(EXPRESSIONS["happy"], weights=EXPRESSIONS["happy"].weights * 0),
    }
    np.testing.assert_allclose(feeling(twins, 0.85, 0.3).weights, twins["a"].weights / 2, atol=1e-6)


@pytest.mark.parametrize(
    ("valence", "arousal", "option"),
    [(1.1, 0, "valence"), (0, -1.1, "arousal"), (float("nan"), 0, "valence"), ("x", 0, "valence")],
)
def test_other_places_are_refused(valence: float, arousal: float, option: str) -> None:
    with pytest.raises(OptionError, match=f"--{option}: .* is not a number from -1 to 1"):
        feeling(EXPRESSIONS, valence, arousal)
