"""Which of onnxruntime's providers run a file."""

from __future__ import annotations

from pathlib import Path

import pytest

from mien.engines.liveportrait.runtimes.onnx_providers import card_number, check_card, providers
from mien.errors import OptionError

pytestmark = pytest.mark.unit

CPU, CUDA, TENSORRT = (f"{name}ExecutionProvider" for name in ("CPU", "CUDA", "Tensorrt"))
EVERYTHING = (TENSORRT, CUDA, CPU)


@pytest.fixture
def built(tmp_path: Path) -> Path:
    """A file beside whose engines it lies."""
    (tmp_path / "tensorrt").mkdir()
    (tmp_path / "tensorrt" / "graph_0.engine").touch()
    return tmp_path / "warping_spade.onnx"


@pytest.mark.parametrize(
    ("device", "available", "card"),
    [
        ("auto", (CPU,), None),
        ("auto", EVERYTHING, 0),
        ("cpu", EVERYTHING, None),
        ("cuda", EVERYTHING, 0),
        ("cuda:3", (CUDA, CPU), 3),
    ],
)
def test_a_card_is_used_where_there_is_one(
    device: str, available: tuple[str, ...], card: int | None
) -> None:
    assert card_number(device, available) == card


def test_without_cuda_a_card_is_refused_by_what_there_is() -> None:
    with pytest.raises(OptionError, match="cuda:1: the onnxruntime here has only Azure, CPU; put"):
        card_number("cuda:1", ("AzureExecutionProvider", CPU))


def test_a_card_that_fails_after_all_is_refused() -> None:
    check_card((CUDA, CPU), 0)
    check_card((CPU,), None)
    with pytest.raises(OptionError, match="cannot use cuda:2"):
        check_card((CPU,), 2)


def test_a_card_gives_what_it_cannot_do_to_the_processor(tmp_path: Path) -> None:
    model = tmp_path / "warping_spade.onnx"
    assert providers(None, model, "auto") == [(CPU, {})]
    assert providers(1, model, "auto") == [(CUDA, {"device_id": "1"}), (CPU, {})]


def test_engines_that_were_built_are_used_on_a_card(built: Path) -> None:
    chain = providers(1, built, "auto")
    assert [name for name, _ in chain] == [TENSORRT, CUDA, CPU]
    assert chain[0][1]["device_id"] == "1"
    assert chain[0][1]["trt_engine_cache_path"] == str(built.parent / "tensorrt")
    assert providers(None, built, "auto") == [(CPU, {})]


def test_single_precision_does_without_tensorrt_and_half_needs_it(
    built: Path, tmp_path: Path
) -> None:
    assert TENSORRT not in [name for name, _ in providers(0, built, "fp32")]
    assert TENSORRT in [name for name, _ in providers(0, built, "fp16")]
    with pytest.raises(OptionError, match="mien models build-tensorrt"):
        providers(0, tmp_path / "elsewhere" / "warping_spade.onnx", "fp16")
