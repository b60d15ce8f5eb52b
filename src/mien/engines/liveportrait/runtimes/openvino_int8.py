"""The generator with whole numbers where they do no harm.

The 36 convolutions that make gains and offsets of the generator's norms are two fifths of its
arithmetic, and feed into sums that forgive them; eight bits anywhere else are visible. Weights
are scaled per channel, what goes in by the largest value seen in a few frames. OpenVINO makes
integer convolutions of what is marked by FakeQuantize.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import openvino
from openvino import opset13 as ops

from mien.engines.liveportrait.runtimes.agreement import moved_face
from mien.engines.liveportrait.runtimes.networks import Networks
from mien.engines.liveportrait.runtimes.openvino_models import Model, keep_model, kept_model
from mien.engines.liveportrait.runtimes.openvino_runtime import OpenVinoRuntime
from mien.types import Floats

NAME = "paint-int8"
_MODULATION = (".gamma/", ".beta/")
_WEIGHT_LEVELS, _INPUT_LEVELS = 255, 256


def with_int8(
    networks: Networks, models: Mapping[str, Model], folder: Path | None
) -> dict[str, Model]:
    """The same models, but with whole numbers in ``paint``: from the folder, else made, and kept
    there if there is one."""
    kept = None if folder is None else kept_model(folder, NAME)
    if kept is None:
        kept = quantized(models["paint"], _frames(OpenVinoRuntime(networks, models)))
        kept = kept if folder is None else keep_model(kept, folder, NAME)
    return {**models, "paint": kept}


def quantized(paint: Model, frames: Iterable[Sequence[Floats]]) -> Model:
    """A copy with integer gains and offsets; ``frames``: some of what goes into the model."""
    model = paint.clone()
    convs = _modulations(model)
    largest = _largest_inputs(paint, [conv.get_friendly_name() for conv in convs], frames)
    marked: dict[str, Any] = {}
    for conv in convs:
        source = conv.input_value(0)
        key = source.get_node().get_friendly_name()
        if key not in marked:  # gain and offset share what goes in
            top = np.float32(largest[conv.get_friendly_name()])
            zero = np.float32(0)
            marked[key] = ops.fake_quantize(source, zero, top, zero, top, _INPUT_LEVELS)
        conv.input(0).replace_source_output(marked[key].output(0))
        conv.input(1).replace_source_output(_marked_weights(conv.input_value(1)).output(0))
    model.validate_nodes_and_infer_types()
    return model


def _frames(exact: OpenVinoRuntime) -> list[tuple[Floats, Floats]]:
    """What is painted when the built-in face moves."""
    picture, keypoints, driving = moved_face(exact)
    prepared = exact.prepare(picture, keypoints)
    return [exact.bent(prepared, each[None]) for each in driving]


def _modulations(model: Model) -> list[Any]:
    return [
        node
        for node in model.get_ordered_ops()
        if node.get_type_name() == "Convolution"
        and any(part in node.get_friendly_name() for part in _MODULATION)
    ]


def _marked_weights(weights: Any) -> Any:
    values = weights.get_node().get_data()
    top = np.abs(values).max(axis=(1, 2, 3), keepdims=True).astype(np.float32)
    top = np.maximum(top, np.float32(1e-12))
    return ops.fake_quantize(weights, -top, top, -top, top, _WEIGHT_LEVELS)


def _largest_inputs(
    paint: Model, names: list[str], frames: Iterable[Sequence[Floats]]
) -> dict[str, float]:
    """Name of a convolution -> the largest value that goes into it."""
    model = paint.clone()
    convs = {conv.get_friendly_name(): conv for conv in _modulations(model)}
    peaks = [ops.reduce_max(convs[name].input_value(0), [0, 1, 2, 3]) for name in names]
    model.add_outputs([peak.output(0) for peak in peaks])
    compiled = openvino.Core().compile_model(model, "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    runs = [compiled(list(frame)) for frame in frames]
    seen = [[float(run[1 + index]) for index in range(len(names))] for run in runs]
    return dict(zip(names, np.max(seen, axis=0).tolist(), strict=True))
