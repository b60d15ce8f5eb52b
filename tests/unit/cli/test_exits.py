from __future__ import annotations

import warnings

import pytest
import typer

from mien.cli.exits import exit_codes
from mien.errors import (
    EngineUnavailableError,
    MienError,
    MienWarning,
    NoFaceError,
    OptionError,
    OutputError,
)

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (NoFaceError("me.jpg", "no face"), 2),
        (OptionError("--size", "too small"), 2),
        (OutputError("out.mp4", "exists"), 2),
        (EngineUnavailableError("mesh", "needs a package"), 1),
        (MienError("something else"), 1),
        (KeyboardInterrupt(), 130),
        (ZeroDivisionError("a bug"), 1),
    ],
)
def test_every_error_has_its_exit_code_and_one_line(
    error: BaseException, code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(typer.Exit) as leaving, exit_codes(verbose=False):
        raise error
    assert leaving.value.exit_code == code
    line = capsys.readouterr().err
    assert line.startswith("mien: ")
    assert line.count("\n") == 1


def test_an_import_that_was_interrupted_counts_as_interrupted(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(typer.Exit) as leaving, exit_codes(verbose=False):
        raise ImportError("initialization failed") from KeyboardInterrupt()
    assert leaving.value.exit_code == 130
    assert capsys.readouterr().err == "mien: interrupted; nothing was written\n"


def test_a_traceback_is_shown_only_when_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(typer.Exit), exit_codes(verbose=True):
        raise NoFaceError("me.jpg", "no face\nanywhere")
    printed = capsys.readouterr().err
    assert "Traceback" in printed
    assert printed.endswith("mien: me.jpg: no face anywhere\n")


def warn_twice() -> None:
    for problem in ("the cache is full", "the cache is full", "half precision is visible"):
        warnings.warn(problem, MienWarning, stacklevel=1)


def test_each_warning_is_a_line_and_told_once(capsys: pytest.CaptureFixture[str]) -> None:
    with exit_codes(verbose=False):
        warn_twice()
    assert capsys.readouterr().err.splitlines() == [
        "mien: warning: the cache is full",
        "mien: warning: half precision is visible",
    ]


def test_no_warning_is_told_when_quiet(capsys: pytest.CaptureFixture[str]) -> None:
    with exit_codes(verbose=False, quiet=True):
        warn_twice()
    assert capsys.readouterr().err == ""


def test_warnings_of_others_stay_what_they_are() -> None:
    with pytest.warns(UserWarning, match="not ours"), exit_codes(verbose=False):
        warnings.warn("not ours", UserWarning, stacklevel=1)
