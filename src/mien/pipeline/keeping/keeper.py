"""What a process that serves keeps from one task to the next: engines and prepared portraits."""

from __future__ import annotations


class Keeper:
    """Engines and prepared portraits, the longest unused let go first beyond a budget."""

    def __init__(self, *, engine_memory_mb: int = 8000, portrait_memory_mb: int = 512) -> None:
        self.engine_memory_mb = engine_memory_mb
        self.portrait_memory_mb = portrait_memory_mb

    def close(self) -> None:
        """Give all memory back."""
