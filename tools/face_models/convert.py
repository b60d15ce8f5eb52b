"""One network, from the bytes of its TensorFlow Lite file to the bytes of its ONNX file."""

from __future__ import annotations

from typing import Any

import numpy as np
from onnx import TensorProto, helper

from face_models.attention import SPLIT_NAME, AttentionLayers
from face_models.branches import expand_prelu, merge_branches
from face_models.graph import Graph
from face_models.layers import Layers
from face_models.reader import Model
from face_models.recipes import Recipe


def convert(content: bytes, recipe: Recipe) -> bytes:
    """The network with its input as a picture: ``image``, (1, height, width, 3) uint8 RGB."""
    model = Model(content)
    layers = AttentionLayers(model) if recipe.landmarks else Layers(model)
    for op in model.operators():
        layers.translate(op)
    if recipe.landmarks:
        merge_branches(layers.graph, SPLIT_NAME)
    image = _take_pictures(layers.graph, model, recipe.low)
    if isinstance(layers, AttentionLayers):
        outputs = layers.assemble()
        expand_prelu(layers.graph)
    else:
        outputs = [_output(layers, tensor) for tensor in model.outputs]
    result: bytes = layers.graph.model([image], outputs).SerializeToString()
    return result


def _take_pictures(graph: Graph, model: Model, low: float) -> Any:
    """Pixels 0..255 become ``low``..1."""
    tensor = model.inputs[0]
    target = f"t{tensor}"
    graph.constants["in_s"] = np.asarray((1 - low) / 255, np.float32)
    pre = [
        helper.make_node("Transpose", ["image"], ["in_t"], perm=[0, 3, 1, 2]),
        helper.make_node("Cast", ["in_t"], ["in_f"], to=TensorProto.FLOAT),
        helper.make_node("Mul", ["in_f", "in_s"], ["in_m" if low else target]),
    ]
    if low:
        graph.constants["in_o"] = np.asarray(low, np.float32)
        pre.append(helper.make_node("Add", ["in_m", "in_o"], [target]))
    graph.nodes[:0] = pre
    return helper.make_tensor_value_info("image", TensorProto.UINT8, model.shape(tensor))


def _output(layers: Layers, tensor: int) -> Any:
    shape = layers.model.shape(tensor)
    shape = [shape[0], shape[3], shape[1], shape[2]] if len(shape) == 4 else shape
    return helper.make_tensor_value_info(layers.name(tensor), TensorProto.FLOAT, shape)
