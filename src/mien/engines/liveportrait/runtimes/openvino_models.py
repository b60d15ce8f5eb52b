"""The networks as OpenVINO models, converted once for each set of weights and kept on disk.

Converting takes ten seconds and more, reading one. A model in the cache is three files: OpenVINO's
two and their checksum. Where that is not right the model is made again.
"""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
import tempfile
import time
import warnings
import zlib
from contextlib import suppress
from pathlib import Path
from typing import Any

import openvino
import torch
from openvino.frontend import FrontEndManager
from openvino.frontend.pytorch.ts_decoder import TorchScriptPythonDecoder

from mien.engines.liveportrait.runtimes.networks import Networks
from mien.engines.liveportrait.runtimes.openvino_parts import NAMES, Part, parts_of
from mien.errors import MienWarning
from mien.media.staging import describe

Model = Any
"""openvino.Model."""

VERSION = 1
"""Of what is computed from the weights: another one makes other models of the same weights."""
_FILES = (".bin", ".xml")
_CHECKSUM = ".crc32"
_FOLDERS, _TEMPORARY = "openvino-", ".part-"
_LEFT_AFTER_S = 24 * 3600.0
"""Whoever began to write longer ago than that was killed."""
_BLOCK = _LARGEST_XML = 1 << 22


def model_folder(networks: Networks, side: int, cache_dir: Path) -> Path:
    """Where in the cache the models of these networks are."""
    facts = f"{networks.digest()} {VERSION} {side} {openvino.__version__}"
    return cache_dir / f"{_FOLDERS}{hashlib.sha256(facts.encode()).hexdigest()[:32]}"


def load_models(networks: Networks, side: int, folder: Path | None) -> dict[str, Model]:
    """All of `openvino_parts.NAMES`: from the folder, else converted, and kept there if there is
    one. MienWarning where it cannot be written."""
    models = {} if folder is None else _kept(folder)
    if set(models) == set(NAMES):
        return models
    for part in parts_of(networks, side):
        if part.name not in models:
            models[part.name] = _converted(part)
            if folder is not None:
                models[part.name] = keep_model(models[part.name], folder, part.name)
    return models


def keep_model(model: Model, folder: Path, name: str) -> Model:
    """The same model, written to the folder and read from there, so that its weights are pages
    of the file; as it is, with a MienWarning, if the folder cannot be written."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _sweep(folder.parent)
        _check_space(model, folder)
        with tempfile.TemporaryDirectory(prefix=_TEMPORARY, dir=folder) as temporary:
            written = Path(temporary) / f"{name}.xml"
            openvino.save_model(model, written, compress_to_fp16=False)
            written.with_suffix(_CHECKSUM).write_text(_checksum(written), "ascii")
            for suffix in (*_FILES, _CHECKSUM):
                written.with_suffix(suffix).replace(folder / f"{name}{suffix}")
        return openvino.Core().read_model(folder / f"{name}.xml")
    except (OSError, RuntimeError) as error:
        warnings.warn(
            f"{folder}: cannot keep converted networks here, so that every start will take "
            f"longer: {_reason(error)}",
            MienWarning,
            stacklevel=2,
        )
        return model


def kept_model(folder: Path, name: str) -> Model | None:
    """The model of this name in the folder, if it is there and as it was written."""
    path = folder / f"{name}.xml"
    try:
        if path.with_suffix(_CHECKSUM).read_text("ascii") != _checksum(path):
            return None
        return openvino.Core().read_model(path)
    except (OSError, ValueError, RuntimeError):  # openvino's are RuntimeErrors of many texts
        return None


def _checksum(path: Path) -> str:
    """Of the files of a model: how long each is, and its CRC 32. That is for damage, not for
    malice: who can change a model could write its checksum, too."""
    lines = []
    for suffix in _FILES:
        size = check = 0
        with path.with_suffix(suffix).open("rb") as file:
            while block := file.read(_BLOCK):
                size, check = size + len(block), zlib.crc32(block, check)
        lines.append(f"{suffix} {size} {check:08x}\n")
    return "".join(lines)


def _check_space(model: Model, folder: Path) -> None:
    """OSError if the disk has no room for the model: OpenVINO's own error does not tell why."""
    constants = (node for node in model.get_ops() if node.get_type_name() == "Constant")
    needed = sum(node.get_byte_size() for node in constants)
    if shutil.disk_usage(folder).free < needed + _LARGEST_XML:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def _reason(error: Exception) -> str:
    if isinstance(error, OSError):
        return describe(error)
    return " ".join(str(error).split())[:200]


def _sweep(cache_dir: Path) -> None:
    """Remove what writers that were killed have left."""
    for left in cache_dir.glob(f"{_FOLDERS}*/{_TEMPORARY}*"):
        with suppress(OSError):
            if time.time() - left.stat().st_mtime > _LEFT_AFTER_S:
                shutil.rmtree(left)


def _kept(folder: Path) -> dict[str, Model]:
    found = {name: kept_model(folder, name) for name in NAMES}
    return {name: model for name, model in found.items() if model is not None}


def _converted(part: Part) -> Model:
    """By the front end itself: openvino.convert_model would tell its makers about it."""
    example = tuple(torch.zeros(shape) for shape in part.traced)
    with torch.no_grad(), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # tracing says that sizes become constants
        trace = torch.jit.trace(part.module.eval(), example, check_trace=False)
        front_end = FrontEndManager().load_by_framework("pytorch")
        decoder = TorchScriptPythonDecoder(trace, example_input=example)
        model = front_end.convert(front_end.load(decoder))
    shapes = dict(enumerate(part.shapes))
    model.reshape({index: openvino.PartialShape(list(shape)) for index, shape in shapes.items()})
    return model
