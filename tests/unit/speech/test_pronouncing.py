"""How words are pronounced."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.speech.phonemes import PHONES
from mien.speech.text.pronouncing import by_rule, in_dictionary, pronunciations

pytestmark = pytest.mark.unit


def test_words_come_from_the_dictionary_with_all_their_variants() -> None:
    assert set(pronunciations("read")) == {("R", "EH", "D"), ("R", "IY", "D")}


def test_letters_are_said_by_their_names() -> None:
    assert pronunciations("w") == (("D", "AH", "B", "AH", "L", "Y", "UW"),)


def test_endings_are_added_to_known_words() -> None:
    assert not in_dictionary("marimbas's")
    assert pronunciations("blueberry'll")[0][-2:] == ("AH", "L")


def test_unknown_words_are_said_by_their_spelling() -> None:
    assert by_rule("blip") == ("B", "L", "IH", "P")
    assert pronunciations("smorp")[0][:2] == ("S", "M")


def test_words_of_other_scripts_cannot_be_said() -> None:
    assert pronunciations("привет") == ()


@given(st.text("abcdefghijklmnopqrstuvwxyz", min_size=1, max_size=20))
def test_rules_say_known_phonemes_only(word: str) -> None:
    assert set(by_rule(word)) <= set(PHONES)
