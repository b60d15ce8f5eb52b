"""Tests of qualities by one word."""

from __future__ import annotations

import pytest

from mien.engines.settings import EngineSettings
from mien.errors import OptionError
from mien.pipeline.presets import PRESETS, Preset, with_preset

pytestmark = pytest.mark.unit


@pytest.mark.parametrize("preset", PRESETS)
def test_a_preset_chooses_engine_and_lips_and_leaves_the_rest(preset: Preset) -> None:
    engine, lips = with_preset(preset, EngineSettings("mesh", device="cpu", batch=3), "engine")
    assert (engine.name, lips) == (PRESETS[preset].engine, PRESETS[preset].lips)
    assert (engine.device, engine.batch) == ("cpu", 3)


def test_without_one_all_stays() -> None:
    engine = EngineSettings("liveportrait")
    assert with_preset(None, engine, "musetalk") == (engine, "musetalk")


def test_what_a_preset_would_choose_anyway_may_be_said() -> None:
    engine = EngineSettings("liveportrait")
    assert with_preset("best", engine, "musetalk") == (engine, "musetalk")


def test_others_are_contradictions() -> None:
    with pytest.raises(OptionError, match="draft means --engine mesh, not liveportrait"):
        with_preset("draft", EngineSettings("liveportrait"), "engine")
    with pytest.raises(OptionError, match="standard means --lips engine, not musetalk"):
        with_preset("standard", EngineSettings("mesh"), "musetalk")
