"""Reads a TensorFlow Lite file: tensors, constants (dense, half-precision or sparse), operators."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import flatbuffers.flexbuffers
import numpy as np
import tflite
from numpy.typing import NDArray

Array = NDArray[Any]

_DTYPES = {0: np.float32, 1: np.float16, 2: np.int32, 3: np.uint8, 4: np.int64, 9: np.int8}
_CUSTOM = 32
_INDEX_VECTORS = {1: tflite.Int32Vector, 2: tflite.Uint16Vector, 3: tflite.Uint8Vector}
_BUILTIN_NAMES = {
    value: name for name, value in vars(tflite.BuiltinOperator).items() if isinstance(value, int)
}


@dataclass(frozen=True, slots=True)
class Operator:
    """One step of the graph; tensors by index. ``name`` of custom operations is their own."""

    name: str
    inputs: list[int]
    outputs: list[int]
    _raw: Any

    def options(self, kind: Any) -> Any:
        """The options of a built-in operation, as the schema's class ``kind``."""
        table, options = self._raw.BuiltinOptions(), kind()
        options.Init(table.Bytes, table.Pos)
        return options

    @property
    def custom_bytes(self) -> bytes:
        return bytes(self._raw.CustomOptionsAsNumpy())

    def custom_options(self) -> Any:
        """The FlexBuffers map of a custom operation."""
        return flatbuffers.flexbuffers.Loads(self.custom_bytes)


class Model:
    """The only graph of a TensorFlow Lite file; layout NHWC."""

    def __init__(self, content: bytes) -> None:
        self._model = tflite.Model.GetRootAsModel(content, 0)
        self._graph = self._model.Subgraphs(0)
        self.inputs = [int(i) for i in self._graph.InputsAsNumpy()]
        self.outputs = [int(i) for i in self._graph.OutputsAsNumpy()]
        self.constants = dict(self._read_constants())

    def shape(self, tensor: int) -> list[int]:
        return _ints(self._graph.Tensors(tensor).ShapeAsNumpy())

    def operators(self) -> Iterator[Operator]:
        for index in range(self._graph.OperatorsLength()):
            raw = self._graph.Operators(index)
            code = self._model.OperatorCodes(raw.OpcodeIndex())
            builtin = max(code.BuiltinCode(), code.DeprecatedBuiltinCode())
            custom = builtin == _CUSTOM
            name = code.CustomCode().decode() if custom else _BUILTIN_NAMES[builtin]
            yield Operator(name, _ints(raw.InputsAsNumpy()), _ints(raw.OutputsAsNumpy()), raw)

    def _read_constants(self) -> Iterator[tuple[int, Array]]:
        for index in range(self._graph.TensorsLength()):
            tensor = self._graph.Tensors(index)
            buffer = self._model.Buffers(tensor.Buffer())
            if not buffer.DataLength():
                continue
            content = buffer.DataAsNumpy().tobytes()
            values: Array = np.frombuffer(content, _DTYPES[tensor.Type()])
            if tensor.Sparsity() is not None:
                yield index, _densify(tensor, values)
            else:
                yield (
                    index,
                    values.reshape(_ints(tensor.ShapeAsNumpy()) if tensor.ShapeLength() else []),
                )


def _densify(tensor: Any, values: Array) -> Array:
    """A sparse constant made dense: its levels are walked in traversal order. Block dimensions
    come after the ordinary ones, and index = outer * block + inner."""
    sparsity, shape = tensor.Sparsity(), _ints(tensor.ShapeAsNumpy())
    order = _ints(sparsity.TraversalOrderAsNumpy())
    blocked = _ints(sparsity.BlockMapAsNumpy()) if sparsity.BlockMapLength() else []
    levels = [sparsity.DimMetadata(i) for i in range(sparsity.DimMetadataLength())]
    places, offsets = _walk(levels)
    index: list[Array] = [np.zeros(0)] * len(shape)
    for level, dimension in enumerate(order):
        if dimension < len(shape):
            index[dimension] = places[:, level].copy()
    for level, dimension in enumerate(order):
        if dimension >= len(shape):
            outer = blocked[dimension - len(shape)]
            index[outer] = index[outer] * int(levels[level].DenseSize()) + places[:, level]
    dense = np.zeros(shape, values.dtype)
    dense[tuple(index)] = values[offsets]
    return dense


def _walk(levels: list[Any]) -> tuple[Array, Array]:
    """The index of every stored value in each level (n, levels), and where it is stored (n,)."""
    places, offsets = np.zeros((1, len(levels)), np.int64), np.zeros(1, np.int64)
    for level, metadata in enumerate(levels):
        if metadata.Format() == 0:
            size = int(metadata.DenseSize())
            offsets = (offsets[:, None] * size + np.arange(size)).ravel()
            places = np.repeat(places, size, axis=0)
            places[:, level] = np.tile(np.arange(size), len(places) // size)
        else:
            segments = _vector(metadata.ArraySegmentsType(), metadata.ArraySegments())
            indices = _vector(metadata.ArrayIndicesType(), metadata.ArrayIndices())
            starts, ends = segments[offsets], segments[offsets + 1]
            runs = [np.arange(a, b) for a, b in zip(starts, ends, strict=True)]
            places = np.repeat(places, ends - starts, axis=0)
            offsets = np.concatenate(runs)
            places[:, level] = indices[offsets]
    return places, offsets


def _vector(kind: int, table: Any) -> Array:
    vector = _INDEX_VECTORS[kind]()
    vector.Init(table.Bytes, table.Pos)
    values: Array = vector.ValuesAsNumpy().astype(np.int64)
    return values


def _ints(values: Any) -> list[int]:
    return [int(value) for value in values]
