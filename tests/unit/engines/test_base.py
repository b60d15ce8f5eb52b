from __future__ import annotations

from typing import Any

import pytest

from fakes.still_engine import StillEngine
from mien.engines import ENGINES, Engine, EngineSettings, load_engine
from mien.errors import EngineUnavailableError, OptionError

pytestmark = pytest.mark.unit


def test_an_unknown_engine_is_refused_with_the_names_of_the_known_ones() -> None:
    with pytest.raises(OptionError, match="no 'mash'; choose from: mesh"):
        load_engine("mash")


def test_an_engine_is_imported_when_it_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(ENGINES, "still", "fakes.still_engine:StillEngine")
    engine: Engine[object] = load_engine("still")
    assert engine.info.name == "still"
    assert isinstance(engine, StillEngine)


@pytest.mark.parametrize(
    ("chosen", "message"),
    [
        ({"device": "cuda:1"}, "--device: cuda: engine mesh has only cpu"),
        ({"precision": "fp16"}, "--precision: fp16: engine mesh has nothing to choose there"),
        ({"runtime": "onnx"}, "--runtime: onnx: engine mesh has nothing"),
        ({"tier": "fast"}, "--tier: fast: engine mesh has nothing"),
        ({"species": "animals"}, "--species: animals: engine mesh has only humans"),
        ({"stitching": False}, "--no-stitching: engine mesh has no use for it"),
        ({"smoothing": None}, "--source-smoothing: engine mesh has no use for it"),
    ],
)
def test_a_setting_the_engine_does_not_have_is_refused(
    chosen: dict[str, Any], message: str
) -> None:
    with pytest.raises(OptionError, match=message):
        load_engine(EngineSettings("mesh", **chosen))


@pytest.mark.parametrize(
    "chosen",
    [
        {"device": "gpu"},
        {"device": "cuda:x"},
        {"device": None},
        {"precision": "half"},
        {"runtime": "jax"},
        {"tier": "slow"},
        {"species": "plants"},
        {"smoothing": -1.0},
    ],
)
def test_a_setting_no_engine_knows_is_refused(chosen: dict[str, Any]) -> None:
    (name,) = chosen
    name = name.replace("smoothing", "source-smoothing")
    with pytest.raises(OptionError, match=f"--{name}"):
        EngineSettings("mesh", **chosen)


def test_an_engine_gets_its_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(ENGINES, "still", "fakes.still_engine:StillEngine")
    settings = EngineSettings("still", device="cpu")
    engine = load_engine(settings)
    assert isinstance(engine, StillEngine)
    assert engine.settings is settings


def test_an_engine_whose_package_is_missing_names_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(ENGINES, "ghost", "no_such_package.engine:Ghost")
    with pytest.raises(EngineUnavailableError, match="needs the package no_such_package"):
        load_engine("ghost")
