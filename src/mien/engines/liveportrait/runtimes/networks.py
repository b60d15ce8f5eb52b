"""The seven networks that a runtime is built from, with their weights."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

Network = Any
"""A torch module in evaluation mode, float32, on the CPU; torch is not imported for its type."""


@dataclass(frozen=True, slots=True)
class Networks:
    """As in `mien.nets.liveportrait`. The last three, which correct keypoints, may be missing."""

    appearance: Network
    motion: Network
    warping: Network
    generator: Network
    stitching: Network | None = None
    eyes: Network | None = None
    lip: Network | None = None

    def digest(self) -> str:
        """What tells the weights of these networks from others: sha256, hexadecimal.

        Of the four large ones, which are what is compiled. Half a gigabyte: takes a third of a
        second.
        """
        sha = hashlib.sha256()
        for network in (self.appearance, self.motion, self.warping, self.generator):
            for name, tensor in network.state_dict().items():
                sha.update(f"{name} {tuple(tensor.shape)} {tensor.dtype};".encode())
                sha.update(tensor.detach().contiguous().reshape(-1).numpy().data)
        return sha.hexdigest()
