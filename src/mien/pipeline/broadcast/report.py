"""What a live run did."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True)
class LiveReport:
    """Facts of a live run.

    output: the file, if there is one. frames: pictures that were shown. dropped: those that were
    not, for want of time; a file shows the one before for as long. fps: pictures per second of wall
    time. delay_ms, delay_p95_ms: from when a camera's picture was there until the face that follows
    it was shown, median and 95th percentile; None without a camera. sound_delay_ms: from when
    somebody began to speak into the microphone until that is heard and seen, median; None where
    nobody did. latency_ms: how much of both is the engine's own, which holds pictures back; 0 for
    most. seconds: wall time per stage.
    """

    output: str | None
    engine: str
    frames: int
    dropped: int
    size: tuple[int, int]
    fps: float
    delay_ms: float | None
    delay_p95_ms: float | None
    sound_delay_ms: float | None
    latency_ms: float
    seconds: Mapping[str, float]

    def to_json(self) -> str:
        """One line of JSON."""
        facts = asdict(self)
        facts["fps"] = round(self.fps, 2)
        facts["seconds"] = {name: round(spent, 4) for name, spent in self.seconds.items()}
        return json.dumps(facts)
