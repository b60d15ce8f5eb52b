"""Stretches of a stream's sound that have a name, and where in them the stream is."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True, slots=True)
class SegmentStarted:
    """The first frame with sound of a segment was put out: number ``pts``; the sound begins
    ``time_s`` seconds after the stream does."""

    segment: str
    pts: int
    time_s: float


@dataclass(frozen=True, slots=True)
class SegmentFinished:
    """The last frame of a segment was put out, or it was cleared (interrupted) ``position_s``
    seconds after its beginning: 0 if none of it was put out. pts: of the next frame."""

    segment: str
    pts: int
    position_s: float
    interrupted: bool


SegmentEvent = SegmentStarted | SegmentFinished


@dataclass(slots=True)
class _Segment:
    name: str | None
    start_s: Fraction
    end_s: Fraction | None = None
    started: bool = False


class Segments:
    """Which segment is where, in order of time. Sound without a name is a segment without
    events."""

    def __init__(self) -> None:
        self._open: list[_Segment] = []

    def begin(self, name: str | None, at_s: Fraction) -> None:
        """Sound of that name comes at a time: of the segment that is coming, or of a new one."""
        last = self._open[-1] if self._open else None
        if not last or last.end_s is not None or last.name != name:
            self.end(at_s)
            self._open.append(_Segment(name, at_s))

    def end(self, at_s: Fraction) -> None:
        """The segment that is coming, if any, is complete at that time."""
        if self._open and self._open[-1].end_s is None:
            self._open[-1].end_s = at_s

    def reached(self, shown_s: Fraction, pts: int) -> list[SegmentEvent]:
        """What happened now that frames until a time are put out; ``pts`` is the next one's."""
        events: list[SegmentEvent] = []
        left: list[_Segment] = []
        for segment in self._open:
            if segment.start_s < shown_s and not segment.started:
                segment.started = True
                if segment.name is not None:
                    events.append(SegmentStarted(segment.name, pts - 1, float(segment.start_s)))
            over = segment.end_s is not None and segment.end_s <= shown_s
            if not over:
                left.append(segment)
            elif segment.name is not None and segment.end_s is not None:
                length_s = float(segment.end_s - segment.start_s)
                events.append(SegmentFinished(segment.name, pts, length_s, False))
        self._open = left
        return events

    def clear(self, shown_s: Fraction, pts: int) -> tuple[float, list[SegmentEvent]]:
        """Drop all that is not put out: the position in the segment that was being put out,
        and what happened to all of them."""
        events: list[SegmentEvent] = []
        reached_s = 0.0
        for segment in self._open:
            position_s = max(0.0, float(shown_s - segment.start_s))
            reached_s = position_s or reached_s
            if segment.name is not None:
                events.append(SegmentFinished(segment.name, pts, position_s, True))
        self._open = []
        return reached_s, events
