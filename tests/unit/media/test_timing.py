from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.media.timing import Timed, TimestampError, nominal_rate, num_slots, resample

pytestmark = pytest.mark.unit

NTSC = Fraction(30000, 1001)


def at(times: list[Fraction], last: Fraction) -> list[Timed[int]]:
    return [Timed(time, time + last, number) for number, time in enumerate(times)]


@pytest.mark.parametrize("rate", [NTSC, Fraction(25), Fraction(24000, 1001), Fraction(10)])
def test_a_constant_rate_stays_exactly(rate: Fraction) -> None:
    assert nominal_rate(rate, rate) == rate


def test_a_variable_rate_becomes_the_nearest_common_one() -> None:
    assert nominal_rate(Fraction(1294140, 43139), Fraction(90000)) == 30
    assert nominal_rate(Fraction(299701, 10000), Fraction(60)) == NTSC
    assert nominal_rate(Fraction(123457, 10007), Fraction(100)) == Fraction(9919, 804)


@pytest.mark.parametrize("rate", [None, Fraction(90000), Fraction(0)])
def test_an_impossible_rate_is_not_believed(rate: Fraction | None) -> None:
    assert nominal_rate(rate, rate) == 25
    assert nominal_rate(rate, Fraction(30)) == 30


@given(st.sampled_from([NTSC, Fraction(25), Fraction(30), Fraction(60)]), st.integers(1, 80))
def test_timestamps_rounded_to_milliseconds_lose_no_picture(rate: Fraction, number: int) -> None:
    times = [Fraction(round(k / rate * 1000), 1000) for k in range(number)]
    got = list(resample(iter(at(times, 1 / rate)), rate, Fraction(0), None))
    assert got == list(range(number))


@given(st.integers(1, 50))
def test_half_the_rate_takes_every_second_picture(number: int) -> None:
    times = [Fraction(round(k / Fraction(60) * 1000), 1000) for k in range(2 * number)]
    got = list(resample(iter(at(times, Fraction(1, 60))), Fraction(30), Fraction(0), None))
    assert got == list(range(0, 2 * number, 2))


def test_twice_the_rate_shows_every_picture_twice() -> None:
    times = [Fraction(k, 25) for k in range(4)]
    got = list(resample(iter(at(times, Fraction(1, 25))), Fraction(50), Fraction(0), None))
    assert got == [0, 0, 1, 1, 2, 2, 3, 3]


def test_a_picture_stands_until_the_next_one_comes() -> None:
    times = [Fraction(0), Fraction(1, 10), Fraction(6, 10)]
    got = list(resample(iter(at(times, Fraction(1, 10))), Fraction(10), Fraction(0), None))
    assert got == [0, 1, 1, 1, 1, 1, 2]


@given(
    st.lists(st.integers(1, 400), min_size=1, max_size=40), st.sampled_from([NTSC, Fraction(10)])
)
def test_pictures_never_go_back_and_fill_the_whole_time(gaps: list[int], rate: Fraction) -> None:
    times = [Fraction(sum(gaps[:k]), 1000) for k in range(len(gaps))]
    got = list(resample(iter(at(times, Fraction(1, 25))), rate, Fraction(0), None))
    assert got == sorted(got)
    last = at(times, Fraction(1, 25))[-1]
    assert len(got) == num_slots(last, Fraction(0), rate)
    for slot, number in enumerate(got):
        assert times[number] - slot / rate < 1 / (2 * rate)


def test_a_jump_of_the_clock_is_an_error() -> None:
    pictures = at([Fraction(0), Fraction(10**9)], Fraction(1))
    with pytest.raises(TimestampError):
        list(resample(iter(pictures), Fraction(25), Fraction(0), None))
