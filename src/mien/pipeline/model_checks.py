"""Files of weights looked through: whether a file is what it should be."""

from __future__ import annotations

from pathlib import Path

from mien.errors import WeightsError
from mien.weights import BUNDLES, Artifact
from mien.weights.containers import check_checksums, check_onnx_start
from mien.weights.hub import sha256_in_cache
from mien.weights.receiving import sha256_of

_LANDMARKS = "landmarks"


def check_model(artifact: Artifact, path: Path) -> str | None:
    """What is wrong with the file, None if nothing is.

    Its checksums: those within it, and its sha256 if that is known, of a file of the Hugging Face
    cache by the name under which it is stored. And that it fits: a state has the keys, shapes and
    dtypes of its networks and finite numbers; an ONNX file is opened as the engine does it, a
    template's numbers are read. Raises EngineUnavailableError where a package or memory is missing.
    """
    try:
        _check_sha256(artifact, path)
        _check_content(artifact, path)
    except WeightsError as error:
        return str(error).removeprefix(f"{error.path}: ")
    return None


def _check_sha256(artifact: Artifact, path: Path) -> None:
    converted = path.suffix != Path(artifact.path).suffix
    known = None if converted else artifact.sha256 or sha256_in_cache(path)
    if known is not None and sha256_of(path) != known:
        raise WeightsError(path, "is not the file that was published; get it again with --force")


def _check_content(artifact: Artifact, path: Path) -> None:
    if artifact in BUNDLES["joyvasa"].artifacts:
        from mien.drivers.joyvasa.loading import check_file

        check_file(artifact, path)
    elif artifact in BUNDLES["musetalk"].artifacts:
        from mien.retouch.musetalk.loading import check_file

        check_file(artifact, path)
    elif artifact in BUNDLES["personalive"].artifacts:
        from mien.engines.personalive.loading import check_file

        check_file(artifact, path)
    elif artifact.parts:
        _check_networks(artifact, path)
    else:
        check_onnx_start(path)
        _check_onnx(artifact, path)


def _check_networks(artifact: Artifact, path: Path) -> None:
    from mien.engines.liveportrait.loading import load_networks

    check_checksums(path)
    load_networks({network: (path, part) for network, part in artifact.parts.items()})


def _check_onnx(artifact: Artifact, path: Path) -> None:
    from mien.engines.liveportrait.framing import Landmarker203
    from mien.engines.liveportrait.runtimes import onnx_files
    from mien.engines.liveportrait.runtimes.memory import enough_memory
    from mien.engines.liveportrait.runtimes.onnx_network import OnnxNetwork
    from mien.engines.liveportrait.runtimes.onnx_providers import CPU

    declared = {(each.part, each.name): each for each in onnx_files.FILES}
    network = declared.get((artifact.name, artifact.file))
    with enough_memory("opening a network", "cpu", "fp32"):
        if network is not None:
            OnnxNetwork(path, network, [(CPU, {})], threads=0)
        elif artifact.name == _LANDMARKS:
            Landmarker203(path)
        else:
            _check_opens(path)


def _check_opens(path: Path) -> None:
    """For what no engine reads: it is an ONNX file that onnxruntime takes."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.log_severity_level = 4
    try:
        onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    except Exception as error:  # onnxruntime's errors have no root but Exception
        words = " ".join(str(error).split())[:120]
        raise WeightsError(path, f"is damaged or no ONNX file ({words}); get it again") from None
