"""Weights rewritten as safetensors: no code can be in them, and they open in no time.

Keys, shapes and numbers stay as they are, spectral normalisation included: the file says the same,
and gives the same networks. Of a file that holds several states the keys become ``part.key``.
"""

from __future__ import annotations

import secrets
from pathlib import Path

from mien.errors import OutputError
from mien.weights.state import read_state


def convert(path: Path, output: Path, *, force: bool = False) -> None:
    """Write the tensors of a file of weights to ``output``, a ``.safetensors``, whole or not at
    all. Raises WeightsError, OutputError."""
    import torch
    from safetensors.torch import save_file

    if output.exists() and not force:
        raise OutputError(output, "exists already; use --force to replace it")
    # The format knows no tensors that share their memory, as tied weights do, nor strides.
    plain = torch.contiguous_format
    tensors = {key: each.clone(memory_format=plain) for key, each in read_state(path).items()}
    temporary = output.with_name(f".{output.stem}.{secrets.token_hex(4)}.part{output.suffix}")
    try:
        output.parent.mkdir(parents=True, exist_ok=True)
        save_file(tensors, temporary, metadata={"format": "pt"})
        temporary.replace(output)
    except OSError as error:
        raise OutputError(output, f"cannot be written: {error.strerror or error}") from None
    finally:
        temporary.unlink(missing_ok=True)
