"""Running out of memory, said in one line."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from mien.errors import EngineUnavailableError

_NO_MEMORY = ("allocate memory", "not enough memory", "out of memory", "bad_alloc")


@contextmanager
def enough_memory(doing: str, device: str, number: str) -> Iterator[None]:
    """EngineUnavailableError for what the libraries raise where memory ends.

    ``doing``: what for. ``number``: the precision it was done in.
    """
    try:
        yield
    except (MemoryError, RuntimeError) as error:
        if not is_no_memory(error):
            raise
    else:
        return
    otherwise = "" if device == "cpu" else ", or choose --precision fp16 or --device cpu"
    raise EngineUnavailableError(
        "liveportrait",
        f"out of memory on {device} while {doing}, 512 x 512 in {number}; "
        f"do fewer at once{otherwise}",
    )


def is_no_memory(error: BaseException) -> bool:
    """Whether a library says by this that memory ended: each has an error of its own for that."""
    return isinstance(error, MemoryError) or any(words in str(error) for words in _NO_MEMORY)
