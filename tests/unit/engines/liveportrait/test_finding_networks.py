"""What is told before weights are fetched or loaded."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch

from fakes.hub import use_hub
from mien.engines import load_engine
from mien.engines.base import check_engine
from mien.engines.settings import EngineSettings
from mien.errors import MissingWeightsError, OptionError

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("chosen", "message"),
    [
        ({"device": "cpu", "precision": "fp16"}, "fp16 needs a kind of number that cpu"),
        ({"tier": "exact", "precision": "bf16"}, "exact is done in fp32, not in bf16"),
        ({"device": "cpu", "runtime": "torch", "tier": "turbo"}, "turbo needs --runtime openvino"),
        ({"runtime": "onnx", "precision": "bf16"}, "ONNX files have only fp32"),
        ({"runtime": "onnx", "species": "animals"}, "no ONNX files for animals"),
        pytest.param(
            {"device": "cuda:7"},
            "there is no cuda:7",
            marks=pytest.mark.skipif(torch.cuda.device_count() > 7, reason="it is there"),
        ),
    ],
)
def test_what_cannot_run_is_told_where_there_are_no_weights(
    chosen: dict[str, Any], message: str, tmp_path: Path
) -> None:
    settings = EngineSettings("liveportrait", models_dir=tmp_path, **chosen)
    with pytest.raises(OptionError, match=message):
        load_engine(settings)


def test_an_engine_is_checked_without_reading_its_weights(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_hub(monkeypatch, tmp_path / "hub")
    settings = EngineSettings("liveportrait", models_dir=tmp_path, device="cpu")
    with pytest.raises(MissingWeightsError):
        check_engine(settings)
    folder = tmp_path / "pretrained_weights" / "liveportrait"
    for file in (
        "base_models/appearance_feature_extractor.pth",
        "base_models/motion_extractor.pth",
        "base_models/warping_module.pth",
        "base_models/spade_generator.pth",
        "retargeting_models/stitching_retargeting_module.pth",
    ):
        (folder / file).parent.mkdir(parents=True, exist_ok=True)
        (folder / file).write_bytes(b"no weights")
    check_engine(settings)
