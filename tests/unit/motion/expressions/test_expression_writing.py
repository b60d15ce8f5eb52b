from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.errors import ExpressionError
from mien.motion.expressions import Expression, load_expressions
from mien.motion.expressions.table import parse_table
from mien.motion.expressions.writing import expression_text, with_entry

pytestmark = pytest.mark.unit

EXPRESSIONS = load_expressions()
SMIRK = expression_text(EXPRESSIONS["calm"], name="smirk")
FROWN = expression_text(EXPRESSIONS["angry"], name="frown")


@pytest.mark.parametrize("expression", EXPRESSIONS.values(), ids=list(EXPRESSIONS))
@pytest.mark.parametrize("notes", [False, True])
def test_an_entry_reads_back_as_its_expression(expression: Expression, notes: bool) -> None:
    text = expression_text(expression, notes=notes)
    again = parse_table(text, expression.origin)[expression.name]
    np.testing.assert_array_equal(again.weights, expression.weights)
    for field in dataclasses.fields(Expression):
        if field.name != "weights":
            assert getattr(again, field.name) == getattr(expression, field.name)


@given(st.text(max_size=100))
def test_any_description_reads_back(description: str) -> None:
    odd = dataclasses.replace(EXPRESSIONS["calm"], description=" ".join(description.split()))
    assert parse_table(expression_text(odd), "x")["calm"].description == odd.description


def test_an_entry_is_appended() -> None:
    table = "# mine\n\n" + SMIRK
    assert with_entry(table, "frown", FROWN, "x") == table + "\n" + FROWN


def test_an_entry_replaces_its_namesake_and_nothing_else() -> None:
    table = f"# mine\n\n{SMIRK}\n{FROWN}"
    replaced = with_entry(table, "smirk", FROWN.replace("frown", "smirk"), "x")
    assert replaced == f"# mine\n\n{FROWN}\n" + FROWN.replace("frown", "smirk")


def test_an_entry_that_cannot_be_taken_out_is_left_to_its_author() -> None:
    inline = "smirk = { valence = 0, arousal = 0, shapes = {} }\n"
    with pytest.raises(ExpressionError, match="cannot be replaced; take its old entry out of x"):
        with_entry(inline, "smirk", SMIRK, "x")
