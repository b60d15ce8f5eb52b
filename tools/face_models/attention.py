"""The landmark network: its three custom operations, and the 478 points put together.

The network looks again at the lips and the eyes: from the first 468 points it computes where they
are (``Landmarks2TransformMatrix``), cuts them out of a feature map (``TransformTensorBilinear``),
refines their points and moves these back (``TransformLandmarks``). A transform is carried as A
(2, 2) and b (2, 1) from pixels of a cut to pixels of the feature map. All three branches (lips,
left eye, right eye of the picture) are computed at once.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from onnx import TensorProto, helper

from face_models.branches import FIRST_MERGED
from face_models.layers import Layers
from face_models.reader import Model, Operator

SPLIT_NAME = "head_split"
_NUM_POINTS, _NUM_IRIS, _NUM_EYE = 468, 5, 71
_ROWS = 80
"""Points of each branch after padding: as many as the lips have."""
_MAP_TO_CROP = 4.0
"""The feature map has a quarter of the crop's resolution."""


class AttentionLayers(Layers):
    """The ordinary operations and the custom ones, which wait for all three branches."""

    def __init__(self, model: Model) -> None:
        super().__init__(model)
        self._regions: list[Any] = []
        self._cuts: list[int] = []
        self._moved_from: dict[int, int] = {}
        self._translators |= {
            "Landmarks2TransformMatrix": self._region,
            "TransformTensorBilinear": self._cut,
            "TransformLandmarks": self._move,
        }

    def _region(self, op: Operator) -> None:
        self._regions.append(op.custom_options())
        if len(self._regions) == 3:
            self._find_regions(op.inputs[0])

    def _cut(self, op: Operator) -> None:
        self._cuts.append(op.outputs[0])
        if len(self._cuts) == 3:
            options = op.custom_options()
            self._cut_regions(op.inputs[0], options["output_width"], options["output_height"])

    def _move(self, op: Operator) -> None:
        self._moved_from[op.outputs[0]] = op.inputs[0]

    def _find_regions(self, points: int) -> None:
        """``A3`` (3, 2, 2) and ``b3`` (3, 2, 1): the upright box of each branch's points, turned
        with the line between its two corners and made larger."""
        g, regions = self.graph, self._regions
        longest = max(len(r["subset_idxs"]) for r in regions)
        # a repeated point changes neither the smallest nor the largest coordinate
        subsets = [(r["subset_idxs"] + r["subset_idxs"][:1] * longest)[:longest] for r in regions]
        width, height = regions[0]["output_width"], regions[0]["output_height"]
        scales = [[[r["scale_x"] / width, r["scale_y"] / height]] for r in regions]

        all_points = g.add("Reshape", [self.name(points), g.integers(_NUM_POINTS, 3)])
        plane = g.add("Slice", [all_points, g.integers(0), g.integers(2), g.integers(1)])
        right = g.add("Gather", [plane, g.integers(*(r["right_rotation_idx"] for r in regions))])
        left = g.add("Gather", [plane, g.integers(*(r["left_rotation_idx"] for r in regions))])
        across = g.add("Sub", [right, left])
        length = g.add("ReduceL2", [across], axes=[1], keepdims=1)
        unit = g.add("Div", [across, length])
        # (c, s) -> c, -s, s, c
        turned = g.add("MatMul", [unit, g.floats([[1, 0, 0, 1], [0, -1, 1, 0]])])
        rotation = g.add("Reshape", [turned, g.integers(3, 2, 2)])
        subset = g.add("Gather", [plane, g.constant(np.array(subsets, np.int64))])
        upright = g.add("MatMul", [subset, rotation])
        high = g.add("ReduceMax", [upright], axes=[1], keepdims=1)
        low = g.add("ReduceMin", [upright], axes=[1], keepdims=1)
        size = g.add("Sub", [high, low])
        total = g.add("Add", [high, low])
        middle = g.add("Mul", [total, g.number(0.5)])
        center = g.add("Reshape", [middle, g.integers(3, 2, 1)])
        scale = g.add("Mul", [size, g.floats(scales)])
        g.add("Mul", [rotation, scale], "A3")
        placed = g.add("MatMul", [rotation, center])
        corner = g.add("MatMul", ["A3", g.floats([[-width / 2], [-height / 2]])])
        g.add("Add", [placed, corner], "b3")

    def _cut_regions(self, features: int, width: int, height: int) -> None:
        """(1, 3 * channels, height, width), sampled bilinearly from the four neighbours. A sample
        outside the feature map is zero as a whole."""
        g = self.graph
        _, _, side, channels = self.model.shape(features)
        num_samples = 3 * width * height
        rows, columns = np.mgrid[:height, :width] + 0.5

        grid = g.floats(np.stack([columns.ravel(), rows.ravel()]))
        spread = g.add("MatMul", ["A3", grid])
        origin = g.add("Sub", ["b3", g.number(0.5)])
        place = g.add("Add", [spread, origin])
        floor = g.add("Floor", [place])
        first = g.add("Clip", [floor, g.number(0), g.number(side - 2)])
        raw_fraction = g.add("Sub", [place, first])
        fraction = g.add("Clip", [raw_fraction, g.number(0), g.number(1)])
        excess = g.add("Abs", [g.add("Sub", [raw_fraction, fraction])])
        outside = g.add("ReduceMax", [excess], axes=[1], keepdims=1)
        within = g.add("Less", [outside, g.number(1e-6)])
        inside = g.add("Cast", [within], to=TensorProto.FLOAT)

        fractions = g.add("Transpose", [fraction], perm=[0, 2, 1])
        slope_x = g.add("MatMul", [fractions, g.floats([[-1, 1, -1, 1], [0, 0, 0, 0]])])
        weight_x = g.add("Add", [slope_x, g.floats([1, 0, 1, 0])])
        slope_y = g.add("MatMul", [fractions, g.floats([[0, 0, 0, 0], [-1, -1, 1, 1]])])
        weight_y = g.add("Add", [slope_y, g.floats([1, 1, 0, 0])])
        weight = g.add("Mul", [weight_x, weight_y])
        valid = g.add("Transpose", [inside], perm=[0, 2, 1])
        weights = g.add("Mul", [weight, valid])
        weights = g.add("Reshape", [weights, g.integers(num_samples, 1, 4)])

        start = g.add("MatMul", [g.floats([[1, side]]), first])
        start = g.add("Reshape", [start, g.integers(num_samples, 1)])
        start = g.add("Cast", [start], to=TensorProto.INT64)
        neighbours = g.add("Add", [start, g.integers(0, 1, side, side + 1)])
        pixels = g.add("Transpose", [self.name(features)], perm=[0, 2, 3, 1])
        pixels = g.add("Reshape", [pixels, g.integers(side * side, channels)])
        four = g.add("Gather", [pixels, neighbours])
        mixed = g.add("MatMul", [weights, four])
        mixed = g.add("Reshape", [mixed, g.integers(3, width * height, channels)])
        planes = g.add("Transpose", [mixed], perm=[0, 2, 1])
        shape = g.integers(1, 3 * channels, height, width)
        g.add("Reshape", [planes, shape], FIRST_MERGED)
        cuts = [f"t{tensor}" for tensor in self._cuts]
        split = helper.make_node("Split", [FIRST_MERGED], cuts, name=SPLIT_NAME, axis=1)
        g.nodes.append(split)

    def assemble(self) -> list[Any]:
        """Outputs ``landmarks`` (478, 3) in crop pixels and ``score`` (1,), 0..1."""
        g = self.graph
        mesh, lips, left_eye, right_eye, left_iris, right_iris, flag = self.model.outputs
        subsets = [r["subset_idxs"] for r in self._regions]
        points = g.add("Reshape", [self.name(mesh), g.integers(_NUM_POINTS, 3)])
        plane = g.add("Slice", [points, g.integers(0), g.integers(2), g.integers(1)])
        depth = g.add("Slice", [points, g.integers(2), g.integers(3), g.integers(1)])
        branches = [
            self._branch_points(tensor, count)
            for tensor, count in (
                (lips, _ROWS),
                (left_eye, _NUM_EYE),
                (left_iris, _NUM_IRIS),
                (right_eye, _NUM_EYE),
                (right_iris, _NUM_IRIS),
            )
        ]
        refined = self._to_crop(branches)
        every = g.add("Concat", [plane, refined], axis=0)
        chosen = g.add("Gather", [every, g.constant(_choice(subsets))], axis=0)
        depths = [depth, *(self._iris_depth(depth, subset) for subset in subsets[1:])]
        all_depths = g.add("Concat", depths, axis=0)
        g.add("Concat", [chosen, all_depths], "landmarks", axis=1)
        g.add("Sigmoid", [g.add("Reshape", [self.name(flag), g.integers(1)])], "score")
        return [
            helper.make_tensor_value_info("landmarks", TensorProto.FLOAT, [478, 3]),
            helper.make_tensor_value_info("score", TensorProto.FLOAT, [1]),
        ]

    def _branch_points(self, output: int, count: int) -> str:
        """(count, 2) points of a branch in its own cut, before they are moved back."""
        tensor = self._moved_from[self.reshaped_from[output]]
        return self.graph.add("Reshape", [self.name(tensor), self.graph.integers(count, 2)])

    def _to_crop(self, branches: list[str]) -> str:
        """(240, 2): lips; left eye, its iris, padding; right eye, its iris, padding."""
        g = self.graph
        padding = g.constant(np.zeros((_ROWS - _NUM_EYE - _NUM_IRIS, 2), np.float32))
        rows = g.add("Concat", [*branches[:3], padding, *branches[3:], padding], axis=0)
        rows = g.add("Reshape", [rows, g.integers(3, _ROWS, 2)])
        turn = g.add("Transpose", ["A3"], perm=[0, 2, 1])
        turned = g.add("MatMul", [rows, turn])
        shift = g.add("Reshape", ["b3", g.integers(3, 1, 2)])
        shift = g.add("Mul", [shift, g.number(_MAP_TO_CROP)])
        moved = g.add("Add", [turned, shift])
        return g.add("Reshape", [moved, g.integers(3 * _ROWS, 2)])

    def _iris_depth(self, depth: str, subset: list[int]) -> str:
        """An iris is as deep as the mean of its eye's opening, the first 16 of its points."""
        g = self.graph
        opening = g.add("Gather", [depth, g.integers(*subset[:16])])
        mean = g.add("ReduceMean", [opening], axes=[0], keepdims=1)
        return g.add("Expand", [mean, g.integers(_NUM_IRIS, 1)])


def _choice(subsets: list[list[int]]) -> np.ndarray[Any, Any]:
    """Which of the 468 coarse and 240 refined points becomes each of the 478."""
    if [len(subset) for subset in subsets] != [_ROWS, _NUM_EYE, _NUM_EYE]:
        raise ValueError("the branches refine other numbers of points than they should")
    choice = np.arange(_NUM_POINTS + 2 * _NUM_IRIS)
    for branch, subset in enumerate(subsets):
        start = _NUM_POINTS + branch * _ROWS
        choice[subset] = start + np.arange(len(subset))
        if branch:
            iris = _NUM_POINTS + (branch - 1) * _NUM_IRIS
            choice[iris : iris + _NUM_IRIS] = start + _NUM_EYE + np.arange(_NUM_IRIS)
    return choice.astype(np.int64)
