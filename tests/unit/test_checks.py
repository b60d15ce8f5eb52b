"""How values are checked and shown."""

from __future__ import annotations

from pathlib import Path

import pytest

from mien.checks import (
    check_choice,
    check_device,
    check_number,
    check_whole,
    checked_folder,
    shown,
)
from mien.errors import OptionError

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("x", "'x'"),
        (2.0, "2"),
        (float("nan"), "nan"),
        (None, "None"),
        ("y" * 60, "'" + "y" * 60 + "'"),
        ("y" * 5000, "'" + "y" * 60 + "...'"),
        (10**100, "1" + "0" * 59 + "..."),
    ],
)
def test_values_are_shown_in_short(value: object, text: str) -> None:
    assert shown(value) == text


def test_a_number_that_python_does_not_write_is_described() -> None:
    assert shown(10**5000) == "a number of thousands of digits"


@pytest.mark.parametrize("value", ["1", None, [1], 1 + 0j, 2.0, float("nan"), 10**400])
def test_what_is_no_number_between_two_is_refused(value: object) -> None:
    with pytest.raises(OptionError, match=r"^--x: .* is not a number from 0 to 1$"):
        check_number("--x", value, 0, 1)


def test_a_bound_that_is_infinite_admits_any_number_but_infinity() -> None:
    check_number("--x", 1e300, 0, float("inf"))
    with pytest.raises(OptionError, match=r"inf is not a number from 0 up$"):
        check_number("--x", float("inf"), 0, float("inf"))


@pytest.mark.parametrize("value", ["1", None, 1.0, 0])
def test_what_is_no_whole_number_is_refused(value: object) -> None:
    with pytest.raises(OptionError, match=r"is not a whole number from 1 or all$"):
        check_whole("--x", value, least=1, otherwise="all")


@pytest.mark.parametrize("value", ["c", 5, None, ["a"]])
def test_what_is_none_of_the_choices_is_refused(value: object) -> None:
    with pytest.raises(OptionError, match=r"is none of a, b$"):
        check_choice("--x", value, ("a", "b"))


def test_devices_have_names_with_at_most_one_number() -> None:
    for name in ("auto", "cpu", "cuda", "cuda:0", "cuda:12"):
        check_device("--device", name)
    for name in ("", "gpu", "cuda:", "cuda:123", "cuda:\u0661", "cpu:0", "cpu\n", None, 0):
        with pytest.raises(OptionError, match=r"--device: .* is none of auto, cpu"):
            check_device("--device", name)


def test_folders_are_paths_or_none() -> None:
    assert checked_folder("--models-dir", None) is None
    assert checked_folder("--models-dir", "a/b") == checked_folder("x", Path("a/b")) == Path("a/b")
    for value in ("", 0, b"a", ["a"]):
        with pytest.raises(OptionError, match=r"--models-dir: .* is not the path of a folder"):
            checked_folder("--models-dir", value)
