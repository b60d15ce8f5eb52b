"""Weights rewritten as safetensors: no code can be in them, and they open in no time.

Keys, shapes and numbers stay as they are, spectral normalisation included: the file says the same,
and gives the same networks. Of a file that holds several states the keys become ``part.key``.
"""

from __future__ import annotations

from pathlib import Path

from mien.errors import OutputError
from mien.media.staging import Staging, describe, make_folder
from mien.weights.state import read_state, require_torch


def convert(path: Path, output: Path, *, force: bool = False) -> None:
    """Write the tensors of a file of weights to ``output``, a ``.safetensors``, whole or not at
    all. Folders are made. Raises WeightsError, OutputError, EngineUnavailableError without
    PyTorch."""
    require_torch()
    import torch
    from safetensors import SafetensorError
    from safetensors.torch import save_file

    state = read_state(path)
    make_folder(output.parent)
    staging = Staging(output, folder=False, force=force)
    # The format knows no tensors that share their memory, as tied weights do, nor strides.
    plain = torch.contiguous_format
    tensors = {key: each.clone(memory_format=plain) for key, each in state.items()}
    with staging.writing() as temporary:
        mode = temporary.stat().st_mode
        try:
            save_file(tensors, temporary, metadata={"format": "pt"})
            temporary.chmod(mode)  # it replaces the file by one that nobody else can read
        except SafetensorError as error:  # a full disk, too
            raise OutputError(output, describe(error)) from None
