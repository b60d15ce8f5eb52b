"""API keys: made, hashed at rest, compared in constant time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NewType

Owner = NewType("Owner", str)
"""Whose something is: the id of a key, or LOCAL where no key is asked for."""
LOCAL = Owner("local")


@dataclass(frozen=True, slots=True)
class KeyRecord:
    """A key without the key. created: Unix seconds."""

    owner: Owner
    name: str
    created: float


class Keys:
    """The keys in ``folder`` (``mien keys``; seen without a restart) and those given at the start."""

    def __init__(self, folder: Path, given: Sequence[str] = ()) -> None:
        raise NotImplementedError

    @property
    def required(self) -> bool:
        """Whether there is any key, so that callers must show one."""
        raise NotImplementedError

    def owner_of(self, key: str) -> Owner | None:
        """Whose key this is; takes as long for a wrong one."""
        raise NotImplementedError

    def add(self, name: str) -> str:
        """A new key, which is told this once only."""
        raise NotImplementedError

    def all(self) -> Sequence[KeyRecord]:
        raise NotImplementedError

    def remove(self, name: str) -> None:
        """Raises NotFoundError."""
        raise NotImplementedError
