"""The networks measured beside the libraries' own way, and looked through as files."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from fakes import musetalk_weights as files
from fakes.musetalk_networks import small_modules
from mien.engines.settings import EngineSettings
from mien.errors import MissingWeightsError, OptionError
from mien.pipeline.verbs.benchmarking_networks import benchmark_networks
from mien.pipeline.verbs.modelling import list_models, verify_models
from mien.retouch.musetalk.settings import MuseTalkSettings
from mien.retouch.musetalk.trial import musetalk_trial

pytestmark = pytest.mark.unit
EXACT = MuseTalkSettings(device="cpu", precision="fp32", batch=2)


@pytest.fixture
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to work in, and nothing in any cache."""
    monkeypatch.setattr("mien.weights.places.cached_file", lambda repository, path: None)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_both_ways_are_measured_in_one_run() -> None:
    figures = musetalk_trial(EXACT, rounds=1, modules=small_modules())
    assert (figures.weights, figures.device, figures.number) == ("given", "cpu", "fp32")
    assert figures.plain is not None
    for costs in (figures.ours, figures.plain):
        assert min(costs.encode_ms, costs.hear_ms, costs.paint_ms) > 0
    assert figures.ratio == pytest.approx(figures.plain.paint_ms / figures.ours.paint_ms, abs=0.01)
    assert figures.mean_levels is not None
    assert figures.mean_levels < 0.1
    assert figures.memory_mb > 0
    assert json.loads(json.dumps(figures.as_dict()))["batch"] == 2


def test_ours_can_be_measured_alone() -> None:
    figures = musetalk_trial(EXACT, rounds=1, plain=False, modules=small_modules())
    assert (figures.plain, figures.ratio, figures.psnr_db) == (None, None, None)


def test_what_is_chosen_is_measured(nowhere: Path) -> None:
    files.write_small_weights(nowhere / "models")
    chosen = EngineSettings("musetalk", "cpu", "fp32", models_dir=nowhere / "models", batch=2)
    figures = benchmark_networks(chosen, iterations=1).figures
    told = ("weights", "device", "number", "batch", "decoder")
    assert [figures[each] for each in told] == ["installed", "cpu", "fp32", 2, "full"]
    with pytest.raises(MissingWeightsError, match="small decoder is not here"):
        benchmark_networks(replace(chosen, decoder="tiny"))


def test_weights_that_are_asked_for_must_be_there(nowhere: Path) -> None:
    with pytest.raises(MissingWeightsError, match="mien models download musetalk"):
        musetalk_trial(MuseTalkSettings(models_dir=nowhere), made_up=False)
    with pytest.raises(OptionError, match="--iterations"):
        musetalk_trial(EXACT, rounds=0)


def test_files_are_verified_with_the_sizes_beside_them(nowhere: Path) -> None:
    files.write_small_weights(nowhere / "models")
    files.write_tiny_decoder(nowhere / "models")
    checked = {Path(each.path).name: each.problem for each in verify_models("musetalk", nowhere)}
    assert set(checked.values()) == {None}
    assert len(checked) == 6, "two are called config.json"
    listed = {each.name: each for each in list_models(nowhere) if each.bundle == "musetalk"}
    assert listed["vae"].path == str(nowhere / "models/sd-vae/diffusion_pytorch_model.bin")
    assert listed["parsing"].path is None
    assert not listed["parsing"].required
    assert listed["unet"].licence == "MIT (MuseTalk)"
