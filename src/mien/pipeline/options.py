"""Everything one run can be asked for, checked before any work begins."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Literal, TypeAlias, cast, get_args

from mien.checks import check_choice, check_number, check_whole, shown
from mien.drivers.length import check_duration, checked_rate
from mien.drivers.looping import LOOPS, Loop
from mien.drivers.video import ReferenceChoice
from mien.engines.base import DEFAULT_FRAMING
from mien.engines.settings import DEFAULT_SETTINGS, EngineSettings
from mien.errors import OptionError
from mien.face.boxed import Box, check_box
from mien.motion.timeline import Timeline
from mien.types import (
    HEAD_ROTATIONS,
    MAX_RATIO,
    PARTS,
    REGIONS,
    Framing,
    HeadRotation,
    MotionOptions,
    Part,
    Region,
)

KeepAudio = Literal["source", "driving", "none"]
CropChoice = Literal["none", "upper-body"]
"""What of the picture is worked on and shown."""
FaceChoice: TypeAlias = int | Literal["all"]
Size: TypeAlias = int | tuple[int, int]
"""The longest side, or (width, height)."""

_RATE = re.compile(r"-?\d{1,12}(\.\d{0,20})?(/\d{1,12})?", re.ASCII)
"""No exponents: a fraction of 1e999999999 is a number of a thousand million digits."""

KEEP_AUDIO: tuple[KeepAudio, ...] = get_args(KeepAudio)
CROPS: tuple[CropChoice, ...] = get_args(CropChoice)

MIN_SIDE, MAX_SIDE = 16, 4096
"""Pixels a result may have per side: H.264 levels end at 4096."""


@dataclass(frozen=True, slots=True)
class AnimateOptions:
    """The options of :func:`mien.animate` with their defaults; OptionError when one of them
    cannot be honoured. docs/cli.md explains each."""

    emotions: Timeline | None = None
    engine: EngineSettings = DEFAULT_SETTINGS
    relative: bool = True
    multiplier: float = 1.0
    region: Region = "all"
    framing: Framing = DEFAULT_FRAMING
    box: Box | None = None
    crop: CropChoice = "none"
    paste_back: bool = True
    side_by_side: bool = False
    face: FaceChoice = 1
    smooth: float = 1.0
    max_frames: int = 0
    start: float = 0.0
    duration: float | None = None
    loop: Loop = "none"
    fps: Fraction | None = None
    size: Size | None = None
    keep_audio: KeepAudio | None = None
    audio: str | Path | None = None
    reference: ReferenceChoice = "auto"
    seed: int = 0
    eyes_open: float | None = None
    lips_open: float | None = None
    retarget: frozenset[Part] | None = None
    normalize_lips: bool = False
    head_rotation: HeadRotation = "add"
    force: bool = False

    def __post_init__(self) -> None:
        check_number("--multiplier", self.multiplier, 0, 3)
        check_number("--smooth", self.smooth, 0, 10)
        check_number("--start", self.start, 0, math.inf)
        check_choice("--region", self.region, REGIONS)
        check_choice("--loop", self.loop, LOOPS)
        check_choice("--crop", self.crop, CROPS)
        check_choice("--head-rotation", self.head_rotation, HEAD_ROTATIONS)
        if self.keep_audio is not None:
            check_choice("--keep-audio", self.keep_audio, KEEP_AUDIO)
        if self.eyes_open is not None:
            check_number("--eyes-open", self.eyes_open, 0, MAX_RATIO)
        if self.lips_open is not None:
            check_number("--lips-open", self.lips_open, 0, MAX_RATIO)
        for part in self.retarget or ():
            check_choice("--retarget", part, PARTS)
        check_whole("--max-frames", self.max_frames, least=0)
        check_whole("--seed", self.seed, least=0)
        _check_framing(self.framing)
        if self.box is not None:
            check_box(self.box)
        if self.duration is not None:
            check_duration(self.duration)
        if self.fps is not None:
            checked_rate(self.fps)
        if self.face != "all":
            check_whole("--face", self.face, least=1, otherwise="all")
        if self.reference not in ("auto", "first"):
            check_whole("--reference", self.reference, least=1, otherwise="auto or first")
        self._check_size()
        if self.audio is not None and self.keep_audio in ("source", "driving"):
            problem = f"brings a sound of its own; leave out --keep-audio {self.keep_audio}"
            raise OptionError("--audio", problem)
        if self.face == "all" and not self.paste_back:
            raise OptionError("--face", "all needs --paste-back: several crops are not one picture")
        if self.crop == "upper-body" and (self.face == "all" or self.box is not None):
            other = "--box" if self.box is not None else "--face all"
            raise OptionError("--crop", f"upper-body is around one face that is found, not {other}")

    def _check_size(self) -> None:
        sides = self.size if isinstance(self.size, tuple) else (self.size,)
        if self.size is not None and len(sides) > 2:
            raise OptionError("--size", f"{shown(self.size)} is not a side or a width and a height")
        for side in sides:
            if side is not None and not (isinstance(side, int) and MIN_SIDE <= side <= MAX_SIDE):
                raise OptionError(
                    "--size", f"{shown(side)} is not between {MIN_SIDE} and {MAX_SIDE}"
                )

    @property
    def motion(self) -> MotionOptions:
        """What of it the engine reads."""
        return MotionOptions(
            relative=self.relative,
            multiplier=self.multiplier,
            region=self.region,
            eyes_open=self.eyes_open,
            lips_open=self.lips_open,
            retarget=self.retarget or frozenset(),
            normalize_lips=self.normalize_lips,
            head_rotation=self.head_rotation,
            seed=self.seed,
        )


def _check_framing(framing: Framing) -> None:
    if framing.scale is not None:
        check_number("--crop-scale", framing.scale, 1, 5)
    for option, shift in (("--crop-x", framing.x), ("--crop-y", framing.y)):
        if shift is not None:
            check_number(option, shift, -1, 1)


def parse_box(text: str) -> Box:
    """``120,80,200,260``: left, top, width and height of a face in the picture's pixels."""
    try:
        left, top, width, height = map(float, text.split(","))
    except ValueError:
        problem = "is not LEFT,TOP,WIDTH,HEIGHT of a face in pixels, as in 120,80,200,260"
        raise OptionError("--box", f"{shown(text)} {problem}") from None
    return left, top, width, height


