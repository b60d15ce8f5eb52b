"""Networks in files of weights, changed and compared."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import torch

from mien.weights import State


def replaced(path: Path, change: Callable[[State], object]) -> None:
    """The file with its content changed; other names of it keep theirs."""
    state = torch.load(path, weights_only=True)
    change(state)
    path.unlink()
    torch.save(state, path)


def same(ours: torch.nn.Module, theirs: torch.nn.Module) -> bool:
    """Whether both hold the same tensors."""
    held, wanted = ours.state_dict(), theirs.state_dict()
    assert held.keys() == wanted.keys()
    return all(torch.equal(held[key], wanted[key]) for key in wanted)
