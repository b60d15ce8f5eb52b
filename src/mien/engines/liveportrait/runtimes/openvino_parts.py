"""The pieces of the networks that become one OpenVINO model each.

    motion   a picture's keypoints
    source   all that depends on the source alone
    front    evidence for the warping network's hourglass
    middle   the hourglass and its heads
    paint    the bent volume to a picture

Between ``middle`` and ``paint`` a volume is sampled, for which OpenVINO has no operation.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from torch import Tensor, nn

from mien.engines.liveportrait.runtimes.networks import Networks
from mien.nets.liveportrait.motion import refine
from mien.nets.liveportrait.reduced import ReducedWarping, reduce_generator, reduce_warping

NAMES = ("motion", "source", "front", "middle", "paint")
PICTURE_OVER_VOLUME = 4
"""Side of a source picture over the side of its volume."""

Shape = tuple[int, ...]
_TRACED_SIDE = 8


@dataclass(frozen=True, slots=True)
class Part:
    """One model to be. ``shapes``: of all that goes in. ``traced``: the same, smaller: tracing
    runs the module, and gives the same trace at any size."""

    name: str
    module: nn.Module
    shapes: list[Shape]
    traced: list[Shape]


def parts_of(networks: Networks, side: int) -> Iterator[Part]:
    """All parts, in the order of `NAMES`, for volumes of this side."""
    warping = reduce_warping(networks.warping)
    modules = {
        "motion": _Motion(networks.motion),
        "source": _Source(networks.appearance, warping),
        "front": warping.front,
        "middle": warping.middle,
        "paint": _Painter(warping.merge, reduce_generator(networks.generator)),
    }
    smallest = 2 ** len(warping.middle.hourglass.down)
    for name in NAMES:
        traced = max(_TRACED_SIDE, smallest) if name == "middle" else _TRACED_SIDE
        shapes, small = (_shapes(networks, each)[name] for each in (side, traced))
        yield Part(name, modules[name], shapes, small)


def _shapes(networks: Networks, side: int) -> dict[str, list[Shape]]:
    dense = networks.warping.dense_motion_network
    channels, compressed = dense.compress.in_channels, dense.compress.out_channels
    flat = networks.warping.third.conv.in_channels
    num_motions = dense.mask.out_channels
    volume = (flat // channels, side, side)
    points = (1, num_motions - 1, 3)
    picture = (1, 3, PICTURE_OVER_VOLUME * side, PICTURE_OVER_VOLUME * side)
    return {
        "motion": [picture],
        "source": [picture, points],
        "front": [(1, compressed, *volume), (1, num_motions - 1, *volume), points, points],
        "middle": [(1, num_motions * (1 + compressed), *volume)],
        "paint": [(1, flat, side, side), (1, 1, side, side)],
    }


class _Motion(nn.Module):
    """With degrees and points instead of logits and rows."""

    def __init__(self, motion: nn.Module) -> None:
        super().__init__()
        self.motion = motion

    def forward(self, picture: Tensor) -> tuple[Tensor, ...]:
        return tuple(refine(self.motion(picture)))


class _Source(nn.Module):
    def __init__(self, appearance: nn.Module, warping: ReducedWarping) -> None:
        super().__init__()
        self.appearance, self.warping = appearance, warping

    def forward(self, picture: Tensor, keypoints: Tensor) -> tuple[Tensor, ...]:
        side = self.warping.source_side(self.appearance(picture), keypoints)
        return side.volume, side.compressed, side.heat


class _Painter(nn.Module):
    def __init__(self, merge: nn.Module, generator: nn.Module) -> None:
        super().__init__()
        self.merge, self.generator = merge, generator

    def forward(self, flat: Tensor, occlusion: Tensor) -> Tensor:
        picture: Tensor = self.generator(self.merge(flat, occlusion))
        return picture
