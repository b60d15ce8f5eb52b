"""How a command ended."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Ending:
    """How a command ended."""

    code: int
    out: str
    err: str
