"""Makes one branch of grouped convolutions out of the like branches for lips and eyes.

onnxruntime runs few wide operations faster than many narrow ones. The branches start as three
(lips, left eye, right eye) and become five where each eye's splits off its iris.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from onnx import helper

from face_models.graph import Graph, attributes_of, make_node

FIRST_MERGED = "mg_0"
_MERGEABLE = ("Conv", "PRelu", "Add", "MaxPool", "Pad")
_FORKED = (0, 1, 1, 2, 2)
"""Of three branches, the one that each of the five comes from."""
_FORK_CHOICE = (0, 0, 1, 0, 1)
"""Of the nodes that may follow in each of the five: an eye takes its first, an iris its second."""


@dataclass
class _Merger:
    """``twins``: for each branch, from a tensor of the lips' to its own counterpart. ``merged``:
    from a tensor of the lips' to the merged one. ``channels``: of one branch's part."""

    graph: Graph
    readers: dict[str, list[Any]]
    twins: list[dict[str, str]]
    merged: dict[str, str]
    channels: dict[str, int]
    three_wide: set[str] = field(default_factory=set)
    nodes: list[Any] = field(default_factory=list)
    replaced: set[str] = field(default_factory=set)
    count: int = 0

    def like(self, node: Any) -> list[Any]:
        """The counterparts of a node of the lips' branch, itself first."""
        followers = self._followers(node)
        if len(self.twins) == 3 and len(followers[1]) == 2:
            self.twins = [dict(self.twins[branch]) for branch in _FORKED]
            self.three_wide = set(self.merged)
            followers = self._followers(node)
        if len(self.twins) == 5 and len(followers[1]) == 2:
            return [found[i] for found, i in zip(followers, _FORK_CHOICE, strict=True)]
        if any(len(found) != 1 for found in followers):
            raise ValueError(f"{node.name} has {[len(f) for f in followers]} counterparts")
        return [found[0] for found in followers]

    def merge(self, node: Any, like: list[Any]) -> None:
        inputs = [self._wide(name) for name in node.input if name in self.twins[0]]
        first = next(name for name in node.input if name in self.twins[0])
        self.count += 1
        output = f"mg_{self.count}"
        channels = self.channels[first]
        if node.op_type == "Conv":
            channels = self._merge_convolution(like, inputs[0], output)
        elif node.op_type == "PRelu":
            slopes = np.concatenate([self.graph.constants[n.input[1]] for n in like])
            self._emit("PRelu", [inputs[0], self._constant(slopes, "ma")], output)
        elif node.op_type == "Pad":
            channels = self._merge_channel_padding(node, inputs[0], channels, output)
        else:
            self._emit(node.op_type, inputs, output, **attributes_of(node))
        name = node.output[0]
        self.merged[name], self.channels[name] = output, channels
        for twins, counterpart in zip(self.twins, like, strict=True):
            twins[name] = counterpart.output[0]
            self.replaced.update(counterpart.output)

    def _followers(self, node: Any) -> list[list[Any]]:
        """For each branch, the nodes that do the same to the counterparts of the inputs."""
        data = [name for name in node.input if name in self.twins[0]]
        found = []
        for twins in self.twins:
            inputs = {twins[name] for name in data}
            readers = self.readers.get(twins[data[0]], [])
            found.append([r for r in readers if inputs.issubset(r.input) and self._alike(node, r)])
        return found

    def _alike(self, node: Any, other: Any) -> bool:
        if node.op_type != other.op_type or node.op_type != "Conv":
            return bool(node.op_type == other.op_type)
        ours, theirs = attributes_of(node), attributes_of(other)
        shapes = [self.graph.constants[n.input[1]].shape[1:] for n in (node, other)]
        same = all(ours[key] == theirs[key] for key in ("group", "kernel_shape", "strides"))
        return shapes[0] == shapes[1] and same

    def _wide(self, name: str) -> str:
        """The merged tensor, with each eye's part doubled if it dates from before the fork."""
        merged = self.merged[name]
        if name not in self.three_wide:
            return merged
        self.three_wide.discard(name)
        parts = [f"{merged}_p{branch}" for branch in range(3)]
        split = helper.make_node("Split", [merged], parts, name=f"{merged}_split", axis=1)
        self.nodes.append(split)
        self.merged[name] = f"{merged}_5"
        self._emit("Concat", [parts[branch] for branch in _FORKED], f"{merged}_5", axis=1)
        return f"{merged}_5"

    def _merge_convolution(self, like: list[Any], data: str, output: str) -> int:
        constants = self.graph.constants
        weights = [constants[node.input[1]] for node in like]
        biases = [constants[node.input[2]] for node in like]
        attributes = attributes_of(like[0])
        attributes["group"] = sum(attributes_of(node)["group"] for node in like)
        kernels = self._constant(np.concatenate(weights), "mw")
        bias = self._constant(np.concatenate(biases), "mb")
        self._emit("Conv", [data, kernels, bias], output, **attributes)
        return int(weights[0].shape[0])

    def _merge_channel_padding(self, node: Any, data: str, channels: int, output: str) -> int:
        """Empty channels after each branch's own: a grouped 1x1 convolution does it in one."""
        pads = self.graph.constants[node.input[1]]
        more = int(pads[5])
        if more <= 0 or pads.sum() != more:
            raise ValueError(f"{node.name} pads more than channels")
        kernel = np.eye(channels + more, channels, dtype=np.float32)[:, :, None, None]
        branches = len(self.twins)
        self._emit(
            "Conv",
            [data, self._constant(np.concatenate([kernel] * branches), "mw")],
            output,
            group=branches,
            kernel_shape=[1, 1],
            strides=[1, 1],
            pads=[0, 0, 0, 0],
        )
        return channels + more

    def _constant(self, value: Any, prefix: str) -> str:
        return self.graph.constant(value, f"{prefix}{self.count}")

    def _emit(self, op: str, inputs: list[str], output: str, **attributes: Any) -> None:
        self.nodes.append(make_node(op, inputs, output, **attributes))


