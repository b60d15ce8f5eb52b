from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.pipeline.measuring.figures import distribution

pytestmark = pytest.mark.unit

TIMES = st.lists(st.floats(0.001, 1000), min_size=1, max_size=50)


def test_percentiles_of_a_hundred_values_are_those_values() -> None:
    figures = distribution([float(value) for value in range(101)])
    assert (figures["p50"], figures["p95"], figures["p99"]) == (50, 95, 99)
    assert (figures["min"], figures["mean"], figures["max"]) == (0, 50, 100)


def test_one_value_is_all_of_its_figures() -> None:
    figures = distribution([0.123456], digits=3)
    assert figures.pop("stdev") == 0
    assert set(figures.values()) == {0.123}


@given(TIMES)
def test_figures_are_in_order(values: list[float]) -> None:
    figures = distribution(values)
    names = ("min", "p50", "p95", "p99", "max")
    ordered = [figures[name] for name in names]
    assert ordered == sorted(ordered)
    assert figures["min"] <= figures["mean"] <= figures["max"]
