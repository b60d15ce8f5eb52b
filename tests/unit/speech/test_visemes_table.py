"""What each phoneme looks like."""

from __future__ import annotations

from contextlib import suppress

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.errors import VisemeError
from mien.motion.arkit import SHAPE_INDEX
from mien.speech.phonemes import ARPABET, plain_phoneme
from mien.speech.visemes import VISEMES, phoneme_to_viseme, viseme_blendshapes
from mien.speech.visemes.table import parse_viseme_table, viseme_table

pytestmark = pytest.mark.unit

TEXT = """
[phonemes]
SIL = { viseme = "sil", mouth = [0.0, 0.5, 0.0], cue = "X" }
AY = { viseme = "aa", mouth = [0.8, 0.5, 0.0], cue = "D", end = [0.2, 0.7, 0.0], end_cue = "B" }
[visemes]
"""
TEXT += "".join(f"{name} = {{ jawOpen = 0.5 }}\n" for name in VISEMES)


def test_every_phoneme_has_a_viseme() -> None:
    assert set(viseme_table().phonemes) == set(ARPABET)


def test_stress_case_and_space_do_not_matter() -> None:
    assert phoneme_to_viseme("AA") == phoneme_to_viseme("aa1") == phoneme_to_viseme(" Aa0 ")
    assert phoneme_to_viseme("axr").name == "RR"
    assert str(phoneme_to_viseme("B")) == "PP"


@pytest.mark.parametrize(
    ("alias", "phoneme"), [("SP", "SIL"), ("h#", "SIL"), ("EM", "M"), ("ax-h", "AX"), ("WH", "W")]
)
def test_other_names_of_phonemes_are_known(alias: str, phoneme: str) -> None:
    assert plain_phoneme(alias) == phoneme


@pytest.mark.parametrize("unknown", ["", "QQ", "AA3", "AA11", "1", "sil ence", "ə", "A" * 10_000])
def test_what_is_no_phoneme_is_refused_with_what_there_is(unknown: str) -> None:
    with pytest.raises(VisemeError, match="not in ARPAbet; known are SIL, AA") as refused:
        phoneme_to_viseme(unknown)
    assert len(str(refused.value)) < 350
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("unknown", [None, 3, b"AA", ["AA"]])
def test_what_is_no_text_is_no_phoneme(unknown: object) -> None:
    with pytest.raises(VisemeError, match="not in ARPAbet"):
        phoneme_to_viseme(unknown)  # type: ignore[arg-type]


@given(st.text(max_size=6))
def test_any_text_is_a_phoneme_or_refused(text: str) -> None:
    with suppress(VisemeError):
        assert phoneme_to_viseme(text).name in VISEMES


def test_lips_touch_for_p_b_m_and_meet_teeth_for_f_v() -> None:
    closures = {name: phoneme_to_viseme(name).closure for name in viseme_table().phonemes}
    assert {name for name, closure in closures.items() if closure == 1.0} == {"P", "B", "M"}
    assert {name for name, closure in closures.items() if closure == 0.5} == {"F", "V"}
    assert sum(closures.values()) == 4.0


def test_diphthongs_have_an_end_and_nothing_else_has() -> None:
    glides = {name for name, viseme in viseme_table().phonemes.items() if viseme.end is not None}
    assert glides == {"AW", "AY", "EY", "OW", "OY"}


def test_closed_visemes_have_a_closed_jaw_and_vowels_an_open_one() -> None:
    jaw = SHAPE_INDEX["jawOpen"]
    assert viseme_blendshapes("PP")[jaw] == 0
    assert viseme_blendshapes("aa")[jaw] > viseme_blendshapes("ih")[jaw] > 0
    assert not viseme_blendshapes("sil").any()


def test_the_arrays_cannot_be_changed() -> None:
    viseme = phoneme_to_viseme("AY")
    assert viseme.end is not None
    for array in (viseme.mouth, viseme.end, viseme.blendshapes):
        assert array.dtype == np.float32
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 1


def test_an_unknown_viseme_is_refused() -> None:
    with pytest.raises(VisemeError, match="viseme 'pp': is unknown; known are sil, PP"):
        viseme_blendshapes("pp")


@pytest.mark.parametrize(
    ("right", "wrong", "problem"),
    [
        ("[0.8, 0.5, 0.0]", "[0.8, 0.5]", "AY is not three of 0 to 1"),
        ("[0.8, 0.5, 0.0]", "[0.8, 0.5, 1.5]", "AY is not three of 0 to 1"),
        ('cue = "D"', 'cue = "Q"', "AY has no mouth shape"),
        ('viseme = "aa"', 'viseme = "a"', "AY has no viseme"),
        (', end_cue = "B"', "", "AY has only one of end and end_cue"),
        ('cue = "X"', 'queue = "X"', "SIL lacks a key"),
        ("kk = { jawOpen", "kk = { jawOpening", "kk has no jawOpening"),
        ("kk = { jawOpen = 0.5", "kk = { jawOpen = 2", "kk has jawOpen outside"),
        ("kk = { jawOpen = 0.5 }", "", "visemes are not the fifteen"),
    ],
)
def test_a_table_with_a_mistake_is_not_loaded(right: str, wrong: str, problem: str) -> None:
    parse_viseme_table(TEXT)
    assert right in TEXT
    with pytest.raises(ValueError, match=problem):
        parse_viseme_table(TEXT.replace(right, wrong))
