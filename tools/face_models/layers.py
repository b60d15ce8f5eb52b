"""The ordinary operations: NHWC TensorFlow Lite to NCHW ONNX."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import tflite

from face_models.graph import Graph
from face_models.reader import Array, Model, Operator

_NCHW_AXIS = {0: 0, 1: 2, 2: 3, 3: 1}
_NO_ACTIVATION, _RELU, _RELU6 = 0, 1, 3
_SAME = 0
_SIMPLE = {"RELU": "Relu", "LOGISTIC": "Sigmoid", "HARD_SWISH": "HardSwish"}
_ARITHMETIC = {
    "ADD": ("Add", tflite.AddOptions),
    "MUL": ("Mul", tflite.MulOptions),
}


class Layers:
    """Translates operators one by one into ``graph``. A tensor of index i is called ``t{i}``."""

    def __init__(self, model: Model) -> None:
        self.model = model
        self.graph = Graph()
        self.reshaped_from: dict[int, int] = {}
        self._alias: dict[int, str] = {}
        self._translators: dict[str, Callable[[Operator], object]] = {
            "DEQUANTIZE": self._dequantize,
            "DENSIFY": self._densify,
            "CONV_2D": self._convolution,
            "DEPTHWISE_CONV_2D": self._convolution,
            "PRELU": self._prelu,
            "ADD": self._arithmetic,
            "MUL": self._arithmetic,
            "MAX_POOL_2D": self._pool,
            "AVERAGE_POOL_2D": self._pool,
            "PAD": self._pad,
            "CONCATENATION": self._concatenation,
            "RESHAPE": self._reshape,
            "STRIDED_SLICE": self._identity,
            "RESIZE_BILINEAR": self._resize,
            "DEPTH_TO_SPACE": self._depth_to_space,
            "Convolution2DTransposeBias": self._transposed_convolution,
            **dict.fromkeys(_SIMPLE, self._simple),
        }

    def translate(self, op: Operator) -> None:
        """Raises KeyError for an operation that is not known."""
        self._translators[op.name](op)

    def name(self, tensor: int) -> str:
        """Of an activation, or of a constant in NCHW."""
        if tensor not in self.model.constants:
            return self._alias.get(tensor, f"t{tensor}")
        value = self.model.constants[tensor]
        value = value.astype(np.float32) if value.dtype == np.float16 else value
        value = value.transpose(0, 3, 1, 2) if value.ndim == 4 else value
        return self.graph.constant(value, f"k{tensor}")

    def _weights(self, tensor: int) -> Array:
        weights: Array = self.model.constants[tensor].astype(np.float32)
        return weights

    def _dequantize(self, op: Operator) -> None:
        self.model.constants[op.outputs[0]] = self._weights(op.inputs[0])

    def _densify(self, op: Operator) -> None:
        self.model.constants[op.outputs[0]] = self.model.constants[op.inputs[0]]

    def _convolution(self, op: Operator) -> None:
        depthwise = op.name == "DEPTHWISE_CONV_2D"
        options = op.options(tflite.DepthwiseConv2DOptions if depthwise else tflite.Conv2DOptions)
        data, weights, bias = op.inputs[:3]
        kernels = self._weights(weights).transpose((3, 0, 1, 2) if depthwise else (0, 3, 1, 2))
        _, height, width, channels = self.model.shape(data)
        kernel, strides = list(kernels.shape[2:]), [options.StrideH(), options.StrideW()]
        dilations = [options.DilationHFactor(), options.DilationWFactor()]
        activation = options.FusedActivationFunction()
        inputs = [
            self.name(data),
            self.graph.constant(kernels, f"w{weights}_{int(depthwise)}"),
            self.graph.constant(self._weights(bias), f"b{bias}"),
        ]
        output = self.graph.add(
            "Conv",
            inputs,
            f"t{op.outputs[0]}" if activation == _NO_ACTIVATION else None,
            strides=strides,
            pads=_pads(options.Padding(), (height, width), kernel, strides, dilations),
            dilations=dilations,
            group=channels if depthwise else 1,
            kernel_shape=kernel,
        )
        self._activate(output, activation, op)

    def _activate(self, data: str, activation: int, op: Operator) -> None:
        output = f"t{op.outputs[0]}"
        if activation == _RELU:
            self.graph.add("Relu", [data], output)
        elif activation == _RELU6:
            self.graph.add("Clip", [data, self.graph.number(0), self.graph.number(6)], output)
        elif activation != _NO_ACTIVATION:
            raise ValueError(f"activation {activation} is not known")

    def _pool(self, op: Operator) -> None:
        options = op.options(tflite.Pool2DOptions)
        data, output = self.name(op.inputs[0]), f"t{op.outputs[0]}"
        _, height, width, _ = self.model.shape(op.inputs[0])
        kernel = [options.FilterHeight(), options.FilterWidth()]
        strides = [options.StrideH(), options.StrideW()]
        if op.name == "AVERAGE_POOL_2D":
            if kernel != [height, width]:
                raise ValueError("only global average pooling is known")
            self.graph.add("GlobalAveragePool", [data], output)
            return
        pads = _pads(options.Padding(), (height, width), kernel, strides, [1, 1])
        self.graph.add("MaxPool", [data], output, kernel_shape=kernel, strides=strides, pads=pads)

    def _prelu(self, op: Operator) -> None:
        slope = self._weights(op.inputs[1]).reshape(-1, 1, 1)
        data = self.name(op.inputs[0])
        slopes = self.graph.constant(slope, f"a{op.inputs[1]}")
        self.graph.add("PRelu", [data, slopes], f"t{op.outputs[0]}")

    def _simple(self, op: Operator) -> None:
        self.graph.add(_SIMPLE[op.name], [self.name(op.inputs[0])], f"t{op.outputs[0]}")

    def _arithmetic(self, op: Operator) -> None:
        kind, options = _ARITHMETIC[op.name]
        activation = op.options(options).FusedActivationFunction()
        output = f"t{op.outputs[0]}" if activation == _NO_ACTIVATION else None
        result = self.graph.add(kind, [self.name(i) for i in op.inputs[:2]], output)
        self._activate(result, activation, op)

    def _pad(self, op: Operator) -> None:
        amounts = self.model.constants[op.inputs[1]].astype(np.int64)[[0, 3, 1, 2]]
        pads = np.concatenate([amounts[:, 0], amounts[:, 1]])
        inputs = [self.name(op.inputs[0]), self.graph.constant(pads)]
        self.graph.add("Pad", inputs, f"t{op.outputs[0]}")

    def _concatenation(self, op: Operator) -> None:
        rank = len(self.model.shape(op.outputs[0]))
        axis = op.options(tflite.ConcatenationOptions).Axis() % rank
        axis = _NCHW_AXIS[axis] if rank == 4 else axis
        inputs = [self.name(i) for i in op.inputs]
        self.graph.add("Concat", inputs, f"t{op.outputs[0]}", axis=axis)

    def _reshape(self, op: Operator) -> None:
        self.reshaped_from[op.outputs[0]] = op.inputs[0]
        before, after = self.model.shape(op.inputs[0]), self.model.shape(op.outputs[0])
        data = self.name(op.inputs[0])
        if len(before) == 4 and before[1] * before[2] > 1:
            data = self.graph.add("Transpose", [data], perm=[0, 2, 3, 1])
        if len(after) == 4:
            after = [after[0], after[3], 1, 1]
        self.graph.add("Reshape", [data, self.graph.integers(*after)], f"t{op.outputs[0]}")

    def _identity(self, op: Operator) -> None:
        if self.model.shape(op.inputs[0]) != self.model.shape(op.outputs[0]):
            raise ValueError("only slices of everything are known")
        self._alias[op.outputs[0]] = self.name(op.inputs[0])

    def _resize(self, op: Operator) -> None:
        options = op.options(tflite.ResizeBilinearOptions)
        _, height, width, channels = self.model.shape(op.outputs[0])
        half_pixel = "half_pixel" if options.HalfPixelCenters() else "asymmetric"
        size = self.graph.integers(1, channels, height, width)
        self.graph.add(
            "Resize",
            [self.name(op.inputs[0]), "", "", size],
            f"t{op.outputs[0]}",
            mode="linear",
            coordinate_transformation_mode="align_corners"
            if options.AlignCorners()
            else half_pixel,
        )

    def _depth_to_space(self, op: Operator) -> None:
        size = op.options(tflite.DepthToSpaceOptions).BlockSize()
        inputs = [self.name(op.inputs[0])]
        self.graph.add("DepthToSpace", inputs, f"t{op.outputs[0]}", blocksize=size, mode="DCR")

    def _transposed_convolution(self, op: Operator) -> None:
        """Its options are three integers: padding, stride in x, stride in y."""
        _, stride_x, stride_y = (int(v) for v in np.frombuffer(op.custom_bytes, np.int32)[:3])
        weights = self._weights(op.inputs[1]).transpose(3, 0, 1, 2)
        kernel = list(weights.shape[2:])
        if kernel != [stride_y, stride_x]:
            raise ValueError("only kernels as large as their stride are known")
        data = self.name(op.inputs[0])
        kernels = self.graph.constant(weights)
        bias = self.graph.constant(self._weights(op.inputs[2]))
        self.graph.add(
            "ConvTranspose",
            [data, kernels, bias],
            f"t{op.outputs[0]}",
            strides=[stride_y, stride_x],
            kernel_shape=kernel,
        )


def _pads(
    padding: int,
    size: tuple[int, int],
    kernel: list[int],
    strides: list[int],
    dilations: list[int],
) -> list[int]:
    """Begin of y and x, end of y and x. SAME padding puts the odd pixel at the end."""
    if padding != _SAME:
        return [0, 0, 0, 0]
    totals = [
        max((-(-n // s) - 1) * s + (k - 1) * d + 1 - n, 0)
        for n, k, s, d in zip(size, kernel, strides, dilations, strict=True)
    ]
    return [t // 2 for t in totals] + [t - t // 2 for t in totals]
