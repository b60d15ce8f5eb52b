"""Running out of memory, as the libraries say it."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Generator
from contextlib import contextmanager

from mien.errors import OutOfMemoryError

_NO_MEMORY = ("allocate memory", "not enough memory", "out of memory", "bad_alloc")


def is_no_memory(error: BaseException) -> bool:
    """Whether a library says by this that memory ended: each has an error of its own for that."""
    return isinstance(error, MemoryError) or any(words in str(error) for words in _NO_MEMORY)


@contextmanager
def enough_memory(name: str, problem: str) -> Generator[None]:
    """OutOfMemoryError, of the system of this name, for what the libraries raise where memory ends.
    However long that is kept, what was being done is gone. ``problem``: what that was, and what to
    do instead."""
    try:
        yield
    except (MemoryError, RuntimeError) as error:
        if not is_no_memory(error):
            raise
        traceback.clear_frames(error.__traceback__)
        raise OutOfMemoryError(name, problem) from None


def give_back() -> None:
    """Return to the card what PyTorch keeps of it though nothing is in it any more."""
    torch = sys.modules.get("torch")
    if torch is not None and torch.cuda.is_available():
        torch.cuda.empty_cache()
