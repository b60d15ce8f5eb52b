"""What one run did."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from fractions import Fraction


@dataclass(frozen=True, slots=True)
class Report:
    """Facts of one run.

    size: width, height of the result. rate: frames per second of the result, exact.
    fps: frames made per second of wall time, preparation included. faces_found: in the source.
    faces_lost: frames in which the driver's face was not seen. seconds: wall time per stage;
    stages run side by side, so they may add up to more than ``total``. sheet: the contact sheet
    of a demo.
    """

    output: str
    engine: str
    frames: int
    size: tuple[int, int]
    rate: Fraction
    fps: float
    faces_found: int
    faces_lost: int
    seconds: Mapping[str, float]
    sheet: str | None = None

    def to_json(self) -> str:
        """One line of JSON; the rate is written as ``30000/1001``."""
        facts = asdict(self)
        facts["rate"] = rate_text(self.rate)
        facts["fps"] = round(self.fps, 2)
        facts["seconds"] = _rounded(self.seconds)
        return json.dumps(facts)


@dataclass(frozen=True, slots=True)
class StillReport:
    """Facts of a run that made pictures.

    output: the picture, or the folder they are in. stills: how many were rendered, without a
    contact sheet. ms_per_still: wall time to render and paste one, the portrait being prepared.
    size, faces_found, seconds, sheet: as in :class:`Report`.
    """

    output: str
    engine: str
    stills: int
    size: tuple[int, int]
    ms_per_still: float
    faces_found: int
    seconds: Mapping[str, float]
    sheet: str | None = None

    def to_json(self) -> str:
        """One line of JSON."""
        facts = asdict(self)
        facts["ms_per_still"] = round(self.ms_per_still, 2)
        facts["seconds"] = _rounded(self.seconds)
        return json.dumps(facts)


def rate_text(rate: Fraction) -> str:
    """A frame rate as reports write it: ``30000/1001``, ``25/1``."""
    return f"{rate.numerator}/{rate.denominator}"


def _rounded(seconds: Mapping[str, float]) -> dict[str, float]:
    return {name: round(spent, 4) for name, spent in seconds.items()}
