"""What can be chosen about an engine."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from mien.engines.settings import DEFAULT_SETTINGS, EngineSettings, settings_of
from mien.errors import OptionError

pytestmark = pytest.mark.unit


def test_folders_may_be_text() -> None:
    said: Any = {"models_dir": "weights", "cache_dir": "/var/cache"}
    settings = EngineSettings("liveportrait", **said)
    assert (settings.models_dir, settings.cache_dir) == (Path("weights"), Path("/var/cache"))


@pytest.mark.parametrize(
    ("chosen", "message"),
    [
        ({"name": None}, "--engine: None is neither the name of an engine"),
        ({"models_dir": 5}, "--models-dir: 5 is not the path of a folder"),
        ({"models_dir": ""}, "--models-dir: '' is not the path"),
        ({"cache_dir": 7}, "cache_dir: 7 is not the path"),
        ({"stitching": "no"}, "--no-stitching: 'no' is not true or false"),
        ({"hold_eyes": "yes"}, "--hold-eyes: 'yes' is not true or false"),
        ({"orthonormal": 1}, "--orthonormal: 1 is not true or false"),
        ({"smoothing": "x"}, "--source-smoothing: 'x' is not a number from 0 to 0.001"),
        ({"smoothing": -1}, "--source-smoothing: -1 is not a number from 0 to 0.001"),
        ({"batch": True}, "--batch: True is not a whole number from 1 to 64"),
        ({"batch": 0}, "--batch: 0 is not a whole number from 1 to 64"),
        ({"batch": 65}, "--batch: 65 is not a whole number from 1 to 64"),
    ],
)
def test_values_of_the_wrong_type_or_range_are_refused(
    chosen: dict[str, Any], message: str
) -> None:
    with pytest.raises(OptionError, match=message):
        EngineSettings(**chosen)


def test_no_variance_is_no_smoothing() -> None:
    assert EngineSettings("liveportrait", smoothing=0).smoothing is None
    assert EngineSettings("liveportrait", smoothing=1e-6).smoothing == 1e-6


@pytest.mark.parametrize("engine", [5, None, {"name": "mesh"}])
def test_what_names_no_engine_is_refused(engine: Any) -> None:
    with pytest.raises(OptionError, match="--engine"):
        settings_of(engine)


def test_a_name_stands_for_its_engine_with_nothing_chosen() -> None:
    assert settings_of("mesh") == settings_of(DEFAULT_SETTINGS) == DEFAULT_SETTINGS
