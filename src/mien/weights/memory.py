"""Running out of memory, as the libraries say it."""

from __future__ import annotations

import sys

_NO_MEMORY = ("allocate memory", "not enough memory", "out of memory", "bad_alloc")


def is_no_memory(error: BaseException) -> bool:
    """Whether a library says by this that memory ended: each has an error of its own for that."""
    return isinstance(error, MemoryError) or any(words in str(error) for words in _NO_MEMORY)


def give_back() -> None:
    """Return to the card what PyTorch keeps of it though nothing is in it any more."""
    torch = sys.modules.get("torch")
    if torch is not None and torch.cuda.is_available():
        torch.cuda.empty_cache()
