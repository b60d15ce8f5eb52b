"""TensorRT engines made by onnxruntime's provider, and kept beside the ONNX file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from mien.errors import EngineUnavailableError, WeightsError

PROVIDER = "TensorrtExecutionProvider"
_CACHE = "tensorrt"
_FULL_PRECISION = ("motion_extractor",)
"""Files whose network needs fp32: in half precision its keypoints tremble."""


def tensorrt_provider(model: Path) -> tuple[str, dict[str, Any]]:
    """The provider with the options that make and use the engines of this ONNX file, as
    ``onnxruntime.InferenceSession`` takes it. An engine fits one kind of GPU and one version of
    TensorRT; others are made anew, under other names."""
    folder = str(model.parent / _CACHE)
    return PROVIDER, {
        "trt_engine_cache_enable": True,
        "trt_engine_cache_path": folder,
        "trt_timing_cache_enable": True,
        "trt_timing_cache_path": folder,
        "trt_fp16_enable": model.stem not in _FULL_PRECISION,
    }


def engines_built(model: Path) -> bool:
    """Whether engines lie beside this ONNX file."""
    return any((model.parent / _CACHE).glob("*.engine"))


def check_tensorrt() -> None:
    """EngineUnavailableError unless this machine's onnxruntime brings the provider."""
    import onnxruntime

    there = onnxruntime.get_available_providers()
    if PROVIDER not in there:
        words = ", ".join(name.removesuffix("ExecutionProvider") for name in there)
        raise EngineUnavailableError(
            "liveportrait",
            f"onnxruntime has no TensorRT here, only {words}; install onnxruntime-gpu in place of "
            "onnxruntime, and NVIDIA's TensorRT",
        )


def build_engine(model: Path) -> Path:
    """Make the engines of an ONNX file, which takes minutes, and return their folder.

    They are made while the session is, or in its first run. Raises EngineUnavailableError,
    WeightsError.
    """
    import onnxruntime

    check_tensorrt()
    folder = model.parent / _CACHE
    try:
        folder.mkdir(exist_ok=True)
        providers = [tensorrt_provider(model), "CUDAExecutionProvider", "CPUExecutionProvider"]
        # Else it would go on without TensorRT where the libraries of that are not there.
        session = onnxruntime.InferenceSession(str(model), providers=providers, enable_fallback=0)
        inputs = {
            each.name: np.zeros(_shape(each.shape), np.float32) for each in session.get_inputs()
        }
        session.run(None, inputs)
    except Exception as error:  # onnxruntime's errors have no root but Exception
        words = " ".join(str(error).split())[:200]
        raise WeightsError(model, f"TensorRT cannot make an engine of it: {words}") from None
    return folder


def _shape(declared: list[Any]) -> tuple[int, ...]:
    """One for what is left open: the batch."""
    return tuple(size if isinstance(size, int) else 1 for size in declared)
