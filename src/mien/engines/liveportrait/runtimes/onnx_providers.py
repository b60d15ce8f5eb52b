"""What onnxruntime computes with: a processor, a CUDA card, TensorRT where it has engines."""

from __future__ import annotations

import io
from collections.abc import Collection
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

import onnxruntime as ort

from mien.engines.liveportrait.tensorrt import engines_built, tensorrt_provider
from mien.errors import OptionError

CPU, CUDA = "CPUExecutionProvider", "CUDAExecutionProvider"
Provider = tuple[str, dict[str, Any]]

_HOW = "put onnxruntime-gpu in the place of onnxruntime, or choose --device cpu"


def card_number(device: str, available: Collection[str]) -> int | None:
    """Which CUDA card ``auto``, ``cpu``, ``cuda`` or ``cuda:N`` means with these providers; None
    is the processor. OptionError if there can be none."""
    name, _, number = device.partition(":")
    if name == "cpu" or (name == "auto" and CUDA not in available):
        return None
    if CUDA not in available:
        has = ", ".join(each.removesuffix("ExecutionProvider") for each in available)
        raise OptionError("--device", f"{device}: the onnxruntime here has only {has}; {_HOW}")
    return int(number or 0)


def providers(card: int | None, model: Path, precision: str) -> list[Provider]:
    """What runs this file, the first that can each part of it.

    TensorRT where its engines lie beside the file, unless fp32 is asked for; OptionError if fp16
    is and they do not.
    """
    built = card is not None and engines_built(model)
    if precision == "fp16" and not built:
        problem = "fp16: ONNX files need TensorRT for that; run `mien models build-tensorrt`"
        raise OptionError("--precision", f"{problem} on a machine with a CUDA card")
    if card is None:
        return [(CPU, {})]
    on_card: dict[str, Any] = {"device_id": str(card)}
    chain: list[Provider] = [(CUDA, on_card), (CPU, {})]
    if built and precision != "fp32":
        name, options = tensorrt_provider(model)
        chain.insert(0, (name, options | on_card))
    return chain


def check_card(used: Collection[str], card: int | None) -> None:
    """OptionError if a CUDA card was wanted and onnxruntime could not use it after all."""
    if card is not None and CUDA not in used:
        problem = f"onnxruntime cannot use cuda:{card}: its CUDA or cuDNN libraries are not there"
        raise OptionError("--device", f"{problem}; install them, or {_HOW}")


def find_cuda_libraries() -> None:
    """Let onnxruntime use the CUDA libraries that pip installs, which no loader finds by itself."""
    preload = getattr(ort, "preload_dlls", None)  # since 1.21
    if preload is not None:
        with redirect_stdout(io.StringIO()):  # it prints what it does not find
            preload()
