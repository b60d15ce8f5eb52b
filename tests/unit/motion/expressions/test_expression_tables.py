from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.errors import ExpressionError
from mien.motion.arkit import SHAPE_INDEX
from mien.motion.expressions import load_expressions
from mien.motion.expressions.table import find_expression, parse_table

pytestmark = pytest.mark.unit

HEAD = "[smirk]\nvalence = 0.3\narousal = 0\n"
SMIRK = HEAD + "[smirk.shapes]\nmouthSmileLeft = 0.6\n"


def complaint_about(text: str) -> str:
    with pytest.raises(ExpressionError) as caught:
        parse_table(text, "my.toml")
    assert "\n" not in str(caught.value)
    assert "my.toml" in str(caught.value)
    return str(caught.value)


def test_a_file_adds_to_the_built_in_ones(tmp_path: Path) -> None:
    (tmp_path / "my.toml").write_text(SMIRK)
    expressions = load_expressions(tmp_path / "my.toml")
    assert [*expressions] == [*load_expressions(), "smirk"]
    assert expressions["smirk"].origin == str(tmp_path / "my.toml")


def test_a_file_replaces_built_in_ones(tmp_path: Path) -> None:
    (tmp_path / "my.toml").write_text(SMIRK.replace("smirk", "happy"))
    expressions = load_expressions(tmp_path / "my.toml")
    assert len(expressions) == 10
    assert expressions["happy"].valence == 0.3


def test_a_shape_without_its_side_sets_both() -> None:
    weights = parse_table(HEAD + "shapes = { mouthSmile = 0.5, jawLeft = 0.1 }", "x")[
        "smirk"
    ].weights
    assert weights[SHAPE_INDEX["mouthSmileLeft"]] == weights[SHAPE_INDEX["mouthSmileRight"]] == 0.5
    assert np.count_nonzero(weights) == 3


def test_what_is_left_out_is_as_in_the_neutral_face() -> None:
    smirk = parse_table(SMIRK, "x")["smirk"]
    assert smirk.angles == (0.0, 0.0, 0.0)
    assert smirk.coarse == load_expressions()["neutral"].coarse
    assert (smirk.description, smirk.action_units) == ("", ())


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("[smirk", "is not TOML"),
        (SMIRK + SMIRK, "is not TOML"),
        ("smirk = 1", "smirk: the entry is not a table"),
        ("[Smirk]", "a name is at most 40 of a-z"),
        ('["a\\nb"]', "a name is at most 40 of a-z"),
        (f"[{'a' * 41}]", "a name is at most 40 of a-z"),
        (HEAD, "smirk: shapes is missing"),
        (HEAD + "shapes = 3", "smirk: shapes is not a table"),
        (SMIRK.replace("valence = 0.3\n", ""), "smirk: valence is missing"),
        (SMIRK.replace("0.3", "1.3"), "smirk: valence is not from -1 to 1"),
        (SMIRK.replace("0.3", "true"), "smirk: valence is not a number"),
        (SMIRK.replace("0.6", "1.01"), "shapes.mouthSmileLeft is not from 0 to 1"),
        (SMIRK.replace("0.6", "-0.1"), "shapes.mouthSmileLeft is not from 0 to 1"),
        (SMIRK.replace("0.6", "nan"), "shapes.mouthSmileLeft is not from 0 to 1"),
        (SMIRK.replace("0.6", "'big'"), "shapes.mouthSmileLeft is not a number"),
        (SMIRK.replace("0.6", "1" + "0" * 5000), "holds a number of too many digits"),
        (SMIRK.replace("SmileLeft", "SmilLeft"), "'mouthSmilLeft'; the nearest is mouthSmileLeft"),
        (SMIRK.replace("mouthSmileLeft", "Q" * 9999), "the nearest is"),
        (SMIRK + "mouthSmile = 0.5", "shapes.mouthSmile sets both sides"),
        (HEAD + "mood = 1\nshapes = {}", "unknown key 'mood'; known are description"),
        (HEAD + "shapes = {}\nhead = { yaw = 90 }", "head.yaw is not from -28 to 28"),
        (HEAD + "shapes = {}\nhead = { jaw = 1 }", "unknown key 'head.jaw'"),
        (HEAD + "shapes = {}\nhead = 5", "head is not a table"),
        (HEAD + "shapes = {}\ncoarse = { eyes = -1 }", "coarse.eyes is not from 0 to 2"),
        (HEAD + "shapes = {}\naction_units = ['12']", "'12' is no action unit like AU12"),
        (HEAD + "shapes = {}\naction_units = 'AU12'", "action_units is not a list"),
        (HEAD + "shapes = {}\ndescription = 5", "description is not text"),
        ("x = " + "[" * 9999, "is nested too deeply"),
        ("a." * 99_999 + "a = 1", "has a line with more than 500 dots"),
        ("\n".join(f"e{n} = {{}}" for n in range(501)), "has more than 500 expressions"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(text: str, wanted: str) -> None:
    assert wanted in complaint_about(text)


@given(st.text(max_size=200).map(lambda text: SMIRK + text))
def test_any_text_is_a_table_or_one_clear_line(text: str) -> None:
    problem = ""
    try:
        parse_table(text, "my.toml")
    except ExpressionError as error:
        problem = str(error)
    assert len(problem.splitlines()) <= 1


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ExpressionError, match=r"none\.toml: is not a file that exists"):
        load_expressions(tmp_path / "none.toml")


def test_a_mark_before_the_text_is_no_part_of_it(tmp_path: Path) -> None:
    (tmp_path / "my.toml").write_text(SMIRK, encoding="utf-8-sig")
    assert "smirk" in load_expressions(tmp_path / "my.toml")


def test_a_complaint_repeats_the_beginning_of_a_long_name() -> None:
    with pytest.raises(ExpressionError, match="there is none of that name") as caught:
        find_expression(load_expressions(), "x" * 100_000)
    assert len(str(caught.value)) < 300


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.toml")
    with pytest.raises(ExpressionError, match="is not a file that exists"):
        load_expressions(tmp_path / "pipe.toml")


@pytest.mark.parametrize(
    ("content", "problem"),
    [(b"#" * (256 * 1024 + 1), "is larger than 256 KiB"), (b"\xff\xfe", "is not text in UTF-8")],
    ids=["large", "binary"],
)
def test_hostile_files_are_refused(tmp_path: Path, content: bytes, problem: str) -> None:
    (tmp_path / "my.toml").write_bytes(content)
    with pytest.raises(ExpressionError, match=problem):
        load_expressions(tmp_path / "my.toml")
