"""Weights rewritten as safetensors: no code can be in them, and they open in no time.

Keys, shapes and numbers stay as they are, spectral normalisation included, and so do the arguments
of the training: the file says the same, and gives the same networks. Of a file that holds several
states the keys become ``part.key``.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from mien.errors import OutputError
from mien.media.staging import Staging, describe, make_folder
from mien.weights.arguments import as_text
from mien.weights.state import ARGUMENTS_NOTE, read_arguments, read_state, require_torch


def convert(path: Path, output: Path, *, force: bool = False) -> None:
    """Write the tensors of a file of weights to ``output``, a ``.safetensors``, whole or not at
    all. Folders are made. Raises WeightsError, OutputError, EngineUnavailableError without
    PyTorch."""
    require_torch()
    import torch
    from safetensors import SafetensorError
    from safetensors.torch import save_file

    state, arguments = read_state(path), read_arguments(path)
    words = {"format": "pt"} | ({ARGUMENTS_NOTE: as_text(arguments)} if arguments else {})
    make_folder(output.parent)
    staging = Staging(output, folder=False, force=force)
    # The format knows no tensors that share their memory, as tied weights do, nor strides.
    plain = torch.contiguous_format
    tensors = {key: each.clone(memory_format=plain) for key, each in state.items()}
    with staging.writing() as temporary:
        mode = temporary.stat().st_mode
        try:
            save_file(tensors, temporary, metadata=words)
            temporary.chmod(mode)  # it replaces the file by one that nobody else can read
        except SafetensorError as error:  # a full disk, too
            raise OutputError(output, describe(error)) from None


def copy(path: Path, output: Path, *, force: bool = False) -> None:
    """Write what a file holds to ``output``, whole or not at all. Folders are made. Raises
    OutputError."""
    make_folder(output.parent)
    with Staging(output, folder=False, force=force).writing() as temporary:
        shutil.copyfile(path, temporary)
