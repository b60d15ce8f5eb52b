"""Decoded pictures as upright RGB arrays with square pixels."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import cast

import numpy as np
from av.sidedata.sidedata import SideData
from av.video.frame import VideoFrame
from av.video.reformatter import VideoReformatter

from mien.media.container import exact
from mien.types import Image

_MAX_ASPECT = 4  # pixels more oblong than this are a mistake in the header


@dataclass(frozen=True, slots=True)
class Geometry:
    """How the pictures of a stream are to be shown.

    ``width``, ``height``: size in square pixels before turning. ``turns``: quarter turns
    counter-clockwise, after mirroring left and right if ``mirrored``.
    """

    width: int
    height: int
    turns: int = 0
    mirrored: bool = False

    @classmethod
    def of(cls, frame: VideoFrame, sample_aspect: object) -> Geometry:
        """From the stream's first picture and the aspect of its pixels."""
        aspect = exact(sample_aspect) or Fraction(1)
        if not Fraction(1, _MAX_ASPECT) <= aspect <= _MAX_ASPECT:
            aspect = Fraction(1)
        # The short side of the pixels is stretched, so that no detail is lost.
        width = round(frame.width * max(aspect, Fraction(1)))
        height = round(frame.height * max(1 / aspect, Fraction(1)))
        turns, mirrored = _orientation(frame)
        return cls(width, height, turns, mirrored)

    @property
    def shown_size(self) -> tuple[int, int]:
        """(width, height) when upright."""
        return (self.height, self.width) if self.turns % 2 else (self.width, self.height)


class UprightConverter:
    """Turns pictures of one stream into RGB, all of one size. Not thread-safe.

    Colours follow the stream's own tags for matrix and range.
    """

    def __init__(self, geometry: Geometry) -> None:
        self._geometry = geometry
        # One for the whole stream: `VideoFrame.to_ndarray` makes one per picture, 0.5 ms.
        self._reformatter = VideoReformatter()

    def rgb(self, frame: VideoFrame) -> Image:
        """(height, width, 3), uint8, contiguous."""
        shape = self._geometry
        pixels = self._reformatter.reformat(
            frame, width=shape.width, height=shape.height, format="rgb24"
        ).to_ndarray()
        if shape.mirrored:
            pixels = pixels[:, ::-1]
        return np.ascontiguousarray(np.rot90(pixels, shape.turns), dtype=np.uint8)


def _orientation(frame: VideoFrame) -> tuple[int, bool]:
    """Quarter turns counter-clockwise, and whether to mirror before."""
    sides = cast(Iterable[SideData], frame.side_data)  # PyAV's stub says a mapping's keys
    data = next((side for side in sides if side.type.name == "DISPLAYMATRIX"), None)
    if data is None:
        return 0, False
    # 3 x 3, row by row; a row vector (x, y, 1) times it is the place on the screen, y down.
    a, b, _, c, d, *_ = np.frombuffer(bytes(data), dtype=np.int32).astype(np.float64)
    if a == b == 0:
        return 0, False
    mirrored = bool(a * d - b * c < 0)
    if mirrored:
        a, b = -a, -b
    return round(float(np.degrees(np.arctan2(-b, a))) / 90) % 4, mirrored