def merge_branches(graph: Graph, split_name: str) -> None:
    """Merge the branches that begin at the outputs of the node of this name, up to the layers
    where their points come out."""
    heads = list(next(node for node in graph.nodes if node.name == split_name).output)
    readers: dict[str, list[Any]] = {}
    for node in graph.nodes:
        for name in node.input:
            readers.setdefault(name, []).append(node)
    merger = _Merger(
        graph, readers, [{heads[0]: h} for h in heads], {heads[0]: FIRST_MERGED}, {heads[0]: 32}
    )
    last = heads[0]
    for node in [node for node in graph.nodes if node.op_type in _MERGEABLE]:
        data = [name for name in node.input if name in merger.twins[0]]
        if not data or (node.op_type == "Add" and len(data) < 2):
            continue
        if _is_end(node):
            break
        merger.merge(node, merger.like(node))
        last = node.output[0]
    outputs = [twins[last] for twins in merger.twins]
    split = helper.make_node("Split", [merger.merged[last]], outputs, name="mg_out", axis=1)
    kept = [node for node in graph.nodes if node.output[0] not in merger.replaced]
    graph.nodes[:] = [*kept, *merger.nodes, split]


def _is_end(node: Any) -> bool:
    if node.op_type != "Conv":
        return False
    attributes = attributes_of(node)
    return bool(attributes["group"] == 1 and attributes["kernel_shape"] != [1, 1])


def expand_prelu(graph: Graph) -> None:
    """PReLU(x) = a x + (1 - a) relu(x), as depthwise 1x1 convolutions: onnxruntime's own PRelu is
    slow, and keeps the convolutions around it from their fastest layout."""
    nodes, graph.nodes = graph.nodes, []
    for node in nodes:
        if node.op_type != "PRelu":
            graph.nodes.append(node)
            continue
        (data, slope_name), output = node.input, node.output[0]
        slope = graph.constants[slope_name]
        channels = slope.size
        shape = (channels, 1, 1, 1)
        depthwise = {"group": channels, "kernel_shape": [1, 1]}
        positive = graph.add("Relu", [data], f"{output}_r")
        rest = graph.constant((1 - slope).reshape(shape), f"{slope_name}_1m")
        positive = graph.add("Conv", [positive, rest], f"{output}_c", **depthwise)
        whole = graph.constant(slope.reshape(shape), f"{slope_name}_a")
        scaled = graph.add("Conv", [data, whole], f"{output}_z", **depthwise)
        graph.add("Add", [scaled, positive], output)
