from __future__ import annotations

from collections.abc import Iterator

import pytest

from mien.pipeline.stopwatch import WAIT, Stopwatch

pytestmark = pytest.mark.unit


def test_an_inner_stage_is_taken_off_the_outer_one() -> None:
    watch = Stopwatch()
    with watch.stage("outer"), watch.stage("inner"):
        sum(range(200_000))
    assert watch.seconds["outer"] < watch.seconds["inner"] <= watch.seconds["total"]


def test_waiting_is_nobodys_work() -> None:
    watch = Stopwatch()
    assert list(watch.around(WAIT, [1, 2])) == [1, 2]
    assert set(watch.seconds) == {"total"}


def test_closing_a_measured_stream_closes_what_it_measures() -> None:
    closed = []

    def numbers() -> Iterator[int]:
        try:
            yield 1
            yield 2
        finally:
            closed.append(True)

    stream = Stopwatch().around("count", numbers())
    assert next(stream) == 1
    stream.close()
    assert closed == [True]
