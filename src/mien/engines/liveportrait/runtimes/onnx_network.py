"""One ONNX file, opened by onnxruntime and called with arrays.

Files are hostile: what they declare is checked when they are opened, what they give each time.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime as ort

from mien.engines.liveportrait.runtimes.onnx_files import OnnxFile, Shape
from mien.engines.liveportrait.runtimes.onnx_providers import Provider
from mien.errors import EngineUnavailableError, OptionError, WeightsError
from mien.types import Floats
from mien.weights.memory import is_no_memory

_LARGEST_FILE = 2 << 30
"""Bytes; the format ends there, and the largest of the files has a fifth of it."""
_NUMBERS: Mapping[str, type[np.floating[Any]]] = {
    "tensor(float)": np.float32,
    "tensor(float16)": np.float16,
    "tensor(double)": np.float64,
}
_DEVICE = ("CUDA", "TensorRT", "cuDNN")
_PLUGIN = "GridSample3D"
_QUIET = 4
_LONGEST_SHOWN = 120


class OnnxNetwork:
    """A network in a file, as it is declared. One thread at a time."""

    def __init__(
        self, path: Path, declared: OnnxFile, providers: Sequence[Provider], threads: int
    ) -> None:
        """``threads``: 0 leaves their number to onnxruntime.

        Raises WeightsError for a file that is missing, damaged or another network, OptionError if
        the device of the providers cannot be used, MemoryError.
        """
        self._path, self._declared = path, declared
        self._session = _open(path, providers, threads)
        self.providers: tuple[str, ...] = tuple(self._session.get_providers())
        inputs = _checked(path, self._session.get_inputs(), declared.inputs)
        _checked(path, self._session.get_outputs(), declared.outputs)
        self._numbers = {name: _number(path, name, node.type) for name, node in inputs.items()}

    def __call__(self, *arrays: Floats) -> list[Floats]:
        """Inputs and outputs in the order in which they are declared, float32.

        Raises WeightsError for what is no result of this network, EngineUnavailableError if the
        device fails, MemoryError.
        """
        feed = {
            name: np.ascontiguousarray(array, self._numbers[name])
            for name, array in zip(self._declared.inputs, arrays, strict=True)
        }
        try:
            outputs = self._session.run(list(self._declared.outputs), feed)
        except Exception as error:  # onnxruntime's own kinds have no public common base
            raise _failed(self._path, error) from None
        shapes = self._declared.outputs.items()
        return [
            self._result(output, name, shape)
            for output, (name, shape) in zip(outputs, shapes, strict=True)
        ]

    def _result(self, output: Any, name: str, shape: Shape) -> Floats:
        plain = isinstance(output, np.ndarray) and output.dtype.kind == "f"
        if not plain or output.size != math.prod(shape):
            raise WeightsError(self._path, f"does not give {_size(shape)} numbers as {name!r}")
        result: Floats = output.reshape(shape).astype(np.float32, copy=False)
        if not np.isfinite(result).all():
            problem = f"gives numbers that are not finite as {name!r}; get the file again, or"
            raise WeightsError(self._path, f"{problem} choose --precision fp32")
        return result


def _open(path: Path, providers: Sequence[Provider], threads: int) -> ort.InferenceSession:
    if not path.is_file():
        raise WeightsError(path, "there is no such file")
    if path.stat().st_size > _LARGEST_FILE:
        raise WeightsError(path, "is larger than 2 GiB; no network of LivePortrait is")
    options = ort.SessionOptions()
    options.log_severity_level = _QUIET
    options.intra_op_num_threads = threads
    try:
        # Without a fallback: else it prints what went wrong, and goes on with other providers.
        return ort.InferenceSession(str(path), options, providers=providers, enable_fallback=0)
    except Exception as error:  # as above
        raise _unopened(path, error) from None


def _unopened(path: Path, error: Exception) -> Exception:
    if _PLUGIN in str(error):
        problem = f"needs FasterLivePortrait's TensorRT plugin {_PLUGIN}, which is not used here"
        return WeightsError(path, f"{problem}; give warping_spade.onnx in its place")
    if is_no_memory(error):
        return MemoryError()
    if any(words in str(error) for words in _DEVICE):
        return OptionError("--device", f"onnxruntime cannot use it: {_brief(error)}")
    problem = f"is damaged, cut off, or no ONNX network that can be run here ({_brief(error)})"
    return WeightsError(path, problem)


def _failed(path: Path, error: Exception) -> Exception:
    if is_no_memory(error):
        return MemoryError()
    if any(words in str(error) for words in _DEVICE):
        return EngineUnavailableError("liveportrait", f"the device failed: {_brief(error)}")
    return WeightsError(path, f"cannot be run ({_brief(error)})")


def _checked(path: Path, nodes: Sequence[Any], wanted: Mapping[str, Shape]) -> dict[str, Any]:
    """The nodes by name; WeightsError unless they are those wanted, in any order."""
    found = {node.name: node for node in nodes}
    if found.keys() != wanted.keys():
        problem = f"has {', '.join(found)} where {path.name} has {', '.join(wanted)}"
        raise WeightsError(path, f"is another network: it {problem}")
    for name, shape in wanted.items():
        if not _fits(found[name].shape, shape):
            problem = f"{name!r} is {_size(found[name].shape)}, not {_size(shape)}"
            raise WeightsError(path, f"is another network: {problem}")
    return found


def _fits(declared: Sequence[int | str | None], shape: Shape) -> bool:
    """Whether it can have this shape; sizes may be left open, and an output be folded."""
    known = [size for size in declared if isinstance(size, int)]
    if len(known) == len(declared):
        return math.prod(known) == math.prod(shape)
    return len(declared) == len(shape) and all(
        not isinstance(size, int) or size == wanted
        for size, wanted in zip(declared, shape, strict=True)
    )


def _number(path: Path, name: str, kind: str) -> type[np.floating[Any]]:
    if kind not in _NUMBERS:
        raise WeightsError(path, f"is another network: {name!r} is a {kind}, not a tensor(float)")
    return _NUMBERS[kind]


def _size(shape: Sequence[int | str | None]) -> str:
    return " x ".join(str(size) for size in shape)


def _brief(error: Exception) -> str:
    words = " ".join(str(error).split()).rpartition("failed:")[2]
    return words if len(words) <= _LONGEST_SHOWN else f"{words[:_LONGEST_SHOWN]}..."
