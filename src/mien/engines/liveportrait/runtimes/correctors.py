"""The three small networks that correct keypoints: torch on the CPU in float32, in each runtime
that has torch."""

from __future__ import annotations

import numpy as np
import torch

from mien.engines.liveportrait.runtimes.networks import Network, Networks
from mien.errors import MissingWeightsError
from mien.types import Floats

NUM_POINTS = 21


class TorchCorrectors:
    """Part of a runtime: see `base.Runtime`."""

    def __init__(self, networks: Networks) -> None:
        self._stitching, self._eyes, self._lip = networks.stitching, networks.eyes, networks.lip

    def stitch(self, source: Floats, driving: Floats) -> Floats:
        if self._stitching is None:
            return driving
        sources = np.broadcast_to(source.reshape(1, -1), (len(driving), 3 * NUM_POINTS))
        pairs = np.concatenate([sources, driving.reshape(len(driving), -1)], axis=1)
        delta = _run(self._stitching, pairs)
        stitched = driving + delta[:, : 3 * NUM_POINTS].reshape(-1, NUM_POINTS, 3)
        stitched[..., :2] += delta[:, None, 3 * NUM_POINTS :]
        return stitched.astype(np.float32)

    def eye_delta(self, source: Floats, ratios: Floats) -> Floats:
        return _delta(self._eyes, source, ratios)

    def lip_delta(self, source: Floats, ratios: Floats) -> Floats:
        return _delta(self._lip, source, ratios)


def _delta(network: Network | None, source: Floats, ratios: Floats) -> Floats:
    if network is None:
        problem = (
            "opening eyes or lips needs stitching_retargeting_module.pth, which is not there; "
            "fetch it with: mien models download liveportrait"
        )
        raise MissingWeightsError("liveportrait", problem, "liveportrait")
    row = np.concatenate([source.reshape(1, -1), ratios.reshape(1, -1)], axis=1)
    return _run(network, row).reshape(NUM_POINTS, 3)


def _run(network: Network, rows: Floats) -> Floats:
    with torch.inference_mode():
        result: Floats = network(torch.from_numpy(rows.astype(np.float32))).numpy()
    return result
