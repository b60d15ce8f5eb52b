from __future__ import annotations

import pytest

from fakes.still_engine import StillEngine
from mien.engines import ENGINES, Engine, load_engine
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


def test_an_engine_whose_package_is_missing_names_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(ENGINES, "ghost", "no_such_package.engine:Ghost")
    with pytest.raises(EngineUnavailableError, match="needs the package no_such_package"):
        load_engine("ghost")
