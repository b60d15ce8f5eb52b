"""Whether a body comes quickly enough: arithmetic over waits and bytes."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Floor:
    """silence_s: longest wait for anything. window_s, bytes_per_s: least that comes over so long a
    wait."""

    silence_s: float = 20.0
    window_s: float = 30.0
    bytes_per_s: float = 1000.0


@dataclass(slots=True)
class Pace:
    """Only time that was waited counts: a reader that is slow itself blames nobody."""

    floor: Floor
    _waited_s: float = field(default=0.0, init=False)
    _bytes: int = field(default=0, init=False)

    @property
    def patience_s(self) -> float:
        """How long to wait for what comes next."""
        return max(0.0, min(self.floor.silence_s, self.floor.window_s - self._waited_s))

    def came(self, num_bytes: int, waited_s: float) -> None:
        """So many bytes came after such a wait. Enough of them begin a new window."""
        self._waited_s += waited_s
        self._bytes += num_bytes
        if self._bytes >= self.floor.bytes_per_s * self.floor.window_s:
            self._waited_s, self._bytes = 0.0, 0
