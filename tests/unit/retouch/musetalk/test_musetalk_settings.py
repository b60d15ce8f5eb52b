"""What can be chosen about MuseTalk's networks, their sizes, devices and memory."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import torch

from mien.errors import OptionError
from mien.retouch.musetalk.devices import number_of
from mien.retouch.musetalk.memory import expected_memory_mb
from mien.retouch.musetalk.settings import MuseTalkSettings
from mien.weights.devices import device_of

pytestmark = pytest.mark.unit
no_card = pytest.mark.skipif(torch.cuda.is_available(), reason="the card is there")


@pytest.mark.parametrize(
    ("given", "complaint"),
    [
        ({"device": "gpu"}, "--device: 'gpu' is none of auto, cpu, cuda"),
        ({"device": None}, "--device"),
        ({"precision": "fp8"}, "--precision: 'fp8' is none of auto, fp32"),
        ({"batch": 0}, "--batch: 0 is not a whole number from 1 to 64"),
        ({"batch": 65}, "--batch"),
        ({"batch": True}, "--batch"),
        ({"decoder": "small"}, "--decoder: 'small' is none of full, tiny"),
        ({"compiled": 1}, "compiled: 1 is not true or false"),
        ({"models_dir": ""}, "--models-dir"),
    ],
)
def test_what_cannot_be_is_refused(given: dict[str, Any], complaint: str) -> None:
    with pytest.raises(OptionError, match=complaint):
        MuseTalkSettings(**given)


def test_a_folder_may_be_given_as_text() -> None:
    assert MuseTalkSettings(models_dir="models").models_dir == Path("models")  # type: ignore[arg-type]


def chosen(**given: Any) -> str:
    settings = MuseTalkSettings(**given)
    return number_of(settings, device_of(settings.device))


@no_card
def test_a_card_that_is_not_there_is_said_to_be() -> None:
    with pytest.raises(OptionError, match="no cuda:3 here; there is cpu"):
        chosen(device="cuda:3")
    assert device_of("auto") == "cpu"


def test_a_processor_takes_bf16_where_it_multiplies_it(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("_is_avx512_bf16_supported", "_is_amx_tile_supported"):
        monkeypatch.setattr(torch.cpu, name, lambda: False, raising=False)
    assert chosen(device="cpu") == "fp32"
    with pytest.raises(OptionError, match="bf16 is a kind of number that cpu is not fast with"):
        chosen(device="cpu", precision="bf16")
    monkeypatch.setattr(torch.cpu, "_is_avx512_bf16_supported", lambda: True, raising=False)
    assert chosen(device="cpu") == "bf16"
    assert chosen(device="cpu", precision="fp32") == "fp32"
    with pytest.raises(OptionError, match=r"fp16 is a kind of number.*choose bf16, fp32"):
        chosen(device="cpu", precision="fp16")


def test_networks_are_compiled_for_a_card_alone() -> None:
    with pytest.raises(OptionError, match="compiled for a card"):
        chosen(device="cpu", compiled=True)


def test_memory_is_known_before_anything_is_loaded() -> None:
    on_card = expected_memory_mb(MuseTalkSettings(batch=8))
    assert 2000 < on_card < 6000, "of a card with 16 GB"
    assert expected_memory_mb(MuseTalkSettings(batch=16)) > on_card
    assert expected_memory_mb(MuseTalkSettings(decoder="tiny")) < on_card
    assert expected_memory_mb(MuseTalkSettings(device="cpu")) > 3400, "float32 at the most"


def test_nothing_heavy_is_imported_before_networks_are_made() -> None:
    names = "networks, lips, loading, modules, hearing, memory"
    script = (
        f"from mien.retouch.musetalk import {names}; import sys; "
        "print([n for n in ('torch', 'diffusers', 'transformers') if n in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
