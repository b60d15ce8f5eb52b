"""How fast a job goes, and when it will be done."""

from __future__ import annotations

from collections import deque

from mien.service.jobs.record import JobProgress
from mien.types import Progress

_WINDOW_S = 5.0
"""Over how long frames are counted: a film has easy parts and hard ones."""
_MARKS = 64
"""How many moments of the window are remembered."""


class Speed:
    """Frames per second over the last seconds."""

    def __init__(self) -> None:
        self._marks: deque[tuple[float, int]] = deque()

    def at(self, now: float, step: Progress) -> JobProgress:
        """The progress at this moment (seconds of any clock that goes forward)."""
        marks = self._marks
        if marks and step.done < marks[-1][1]:
            marks.clear()  # it began anew, or a second pass
        if not marks or now - marks[-1][0] >= _WINDOW_S / _MARKS:
            marks.append((now, step.done))
        while len(marks) > 2 and now - marks[1][0] >= _WINDOW_S:
            marks.popleft()
        speed = _speed(marks[0], (now, step.done))
        return JobProgress(step.done, step.total, _rounded(speed), _left(step, speed))


def _speed(earlier: tuple[float, int], later: tuple[float, int]) -> float | None:
    seconds, frames = later[0] - earlier[0], later[1] - earlier[1]
    return frames / seconds if seconds > 0 and frames > 0 else None


def _left(step: Progress, speed: float | None) -> float | None:
    if step.total is None or speed is None:
        return None
    return round(max(0, step.total - step.done) / speed, 1)


def _rounded(speed: float | None) -> float | None:
    return None if speed is None else round(speed, 2)
