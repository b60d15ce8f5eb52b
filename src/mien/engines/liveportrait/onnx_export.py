"""The networks written as ONNX files that stock onnxruntime runs, FasterLivePortrait too."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

import torch

from mien.engines.liveportrait.runtimes import onnx_files as files
from mien.engines.liveportrait.runtimes.networks import Network, Networks
from mien.errors import EngineUnavailableError
from mien.media.staging import Staging, make_folder
from mien.nets.liveportrait.reduced.painting import Painting

_OPSET = 20
"""The first that samples volumes."""
_PACKAGES = ("onnx", "onnxscript")


def export_onnx(
    networks: Networks,
    folder: Path,
    *,
    force: bool = False,
    progress: Callable[[str], None] = lambda name: None,
) -> list[Path]:
    """Write the networks to ``folder`` under FasterLivePortrait's names, each file whole or not at
    all, and return the files. What of the correcting networks is missing is left out.

    progress: told the name of each file before it is made; half a minute for all, and 3 GB of
    memory. Raises OutputError for files that exist unless ``force``, and for a folder that cannot
    be written; EngineUnavailableError without the packages onnx and onnxscript.
    """
    _check_packages()
    exports = [(file, network) for file, network in _exports(networks) if network is not None]
    make_folder(folder)
    outputs = [Staging(folder / file.name, folder=False, force=force) for file, _ in exports]
    for (file, network), output in zip(exports, outputs, strict=True):
        progress(file.name)
        with output.writing() as temporary:
            _export(network, file, temporary)
    return [output.target for output in outputs]


def _exports(networks: Networks) -> list[tuple[files.OnnxFile, Network | None]]:
    return [
        (files.APPEARANCE, networks.appearance),
        (files.MOTION, networks.motion),
        (files.PAINTING, Painting(networks.warping, networks.generator)),
        (files.STITCHING, networks.stitching),
        (files.EYES, networks.eyes),
        (files.LIP, networks.lip),
    ]


def _check_packages() -> None:
    missing = [name for name in _PACKAGES if find_spec(name) is None]
    if missing:
        problem = f"to write ONNX files it needs {' and '.join(missing)}"
        raise EngineUnavailableError(
            "liveportrait", f"{problem}; install what is missing with: pip install 'mien[onnx]'"
        )


def _export(network: Network, file: files.OnnxFile, path: Path) -> None:
    from onnx_ir.passes.common import ClearMetadataAndDocStringPass

    with torch.inference_mode(), _in_silence():
        program = torch.onnx.export(
            network,
            tuple(torch.zeros(shape) for shape in file.inputs.values()),
            input_names=list(file.inputs),
            output_names=list(file.outputs),
            opset_version=_OPSET,
            dynamo=True,
            verbose=False,
        )
        ClearMetadataAndDocStringPass()(program.model)  # it names the folders of this machine
        program.save(str(path), external_data=False)


@contextmanager
def _in_silence() -> Iterator[None]:
    """Without what torch says of its own parts: what it will drop, what is not installed."""
    logger = logging.getLogger("torch.onnx")
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logger.setLevel(level)
