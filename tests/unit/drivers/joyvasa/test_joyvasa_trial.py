from __future__ import annotations

from pathlib import Path

import pytest

from fakes.hub import use_hub
from fakes.joyvasa_weights import SMALL
from mien.drivers.joyvasa import JoyVasaSettings
from mien.drivers.joyvasa.recipe import recipe_model
from mien.drivers.joyvasa.trial import joyvasa_trial
from mien.errors import MissingWeightsError

pytestmark = pytest.mark.unit
SETTINGS = JoyVasaSettings(device="cpu", steps=2)


@pytest.fixture(autouse=True)
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    use_hub(monkeypatch, tmp_path / "hub")


def test_every_way_is_measured_against_the_plain_one() -> None:
    figures = joyvasa_trial(SETTINGS, rounds=1, model=lambda each: recipe_model(each, SMALL))
    assert (figures.weights, figures.device, figures.window_s) == ("recipe", "cpu", 0.48)
    laps = {lap.name: lap for lap in figures.laps}
    assert list(laps)[:2] == ["plain", "collapsed"]
    assert (laps["plain"].ratio, laps["plain"].error) == (1.0, 0.0)
    assert laps["collapsed"].error < 1e-4
    assert 1e-4 < laps["collapsed, bf16"].error < 1.0
    assert laps["no guidance"].error is None
    assert all(lap.ms > 0 for lap in figures.laps)


def test_weights_that_are_wanted_must_be_there() -> None:
    with pytest.raises(MissingWeightsError):
        joyvasa_trial(SETTINGS, made_up=False)
