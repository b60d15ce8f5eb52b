"""Running out of memory, as the libraries say it."""

from __future__ import annotations

_NO_MEMORY = ("allocate memory", "not enough memory", "out of memory", "bad_alloc")


def is_no_memory(error: BaseException) -> bool:
    """Whether a library says by this that memory ended: each has an error of its own for that."""
    return isinstance(error, MemoryError) or any(words in str(error) for words in _NO_MEMORY)
