from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.errors import OptionError
from mien.pipeline.options import (
    AnimateOptions,
    parse_box,
    parse_face,
    parse_parts,
    parse_rate,
    parse_reference,
    parse_size,
)
from mien.types import Framing

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("multiplier", math.nan),
        ("multiplier", "much"),
        ("duration", "long"),
        ("fps", "25"),
        ("eyes_open", -0.1),
        ("eyes_open", 0.9),
        ("lips_open", math.nan),
        ("retarget", frozenset({"nose"})),
        ("multiplier", -1.0),
        ("multiplier", math.inf),
        ("smooth", -0.1),
        ("smooth", math.nan),
        ("start", -1.0),
        ("start", math.inf),
        ("duration", 0.0),
        ("duration", math.nan),
        ("duration", 1e9),
        ("max_frames", -1),
        ("face", 0),
        ("face", "both"),
        ("reference", 0),
        ("reference", "last"),
        ("region", "nose"),
        ("loop", "forever"),
        ("keep_audio", "both"),
        ("fps", Fraction(0)),
        ("fps", Fraction(1000)),
        ("size", 0),
        ("size", (0, 512)),
        ("size", 100_000),
        ("size", (1, 2, 3)),
        ("size", "512"),
        ("seed", -1),
    ],
)
def test_a_value_that_cannot_be_honoured_is_refused_by_option(option: str, value: Any) -> None:
    with pytest.raises(OptionError) as refusal:
        AnimateOptions(**{option: value})
    assert refusal.value.option == f"--{option.replace('_', '-')}"
    assert "\n" not in str(refusal.value)


def test_the_seed_reaches_the_engine() -> None:
    assert AnimateOptions(seed=7).motion.seed == 7


@pytest.mark.parametrize("value", [math.nan, 9.0, -9.0, "1"])
@pytest.mark.parametrize("part", ["scale", "x", "y"])
def test_a_framing_that_cannot_be_honoured_is_refused(part: str, value: Any) -> None:
    with pytest.raises(OptionError, match=f"--crop-{part}"):
        AnimateOptions(framing=Framing(**{part: value}))


@pytest.mark.parametrize(
    "box", [(1, 2, 3), (0, 0, 0, 9), (0, 0, 9, -9), (0, 0, math.nan, 9), (0, 0, math.inf, 9), "box"]
)
def test_a_box_that_is_none_is_refused(box: Any) -> None:
    with pytest.raises(OptionError, match="--box"):
        AnimateOptions(box=box)


def test_a_box_is_written_as_four_numbers() -> None:
    assert parse_box("10,20.5,30,40") == (10, 20.5, 30, 40)
    for text in ("", "1,2,3", "1,2,3,4,5", "a,b,c,d"):
        with pytest.raises(OptionError, match="--box"):
            parse_box(text)


def test_several_faces_cannot_be_returned_as_one_crop() -> None:
    with pytest.raises(OptionError, match="--face: all needs --paste-back"):
        AnimateOptions(face="all", paste_back=False)


@pytest.mark.parametrize(
    ("text", "rate"),
    [
        ("25", Fraction(25)),
        ("29.97", Fraction(30000, 1001)),
        ("23.976", Fraction(24000, 1001)),
        ("59.94", Fraction(60000, 1001)),
        ("30000/1001", Fraction(30000, 1001)),
        ("12.5", Fraction(25, 2)),
        (30.0, Fraction(30)),
    ],
)
def test_film_rates_are_exact(text: str | float, rate: Fraction) -> None:
    assert parse_rate(text) == rate


@pytest.mark.parametrize(
    "text", ["fast", "", "1/0", "nan", "inf", "1e9999", "1e999999999", "9" * 5000]
)
def test_a_rate_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(OptionError, match="--fps"):
        parse_rate(text)


@given(st.integers(1, 240))
def test_whole_rates_stay_whole(rate: int) -> None:
    assert parse_rate(str(rate)) == rate


def test_a_size_is_a_side_or_a_width_and_a_height() -> None:
    assert parse_size("512") == 512
    assert parse_size("640x360") == (640, 360)


@pytest.mark.parametrize("text", ["big", "640x", "-5", "1.5", "640x360x3", ""])
def test_a_size_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(OptionError, match="--size"):
        parse_size(text)


def test_faces_and_references_are_words_or_numbers() -> None:
    assert (parse_face("all"), parse_face("2")) == ("all", 2)
    assert [parse_reference(word) for word in ("auto", "first", "7")] == ["auto", "first", 7]


@pytest.mark.parametrize("parse", [parse_face, parse_reference])
def test_other_words_are_refused(parse: Any) -> None:
    with pytest.raises(OptionError, match="'left' is not"):
        parse("left")


def test_parts_are_named_one_by_one() -> None:
    assert parse_parts("eyes") == {"eyes"}
    assert parse_parts("eyes, lips") == {"eyes", "lips"}
    for text in ("", "eyes,", "nose", "eyes lips"):
        with pytest.raises(OptionError, match=r"--retarget: .* is none of eyes, lips"):
            parse_parts(text)


def test_the_engine_is_told_how_far_eyes_and_lips_open() -> None:
    parts = frozenset({"eyes"})
    options = AnimateOptions(eyes_open=0.3, lips_open=0, retarget=parts, normalize_lips=True)
    motion = options.motion
    assert (motion.eyes_open, motion.lips_open, motion.retarget) == (0.3, 0, parts)
    assert motion.normalize_lips
    assert AnimateOptions().motion.retarget == frozenset()


@pytest.mark.parametrize(
    "parse", [parse_size, parse_rate, parse_face, parse_reference, parse_parts]
)
def test_a_long_value_is_repeated_in_short(parse: Any) -> None:
    with pytest.raises(OptionError) as caught:
        parse("x" * 5000)
    assert len(str(caught.value)) < 160
