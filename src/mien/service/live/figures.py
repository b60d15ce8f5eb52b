"""How well a session does, over its last seconds."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

import numpy as np

_WINDOW_S = 10.0
_MOST = 1000


@dataclass(frozen=True, slots=True)
class Stats:
    """Of the last ten seconds. fps: frames that came per second. latency: milliseconds from when
    a frame was due until the server had it encoded, percentiles; None before the first. delay_ms:
    how much later all is due than it is asked for, now, for the engine's sake. frames, dropped:
    since the session began; dropped were not rendered for want of time."""

    fps: float
    latency_p50_ms: float | None
    latency_p95_ms: float | None
    latency_p99_ms: float | None
    delay_ms: float
    frames: int
    dropped: int


class Figures:
    """Frames as they come. Times are seconds of any clock that only goes on."""

    def __init__(self, delay_s: float = 0.0) -> None:
        """delay_s: of the first frame."""
        self._delay_s = delay_s
        self._frames: deque[tuple[float, float]] = deque(maxlen=_MOST)
        self._began: float | None = None
        self._num_frames = self._num_dropped = 0

    def begin(self, now: float) -> None:
        """Somebody watches from now on."""
        self._frames.clear()
        self._began = now

    def pause(self) -> None:
        """Nobody watches."""
        self._began = None

    def came(self, now: float, late_s: float, skipped: int, delay_s: float = 0.0) -> None:
        """A frame."""
        self._delay_s = delay_s
        self._frames.append((now, late_s))
        self._num_frames += 1
        self._num_dropped += skipped

    def stats(self, now: float) -> Stats:
        """As it is now."""
        recent = [(then, late) for then, late in self._frames if now - then <= _WINDOW_S]
        watched_s = 0.0 if self._began is None else min(_WINDOW_S, now - self._began)
        fps = len(recent) / watched_s if watched_s > 0 else 0.0
        late_ms = [1000 * late for _, late in recent]
        shares = np.percentile(late_ms, [50, 95, 99]) if late_ms else (None, None, None)
        p50, p95, p99 = (None if each is None else round(float(each), 1) for each in shares)
        delay_ms = round(1000 * self._delay_s, 1)
        return Stats(round(fps, 1), p50, p95, p99, delay_ms, self._num_frames, self._num_dropped)
