"""What came at a far end, and when."""

from __future__ import annotations

import io
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

RATE = 48_000
LOUD = 300
"""Of 32768: a sample that is not silence, also where a codec has rung."""
_QUIET_S = 0.25
_PATIENCE_S = 60.0

Grey = NDArray[np.uint8]
Samples = NDArray[np.int16]


@dataclass(frozen=True, slots=True)
class Seen:
    """A picture. at_s: when it came. pts_s: its time as the transport tells it. data: a JPEG, or
    grey pixels. face_s: the same by the face's own time, but for a constant. shown_s: when a
    receiver gave it out that waits for what comes after it."""

    at_s: float
    pts_s: float
    data: bytes | Grey
    face_s: float = 0.0
    shown_s: float | None = None

    def grey(self) -> Grey:
        """(H, W)"""
        if isinstance(self.data, bytes):
            with Image.open(io.BytesIO(self.data)) as opened:
                return np.asarray(opened.convert("L"))
        return self.data


@dataclass(frozen=True, slots=True)
class Heard:
    """A piece of sound. at_s: when it came. pts_s: of its first sample. played_s: when it began to
    be played, if not at once. face_s: as of pictures."""

    at_s: float
    pts_s: float
    samples: Samples
    played_s: float | None = None
    face_s: float = 0.0


@dataclass(frozen=True, slots=True)
class End:
    """When the last sound is over: played as it comes, and as it was played."""

    at_s: float
    played_s: float


@dataclass(frozen=True, slots=True)
class Moment:
    """When something was seen or heard: as it came, and as the transport tells it."""

    at_s: float
    pts_s: float


@dataclass
class Tape:
    """Filled by one thread, waited for and read by others. most: how much of each is kept, at
    least; None for all of it."""

    most: int | None = None
    num_pictures: int = 0
    pictures: list[Seen] = field(default_factory=list)
    sounds: list[Heard] = field(default_factory=list)
    words: list[tuple[float, dict[str, Any]]] = field(default_factory=list)
    _came: threading.Condition = field(default_factory=threading.Condition)

    def add(self, what: Seen | Heard | tuple[float, dict[str, Any]]) -> None:
        """It came."""
        with self._came:
            match what:
                case Seen():
                    self.num_pictures += 1
                    self._keep(self.pictures, what)
                case Heard():
                    self._keep(self.sounds, what)
                case _:
                    self._keep(self.words, what)
            self._came.notify_all()

    def _keep(self, kept: list[Any], what: object) -> None:
        kept.append(what)
        if self.most is not None and len(kept) > 2 * self.most:
            del kept[: self.most]

    def wait(self, fits: Callable[[], bool]) -> None:
        """Until it fits. Raises SystemExit when that takes too long."""
        with self._came:
            if not self._came.wait_for(fits, _PATIENCE_S):
                raise SystemExit("nothing came from a live face for a minute")

    def onsets(self) -> list[Moment]:
        """When sound began, after a quarter of a second of silence each."""
        found: list[Moment] = []
        last_s = -1e9
        for each in list(self.sounds):
            loud = np.flatnonzero(np.abs(each.samples) > LOUD) / RATE
            for begin, end in _stretches(loud):
                if each.pts_s + begin - last_s > _QUIET_S:
                    played_s = each.at_s if each.played_s is None else each.played_s
                    found.append(Moment(played_s + begin, each.pts_s + begin))
                last_s = each.pts_s + end
        return found

    def last_loud(self, after_s: float, until_s: float) -> End | None:
        """When the last sample that is not silence and came between these times is over."""
        ends = []
        for each in list(self.sounds):
            loud = np.flatnonzero(np.abs(each.samples) > LOUD)
            if after_s < each.at_s < until_s and len(loud):
                played_s = each.at_s if each.played_s is None else each.played_s
                long_s = (int(loud[-1]) + 1) / RATE
                ends.append(End(each.at_s + long_s, played_s + long_s))
        return ends[-1] if ends else None

    def flashes(self) -> list[Moment]:
        """When the pictures became much brighter or darker."""
        pictures = list(self.pictures)
        return jumps([Moment(each.at_s, each.pts_s) for each in pictures],
                     [float(each.grey().mean()) for each in pictures])  # fmt: skip

    def between(self, after_s: float, until_s: float) -> list[Seen]:
        """Pictures that came between these times."""
        return [each for each in list(self.pictures) if after_s < each.at_s <= until_s]


def jumps(moments: Sequence[Moment], levels: Sequence[float]) -> list[Moment]:
    """Of a level that goes up and down between two values."""
    if not levels:
        return []
    step = (max(levels) - min(levels)) / 2
    return [
        moment
        for moment, (before, now) in zip(moments[1:], pairwise(levels), strict=True)
        if abs(now - before) > step
    ]


def _stretches(loud: NDArray[np.float64]) -> list[tuple[float, float]]:
    if not len(loud):
        return []
    cuts = np.flatnonzero(np.diff(loud) > _QUIET_S) + 1
    return [(float(part[0]), float(part[-1])) for part in np.split(loud, cuts)]
