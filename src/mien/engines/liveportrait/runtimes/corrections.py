"""Keypoints corrected by three small networks, whatever runs them."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from mien.errors import MissingWeightsError
from mien.types import Floats

STITCHING, EYES, LIP = "stitching", "eyes", "lip"
"""The networks, as `mien.weights` calls them."""

Rows = Callable[[Floats], Floats]
"""A network: (B, in) float32 -> (B, out) float32."""


class Corrections:
    """Part of a runtime: see `base.Runtime`."""

    def __init__(self, networks: Mapping[str, Rows], files: Mapping[str, str], bundle: str) -> None:
        """``networks``: those that there are. ``files``, ``bundle``: where each of them would be,
        and what `mien models download` calls that."""
        self._correctors, self._files, self._bundle = networks, files, bundle

    def stitch(self, source: Floats, driving: Floats) -> Floats:
        network = self._correctors.get(STITCHING)
        if network is None:
            return driving
        flat = driving.reshape(len(driving), -1)
        sources = np.broadcast_to(source.reshape(1, -1), flat.shape)
        change = network(np.concatenate([sources, flat], axis=1, dtype=np.float32))
        stitched = driving + change[:, : flat.shape[1]].reshape(driving.shape)
        stitched[..., :2] += change[:, None, flat.shape[1] :]
        return np.asarray(stitched, np.float32)

    def eye_delta(self, source: Floats, ratios: Floats) -> Floats:
        return self._delta(EYES, source, ratios)

    def lip_delta(self, source: Floats, ratios: Floats) -> Floats:
        return self._delta(LIP, source, ratios)

    def _delta(self, part: str, source: Floats, ratios: Floats) -> Floats:
        network = self._correctors.get(part)
        if network is None:
            problem = (
                f"opening eyes or lips needs {self._files[part]}, which is not there; "
                f"fetch it with: mien models download {self._bundle}"
            )
            raise MissingWeightsError("liveportrait", problem, self._bundle)
        row = np.concatenate([source, ratios], axis=None, dtype=np.float32)
        return network(row[None]).reshape(source.shape)
