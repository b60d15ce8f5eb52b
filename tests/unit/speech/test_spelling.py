"""Text as it is read aloud."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.speech.text.numbers import number_words, ordinal_words, year_words
from mien.speech.text.spelling import spoken_words

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Hello, world!", "hello world"),
        ("It costs $3.50.", "it costs three dollars and fifty cents"),
        ("£1 or €2,000", "one pound or two thousand euros"),
        ("$2 million", "two million dollars"),
        ("in 1999, at 3:05", "in nineteen ninety nine at three oh five"),
        ("the 21st of Jan. 2005", "the twenty first of january two thousand five"),
        ("7.25 kg & 30km", "seven point two five kilograms and thirty kilometers"),
        ("1980s", "nineteen eighties"),
        ("0042", "zero zero four two"),
        ("1,250,000", "one million two hundred fifty thousand"),
        ("Dr. Smith vs. Mrs. Jones", "doctor smith versus missus jones"),
        ("I said no.", "i said no"),
        ("e.g. the U.S.A.", "for example the u s ay"),
        ("It’s Zürich", "it's zurich"),
        ("a 20% rise", "a twenty percent rise"),
        ("XKCD", "x k c d"),
        ("", ""),
        ("...!?", ""),
    ],
)
def test_text_is_spelled_out(text: str, said: str) -> None:
    assert " ".join(spoken_words(text)) == said


def test_endless_numbers_are_said_digit_by_digit() -> None:
    assert spoken_words("1" * 9000) == ["one"] * 9000


def test_other_scripts_stay_as_they_are() -> None:
    assert spoken_words("Привет мир") == ["привет", "мир"]


@given(st.text(max_size=80))
def test_any_text_becomes_words_without_spaces(text: str) -> None:
    assert all(word and " " not in word for word in spoken_words(text))


@given(st.integers(0, 10**18 - 1))
def test_numbers_are_words_only(number: int) -> None:
    assert number_words(number).replace(" ", "").isalpha()


@pytest.mark.parametrize(
    ("number", "said"),
    [(1, "first"), (12, "twelfth"), (20, "twentieth"), (43, "forty third"), (100, "one hundredth")],
)
def test_ordinals_end_as_they_are_said(number: int, said: str) -> None:
    assert ordinal_words(number) == said


@pytest.mark.parametrize(
    ("year", "said"),
    [(1900, "nineteen hundred"), (1906, "nineteen oh six"), (2000, "two thousand")],
)
def test_years_are_said_in_pairs(year: int, said: str) -> None:
    assert year_words(year) == said


def test_numbers_too_large_to_name_are_said_digit_by_digit() -> None:
    assert number_words(10**18).split()[:3] == ["one", "zero", "zero"]
