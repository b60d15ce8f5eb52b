"""What networks are measured by; how fast they are is told where each of them is tested."""

from __future__ import annotations

from typing import Any

import pytest

from mien.engines import EngineSettings
from mien.errors import OptionError
from mien.pipeline.verbs.benchmarking import benchmark
from mien.pipeline.verbs.benchmarking_networks import benchmark_networks, check_measured

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("name", "chosen", "option"),
    [
        ("joyvasa", {"precision": "fp16"}, "--precision"),
        ("joyvasa", {"batch": 3}, "--batch"),
        ("joyvasa", {"decoder": "tiny"}, "--decoder"),
        ("joyvasa", {"steps": 8}, "--steps"),
        ("joyvasa", {"species": "animals"}, "--species"),
        ("joyvasa", {"smoothing": None}, "--source-smoothing"),
        ("musetalk", {"runtime": "onnx"}, "--runtime"),
        ("musetalk", {"guidance": 2.0}, "--guidance"),
        ("musetalk", {"resolution": 256}, "--resolution"),
        ("musetalk", {"offload": True}, "--offload"),
        ("personalive", {"batch": 3}, "--batch"),
        ("personalive", {"tier": "fast"}, "--tier"),
        ("personalive", {"species": "animals"}, "--species"),
        ("mesh", {}, "--engine"),
    ],
)
def test_settings_without_use_are_refused(name: str, chosen: dict[str, Any], option: str) -> None:
    with pytest.raises(OptionError, match=f"^{option}: "):
        benchmark_networks(EngineSettings(name, **chosen))


@pytest.mark.parametrize("chosen", [{"offload": True}, {"compiled": True}, {"precision": "fp16"}])
def test_what_a_processor_does_not_do_is_told_before_anything_is_measured(
    chosen: dict[str, Any],
) -> None:
    option = next(iter(chosen))
    settings = EngineSettings("personalive", device="cpu", **chosen)
    with pytest.raises(OptionError, match=f"^--{option}: .*cpu"):
        benchmark_networks(settings, reduced=True)
    if option == "compiled":
        with pytest.raises(OptionError, match=f"^--{option}: .*cpu"):
            benchmark_networks(EngineSettings("musetalk", device="cpu", **chosen))


def test_all_that_is_measured_is_listed() -> None:
    everything = "mesh, liveportrait, personalive, joyvasa, musetalk"
    with pytest.raises(OptionError, match=f"--engine: there is no 'nope'; .*: {everything}$"):
        check_measured("nope")


@pytest.mark.parametrize(
    ("chosen", "option"),
    [
        ({"hold_eyes": True}, "--hold-eyes"),
        ({"smoothing": None}, "--source-smoothing"),
        ({"orthonormal": True}, "--orthonormal"),
    ],
)
def test_what_is_for_films_is_refused(chosen: dict[str, Any], option: str) -> None:
    with pytest.raises(OptionError, match=f"^{option}: is for films"):
        benchmark(EngineSettings("liveportrait", **chosen))
