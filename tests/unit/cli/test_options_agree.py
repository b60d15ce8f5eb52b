"""The options of the command, of Python's animate and of their check are the same."""

from __future__ import annotations

import inspect
from dataclasses import fields
from pathlib import Path

import pytest

from mien.cli.animate import animate as command
from mien.cli.express import express as express_command
from mien.cli.picture_options import PictureOptions
from mien.cli.talk import talk as talk_command
from mien.engines.settings import EngineSettings, settings_of
from mien.pipeline import AnimateOptions, animate, express, talk
from mien.types import Framing

pytestmark = pytest.mark.unit

OF_PYTHON = {"progress", "keeper"}
INPUTS = {"source", "driving", "output", *OF_PYTHON}
OF_THE_COMMAND = {"json", "quiet", "verbose"}
ENGINE = {field.name for field in fields(EngineSettings)} - {"name"} - {"cache_dir"} | {
    "source_smoothing",
    "download",
}
"""Options of the command that Python takes as one EngineSettings."""
OF_NETWORKS = {"joyvasa_steps", "head_motion", "expression_motion", "pose_smoothing"}
"""Options of the command that Python takes as settings of JoyVASA and of MuseTalk."""
DOCS = Path(__file__).parents[3] / "docs" / "cli.md"


def defaults(function: object) -> dict[str, object]:
    parameters = inspect.signature(function).parameters  # type: ignore[arg-type]
    return {name: parameter.default for name, parameter in parameters.items()}


def test_python_takes_the_options_that_are_checked() -> None:
    taken = {name: value for name, value in defaults(animate).items() if name not in INPUTS}
    checked = {field.name: field.default for field in fields(AnimateOptions)}
    assert settings_of(taken.pop("engine")) == checked.pop("engine")
    framing = Framing(taken.pop("crop_scale"), taken.pop("crop_x"), taken.pop("crop_y"))
    assert framing == checked.pop("framing")
    assert taken == checked


def test_the_command_takes_the_options_of_python() -> None:
    python, cli = defaults(animate), defaults(command)
    assert set(cli) - OF_THE_COMMAND - ENGINE == set(python) - OF_PYTHON
    for name, value in cli.items():
        if name not in INPUTS | OF_THE_COMMAND | ENGINE:
            assert value in (python[name], str(python[name]))


def test_every_option_is_documented() -> None:
    text = DOCS.read_text(encoding="utf-8")
    for name in defaults(command):
        assert name == "source" or f"--{name.replace('_', '-')}" in text


def test_express_takes_the_same_options_from_both() -> None:
    python, cli = defaults(express), defaults(express_command)
    assert set(cli) - OF_THE_COMMAND - ENGINE == set(python) - OF_PYTHON
    for name in set(cli) - OF_THE_COMMAND - ENGINE:
        assert cli[name] in (python[name], str(python[name]))


def test_talk_takes_the_same_options_from_both() -> None:
    python, cli = defaults(talk), defaults(talk_command)
    other = OF_THE_COMMAND | ENGINE | OF_NETWORKS | {"config"}
    assert set(cli) - other == set(python) - OF_PYTHON - {"joyvasa", "musetalk"}
    for name in set(cli) - other:
        assert cli[name] in (python[name], str(python[name]))


def test_every_option_of_talk_is_documented() -> None:
    text = DOCS.read_text(encoding="utf-8")
    talking = text[text.index("## mien talk") :].partition("\n## ")[0]
    shared = {field.name for field in fields(PictureOptions)}
    for name in set(defaults(talk_command)) - shared:
        assert name == "source" or f"--{name.replace('_', '-')}" in talking
