"""PersonaLive's networks measured, and what they will take."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from fakes.small_personalive import small_modules
from mien.engines.personalive.memory import expected_memory_mb
from mien.engines.personalive.timing import Material
from mien.engines.personalive.trial import personalive_trial
from mien.engines.settings import EngineSettings
from mien.errors import MissingWeightsError, OptionError
from mien.pipeline.verbs.benchmarking_networks import benchmark_networks
from mien.pipeline.verbs.modelling import list_models

pytestmark = pytest.mark.unit

CPU = EngineSettings("personalive", device="cpu", resolution=256)
no_card = pytest.mark.skipif(torch.cuda.is_available(), reason="the card is there")


@pytest.fixture
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to work in, and nothing in any cache."""
    monkeypatch.setattr("mien.weights.places.cached_file", lambda repository, path: None)
    monkeypatch.delenv("MIEN_MODELS_DIR", raising=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_both_ways_are_measured_in_one_run(nowhere: Path) -> None:
    report = benchmark_networks(CPU, iterations=1, reduced=True, output="speed.json")
    assert json.loads((nowhere / "speed.json").read_text("utf-8")) == json.loads(report.to_json())
    figures = json.loads(report.to_json())["figures"]
    told = ("weights", "device", "number", "reduced", "resolution")
    assert [figures[each] for each in told] == ["recipe", "cpu", "fp32", True, 64]
    for costs in (figures["ours"], figures["plain"]):
        *steps, chunk_ms = costs.values()
        assert min(steps) > 0
        assert chunk_ms == pytest.approx(sum(steps[1:]), abs=0.01), "the portrait is not of a chunk"
    ratio = figures["plain"]["chunk_ms"] / figures["ours"]["chunk_ms"]
    assert figures["ratio"] == pytest.approx(ratio, abs=0.01)
    assert figures["psnr_db"] > 60, "the same but for rounding"
    assert figures["memory_mb"] > 0


def test_ours_can_be_measured_alone_and_with_given_networks() -> None:
    modules = small_modules(tiny=True)
    chosen = replace(CPU, decoder="tiny")
    figures = personalive_trial(chosen, rounds=1, reduced=True, plain=False, modules=modules)
    assert (figures.weights, figures.decoder, figures.plain) == ("given", "tiny", None)
    assert (figures.ratio, figures.psnr_db, figures.mean_levels) == (None, None, None)


def test_a_chunk_takes_as_many_calls_as_are_asked_for() -> None:
    """Guidance asks twice; more steps ask more often."""
    assert Material.of(CPU, 64).num_calls == 1
    assert Material.of(replace(CPU, steps=8, guidance=2.0), 64).num_calls == 4


@no_card
def test_published_networks_are_no_work_for_a_processor(nowhere: Path) -> None:
    with pytest.raises(
        OptionError, match=r"--reduced: .*take minutes.*choose a card with --device"
    ):
        benchmark_networks(replace(CPU, device="auto"))
    assert list(nowhere.iterdir()) == []


def test_what_cannot_be_measured_is_refused(nowhere: Path) -> None:
    with pytest.raises(OptionError, match="--iterations"):
        benchmark_networks(CPU, iterations=0)
    with pytest.raises(OptionError, match="--reduced: small networks have made-up weights"):
        benchmark_networks(replace(CPU, models_dir=nowhere), reduced=True)
    with pytest.raises(OptionError, match="--batch: engine personalive has no use for it"):
        benchmark_networks(replace(CPU, batch=2), reduced=True)
    with pytest.raises(OptionError, match="--reduced: musetalk has no small networks"):
        benchmark_networks(EngineSettings("musetalk"), reduced=True)
    with pytest.raises(MissingWeightsError, match="mien models download personalive"):
        personalive_trial(replace(CPU, models_dir=nowhere), made_up=False)


def test_less_memory_is_expected_of_what_takes_less() -> None:
    """As counted: 12 GB are enough, and offloading halves it."""

    def expected(**chosen: object) -> int:
        return expected_memory_mb(EngineSettings("personalive", **chosen))  # type: ignore[arg-type]

    usual = expected()
    assert 6000 < usual < 9000
    assert expected(offload=True) < 0.7 * usual
    assert expected(decoder="tiny") < usual
    assert expected(resolution=256) < usual < expected(resolution=768)
    assert expected(device="cuda", precision="bf16") == usual
    assert expected(device="cuda:0", precision="fp32") > 1.8 * usual
    assert expected(device="cpu", offload=True) == expected(device="cpu")
    assert expected(device="cpu", precision="bf16") < expected(device="cpu")


def test_files_are_listed_with_licence_and_memory(nowhere: Path) -> None:
    rows = [each for each in list_models(nowhere) if each.bundle == "personalive"]
    assert {each.path for each in rows} == {None}
    assert sum(each.bytes or 0 for each in rows) > 12e9
    assert all(each.memory_mb > 6000 for each in rows)
    (unet,) = (each for each in rows if each.name == "denoising-unet")
    assert "research only" in unet.licence
    optional = {each.name for each in rows if not each.required}
    assert optional == {"unet-config", "image-encoder-config", "vae-config", "tiny"}


def test_nothing_heavy_is_imported_to_tell_of_them() -> None:
    script = (
        "import sys, mien; from pathlib import Path; "
        "from mien.engines.personalive import loading, memory, modules, trial; "
        "from mien.pipeline.verbs.modelling import list_models; list_models(None); "
        "print([n for n in ('torch', 'diffusers', 'transformers') if n in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
