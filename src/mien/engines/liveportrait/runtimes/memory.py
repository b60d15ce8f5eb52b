"""Running out of memory, said in one line."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from mien.errors import OutOfMemoryError
from mien.weights.memory import is_no_memory


@contextmanager
def enough_memory(doing: str, device: str, number: str) -> Iterator[None]:
    """OutOfMemoryError for what the libraries raise where memory ends.

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
    raise OutOfMemoryError(
        "liveportrait",
        f"out of memory on {device} while {doing}, 512 x 512 in {number}; "
        f"do fewer at once{otherwise}",
    )
