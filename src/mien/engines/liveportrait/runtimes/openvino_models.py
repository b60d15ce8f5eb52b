"""The networks as OpenVINO models, converted once for each set of weights and kept on disk.

Converting takes ten seconds and more, reading half of one. Whatever is wrong with a model that
lies in the cache, it is made again.
"""

from __future__ import annotations

import hashlib
import tempfile
import warnings
from pathlib import Path
from typing import Any

import openvino
import torch
from openvino.frontend import FrontEndManager
from openvino.frontend.pytorch.ts_decoder import TorchScriptPythonDecoder

from mien.engines.liveportrait.runtimes.networks import Networks
from mien.engines.liveportrait.runtimes.openvino_parts import NAMES, Part, parts_of
from mien.errors import MienWarning

Model = Any
"""openvino.Model."""

VERSION = 1
"""Of what is computed from the weights: another one makes other models of the same weights."""


def model_folder(networks: Networks, side: int, cache_dir: Path) -> Path:
    """Where in the cache the models of these networks are."""
    facts = f"{networks.digest()} {VERSION} {side} {openvino.__version__}"
    return cache_dir / f"openvino-{hashlib.sha256(facts.encode()).hexdigest()[:32]}"


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
        with tempfile.TemporaryDirectory(dir=folder) as temporary:
            written = Path(temporary) / f"{name}.xml"
            openvino.save_model(model, written, compress_to_fp16=False)
            for suffix in (".bin", ".xml"):  # a reader looks for the .xml
                written.with_suffix(suffix).replace(folder / f"{name}{suffix}")
        return openvino.Core().read_model(folder / f"{name}.xml")
    except (OSError, RuntimeError) as error:
        words = " ".join(str(error).split())[:200]
        warnings.warn(
            f"{folder}: cannot keep converted networks here, so that every start will take "
            f"longer: {words}",
            MienWarning,
            stacklevel=2,
        )
        return model


def kept_model(folder: Path, name: str) -> Model | None:
    """The model of this name in the folder, if it is there and whole."""
    path = folder / f"{name}.xml"
    if not _is_whole(path):
        return None
    try:
        return openvino.Core().read_model(path)
    except RuntimeError:  # openvino's errors are RuntimeErrors of many texts
        return None


def _is_whole(path: Path) -> bool:
    """Whether it is a model's XML from beginning to end: what is not, OpenVINO would offer to
    the readers of all kinds of files, which complain at length."""
    try:
        text = path.read_bytes()
    except OSError:
        return False
    return text.startswith(b"<?xml") and text.rstrip().endswith(b"</net>")


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
