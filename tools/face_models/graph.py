"""An ONNX graph under construction. Names are numbered in the order of construction, which is
part of the result: the files are compared byte for byte."""

from __future__ import annotations

from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from face_models.reader import Array

_OPSET = 17
_IR_VERSION = 8
_PRODUCER = "convert.py"
_SMALLEST_HALF = 8
"""Constants of fewer values stay in single precision."""


class Graph:
    """Nodes in the order in which they were made, and the constants by name."""

    def __init__(self) -> None:
        self.nodes: list[Any] = []
        self.constants: dict[str, Array] = {}
        self._count = 0

    def add(self, op: str, inputs: list[str], output: str | None = None, **attributes: Any) -> str:
        """A node with one output; the name of that output."""
        output = output or self._new_name(op.lower()[:4])
        self.nodes.append(make_node(op, inputs, output, **attributes))
        return output

    def constant(self, value: Any, name: str | None = None) -> str:
        """A constant, at least one-dimensional; a name that exists already is used again."""
        name = name or self._new_name("c")
        if name not in self.constants:
            self.constants[name] = np.ascontiguousarray(value)
        return name

    def integers(self, *values: int) -> str:
        return self.constant(np.array(values, np.int64))

    def number(self, value: float) -> str:
        return self.constant(np.float32(value))

    def floats(self, values: Any) -> str:
        return self.constant(np.array(values, np.float32))

    def model(self, inputs: list[Any], outputs: list[Any]) -> Any:
        """The checked model: what the outputs need and no more, in order, with half-precision
        storage."""
        constants = [numpy_helper.from_array(v, k) for k, v in self.constants.items()]
        graph = helper.make_graph(self.nodes, "face", inputs, outputs, constants)
        model = helper.make_model(
            graph,
            opset_imports=[helper.make_opsetid("", _OPSET)],
            ir_version=_IR_VERSION,
            producer_name=_PRODUCER,
        )
        _prune(model.graph)
        _sort(model.graph)
        _store_in_half_precision(model.graph)
        onnx.checker.check_model(model, full_check=True)
        return model

    def _new_name(self, prefix: str) -> str:
        self._count += 1
        return f"{prefix}{self._count}"


def make_node(op: str, inputs: list[str], output: str, **attributes: Any) -> Any:
    return helper.make_node(op, inputs, [output], name=f"{output}_n", **attributes)


def attributes_of(node: Any) -> dict[str, Any]:
    return {a.name: helper.get_attribute_value(a) for a in node.attribute}


def _prune(graph: Any) -> None:
    maker = {output: node for node in graph.node for output in node.output}
    needed: set[str] = set()
    waiting = [output.name for output in graph.output]
    while waiting:
        name = waiting.pop()
        if name not in needed:
            needed.add(name)
            waiting += maker[name].input if name in maker else []
    _replace(graph.node, [n for n in graph.node if needed.intersection(n.output)])
    _replace(graph.initializer, [c for c in graph.initializer if c.name in needed])


def _sort(graph: Any) -> None:
    """Every node after those that it reads, in waves: all that can run, then all that can run
    after these."""
    known = {v.name for v in [*graph.initializer, *graph.input]} | {""}
    left, done = list(graph.node), []
    while left:
        ready = [node for node in left if known.issuperset(node.input)]
        if not ready:
            raise ValueError(f"inputs missing: {[node.name for node in left[:5]]}")
        left = [node for node in left if not known.issuperset(node.input)]
        done += ready
        known.update(output for node in ready for output in node.output)
    _replace(graph.node, done)


def _store_in_half_precision(graph: Any) -> None:
    """Lossless: only constants that half precision represents exactly, as it does the weights."""
    casts = []
    for constant in list(graph.initializer):
        if constant.data_type != TensorProto.FLOAT:
            continue
        value, name = numpy_helper.to_array(constant), constant.name
        half = value.astype(np.float16)
        if value.size >= _SMALLEST_HALF and np.array_equal(half.astype(np.float32), value):
            graph.initializer.remove(constant)
            graph.initializer.append(numpy_helper.from_array(half, f"{name}_h"))
            cast = helper.make_node(
                "Cast", [f"{name}_h"], [name], name=f"{name}_cast", to=TensorProto.FLOAT
            )
            casts.append(cast)
    _replace(graph.node, [*casts, *graph.node])


def _replace(repeated: Any, items: list[Any]) -> None:
    del repeated[:]
    repeated.extend(items)
