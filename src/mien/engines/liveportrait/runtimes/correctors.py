"""The three small networks that correct keypoints, in torch on the CPU: they are in each runtime
that has torch, whatever runs the others."""

from __future__ import annotations

from functools import partial

import torch

from mien.engines.liveportrait.runtimes.corrections import EYES, LIP, STITCHING, Corrections
from mien.engines.liveportrait.runtimes.networks import Network, Networks
from mien.types import Floats

_FILE, _BUNDLE = "stitching_retargeting_module.pth", "liveportrait"


class TorchCorrectors(Corrections):
    """Part of a runtime: see `base.Runtime`."""

    def __init__(self, networks: Networks) -> None:
        parts = {STITCHING: networks.stitching, EYES: networks.eyes, LIP: networks.lip}
        there = {part: partial(_run, each) for part, each in parts.items() if each is not None}
        super().__init__(there, dict.fromkeys(parts, _FILE), _BUNDLE)


def _run(network: Network, rows: Floats) -> Floats:
    with torch.inference_mode():
        result: Floats = network(torch.from_numpy(rows)).numpy()
    return result
