"""Something that comes and goes, frame by frame."""

from __future__ import annotations

from mien.motion.easing import eased


class Fade:
    """A share that rises from 0 to 1 in ``rises_s`` and falls in ``falls_s``, without a jerk."""

    def __init__(self, rises_s: float, falls_s: float) -> None:
        self._rises_s, self._falls_s = rises_s, falls_s
        self._way = 0.0

    @property
    def share(self) -> float:
        """0..1."""
        return eased(self._way)

    def step(self, step_s: float, *, on: bool) -> float:
        """The share so much later."""
        change = step_s / self._rises_s if on else -step_s / self._falls_s
        self._way = min(max(self._way + change, 0.0), 1.0)
        return self.share
