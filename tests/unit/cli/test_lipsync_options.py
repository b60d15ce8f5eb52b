"""What `mien lipsync` takes, what `mien.lipsync` takes and what is documented are the same."""

from __future__ import annotations

import inspect
from dataclasses import fields
from pathlib import Path

import pytest

from mien.cli.lipsync import lipsync as command
from mien.pipeline import lipsync
from mien.retouch.musetalk.options import LipsOptions
from mien.retouch.musetalk.settings import MuseTalkSettings

pytestmark = pytest.mark.unit

OF_PYTHON = {"progress", "keeper", "painter", "musetalk"}
OF_THE_COMMAND = {"json", "quiet", "verbose", "download"}
NETWORKS = {field.name for field in fields(MuseTalkSettings)} - {"compiled"}
"""Options of the command that Python takes as one MuseTalkSettings."""
DOCS = Path(__file__).parents[3] / "docs" / "cli.md"


def defaults(function: object) -> dict[str, object]:
    parameters = inspect.signature(function).parameters  # type: ignore[arg-type]
    return {name: parameter.default for name, parameter in parameters.items()}


def test_the_command_takes_the_options_of_python() -> None:
    python, cli = defaults(lipsync), defaults(command)
    assert set(cli) - OF_THE_COMMAND - NETWORKS == set(python) - OF_PYTHON
    for name in set(python) - OF_PYTHON - {"source", "audio"}:
        assert cli[name] in (python[name], str(python[name]))


def test_networks_are_set_up_as_the_command_says() -> None:
    settings, cli = MuseTalkSettings(), defaults(command)
    for name in NETWORKS:
        assert cli[name] == getattr(settings, name)


def test_lips_are_painted_as_the_command_says() -> None:
    options, cli = LipsOptions(), defaults(command)
    assert (str(options.face), options.mask) == (cli["face"], cli["mask"])
    assert (options.margin_px, options.shift_px) == (cli["extra_margin"], cli["bbox_shift"])
    assert options.batch == cli["batch"]


def test_every_option_is_documented() -> None:
    text = DOCS.read_text(encoding="utf-8")
    dubbing = text[text.index("## mien lipsync") :].partition("\n## ")[0]
    for name in set(defaults(command)) - {"source"}:
        assert f"--{name.replace('_', '-')}" in dubbing
