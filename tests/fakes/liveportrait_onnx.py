"""ONNX files with the names, inputs and outputs of LivePortrait's, and arithmetic that one can do
in one's head:

| file | gives |
|---|---|
| appearance | the mean of the picture as every feature |
| motion | yaw surely 1.5 degrees, the other angles undecided; translation (1, 2, 3), scale 4; the mean of the picture as every keypoint, twice that as every expression |
| painting | driving + 10 source keypoints + 100 features, their means, as every pixel |
| stitching | the source's keypoints, then x and y of the first driven one |
| eyes, lip | the ratios, then the first number of the source |
"""  # noqa: E501

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

import onnx
import onnx.parser

from mien.engines.liveportrait.runtimes.onnx_files import FILES, OnnxFile, Shape


def _shape(shape: Shape) -> str:
    return f"Constant<value = int64[{len(shape)}] {{{_listed(shape)}}}>()"


def _listed(numbers: Iterable[float]) -> str:
    return ", ".join(map(str, numbers))


_YAW = [200.0 if index == 33 else 0.0 for index in range(66)]
_BODIES: Mapping[str, str] = {
    "appearance": f"""
        mean = ReduceMean<keepdims = 0>(img_)
        shape = {_shape((1, 32, 16, 64, 64))}
        output = Expand(mean, shape)
    """,
    "motion": f"""
        mean = ReduceMean<keepdims = 0>(img_)
        twice = Add(mean, mean)
        bins = {_shape((1, 66))}
        flat = {_shape((1, 63))}
        pitch = ConstantOfShape(bins)
        yaw = Constant<value = float[1, 66] {{{_listed(_YAW)}}}>()
        roll = ConstantOfShape(bins)
        t = Constant<value = float[1, 3] {{1.0, 2.0, 3.0}}>()
        exp = Expand(twice, flat)
        scale = Constant<value = float[1, 1] {{4.0}}>()
        kp = Expand(mean, flat)
    """,
    "warping-generator": f"""
        ten = Constant<value_float = 10.0>()
        driving = ReduceMean<keepdims = 0>(kp_driving_)
        source = ReduceMean<keepdims = 0>(kp_source_)
        volume = ReduceMean<keepdims = 0>(feature_3d_)
        tenfold = Mul(volume, ten)
        rest = Add(source, tenfold)
        more = Mul(rest, ten)
        pixel = Add(driving, more)
        shape = {_shape((1, 3, 512, 512))}
        out = Expand(pixel, shape)
    """,
    "stitching": f"places = {_shape(tuple(range(65)))} output = Gather<axis = 1>(input_, places)",
    "eyes": f"""
        places = {_shape((63, 64, 65, *(0,) * 60))}
        output = Gather<axis = 1>(input_, places)
    """,
    "lip": f"""
        places = {_shape((63, 64, *(0,) * 61))}
        output = Gather<axis = 1>(input_, places)
    """,
}


def write_onnx_files(folder: Path) -> dict[str, Path]:
    """All six below ``folder``; their paths by the part they are."""
    return {file.part: write_onnx_file(folder, file) for file in FILES}


def write_onnx_file(
    folder: Path,
    file: OnnxFile,
    *,
    number: str = "float",
    batch: str = "1",
    backwards: bool = False,
    body: str = "",
) -> Path:
    """One of them.

    number: of the inputs. batch: a letter leaves it open. backwards: inputs and outputs in the
    other order. body: another one; inputs are called by their names and an underscore.
    """
    inputs = [f"{number}[{_sizes(shape, batch)}] {name}" for name, shape in file.inputs.items()]
    outputs = [f"float[{_sizes(shape, batch)}] {name}" for name, shape in file.outputs.items()]
    step = -1 if backwards else 1
    casts = "".join(f"{name}_ = Cast<to = 1>({name})\n" for name in file.inputs)
    text = (
        f'<ir_version: 9, opset_import: ["": 20, "trt.plugins": 1]>\n'
        f"g ({_listed(inputs[::step])}) => ({_listed(outputs[::step])})\n"
        f"{{ {casts} {body or _BODIES[file.part]} }}"
    )
    path = folder / file.name
    path.write_bytes(onnx.parser.parse_model(text).SerializeToString())
    return path


def _sizes(shape: Shape, batch: str) -> str:
    return _listed((batch, *shape[1:]))
