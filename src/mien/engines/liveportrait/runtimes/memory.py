"""Running out of memory, said in one line."""

from __future__ import annotations

from contextlib import AbstractContextManager

from mien.weights import memory


def enough_memory(doing: str, device: str, number: str) -> AbstractContextManager[None]:
    """OutOfMemoryError for what the libraries raise where memory ends.

    ``doing``: what for. ``number``: the precision it was done in.
    """
    otherwise = "" if device == "cpu" else ", or choose --precision fp16 or --device cpu"
    problem = (
        f"out of memory on {device} while {doing}, 512 x 512 in {number}; "
        f"do fewer at once{otherwise}"
    )
    return memory.enough_memory("liveportrait", problem)