def parse_face(text: str) -> FaceChoice:
    """``1``, ``2``... or ``all``."""
    return "all" if text == "all" else _integer("--face", text, "a number from 1 or all")


def parse_reference(text: str) -> ReferenceChoice:
    """``auto``, ``first`` or the number of a frame, counted from 1."""
    if text == "auto":
        return "auto"
    if text == "first":
        return "first"
    return _integer("--reference", text, "auto, first or a number from 1")


def parse_parts(text: str) -> frozenset[Part]:
    """``eyes``, ``lips`` or ``eyes,lips``."""
    parts = [part.strip() for part in text.split(",")]
    for part in parts:
        check_choice("--retarget", part, PARTS)
    return frozenset(cast("list[Part]", parts))


def parse_size(text: str) -> Size:
    """``512``: the longest side; ``640x360``: width and height."""
    sides = re.fullmatch(r"(\d{1,6})(?:x(\d{1,6}))?", text)
    if sides is None:
        raise OptionError(
            "--size", f"{shown(text)} is not a number like 512 or a size like 640x360"
        )
    return int(sides[1]) if sides[2] is None else (int(sides[1]), int(sides[2]))


def parse_rate(value: str | float | Fraction) -> Fraction:
    """A frame rate: ``25``, ``30000/1001``; decimals such as 29.97 mean the exact n*1000/1001."""
    text = str(value)
    try:
        rate = Fraction(text if _RATE.fullmatch(text) else "none")
    except (ValueError, ZeroDivisionError):
        raise OptionError("--fps", f"{shown(text)} is not a rate like 25 or 30000/1001") from None
    if rate.denominator == 1:
        return rate
    film = Fraction(math.ceil(rate) * 1000, 1001)
    return film if abs(rate - film) < Fraction(1, 200) else rate.limit_denominator(100_000)


def _integer(option: str, text: str, wanted: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise OptionError(option, f"{shown(text)} is not {wanted}") from None
