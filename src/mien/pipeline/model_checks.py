"""Files of weights looked through: whether a file is what it should be."""

from __future__ import annotations

from pathlib import Path

from mien.errors import WeightsError
from mien.weights import Artifact
from mien.weights.hub import sha256_in_cache
from mien.weights.receiving import sha256_of


def check_model(artifact: Artifact, path: Path) -> str | None:
    """What is wrong with the file, None if nothing is.

    Its sha256 if that is known, of a file of the Hugging Face cache by the name under which it is
    stored; and that it fits: a state has the keys, shapes and dtypes of its networks and finite
    numbers, an ONNX file is one that onnxruntime takes.
    """
    try:
        _check_sha256(artifact, path)
        if artifact.parts:
            _check_networks(artifact, path)
        else:
            _check_onnx(path)
    except WeightsError as error:
        return str(error).removeprefix(f"{error.path}: ")
    return None


def _check_sha256(artifact: Artifact, path: Path) -> None:
    converted = path.suffix != Path(artifact.path).suffix
    known = None if converted else artifact.sha256 or sha256_in_cache(path)
    if known is not None and sha256_of(path) != known:
        raise WeightsError(path, "is not the file that was published; get it again with --force")


def _check_networks(artifact: Artifact, path: Path) -> None:
    from mien.engines.liveportrait.loading import load_networks

    load_networks({network: (path, part) for network, part in artifact.parts.items()})


def _check_onnx(path: Path) -> None:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.log_severity_level = 4
    try:
        onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    except Exception as error:  # onnxruntime's errors have no root but Exception
        words = " ".join(str(error).split())[:120]
        raise WeightsError(path, f"is damaged or no ONNX file ({words}); get it again") from None
