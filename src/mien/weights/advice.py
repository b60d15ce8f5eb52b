"""Complaints about files of weights that end with what to do."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager

from mien.errors import WeightsError


@contextmanager
def advised(advice: str) -> Generator[None]:
    """What is wrong with a file, in the context, ends with the advice."""
    try:
        yield
    except WeightsError as error:
        problem = str(error).removeprefix(f"{error.path}: ")
        raise WeightsError(error.path, f"{problem}; {advice}") from None
