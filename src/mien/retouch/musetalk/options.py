"""How lips are painted."""

from __future__ import annotations

from dataclasses import dataclass

from mien.checks import check_choice, check_whole
from mien.retouch.musetalk.boxes import MARGIN_PX, MAX_MARGIN_PX, MAX_SHIFT_PX
from mien.retouch.musetalk.following import FaceChoice
from mien.retouch.musetalk.masks import MASK_MODES, MaskMode


@dataclass(frozen=True, slots=True)
class LipsOptions:
    """How lips are painted; OptionError for what cannot be.

    face: whose lips. mask: what of the face is painted, see `mien.retouch.musetalk.masks`.
    margin_px: pixels below the chin that belong to the face. shift_px: pixels by which the painted
    half begins further down; above 0 mouths open more. batch: faces painted together.
    """

    face: FaceChoice = 1
    mask: MaskMode = "auto"
    margin_px: int = MARGIN_PX
    shift_px: int = 0
    batch: int = 8

    def __post_init__(self) -> None:
        if self.face != "all":
            check_whole("--face", self.face, least=1, otherwise="all")
        check_choice("--mask", self.mask, MASK_MODES)
        check_whole("--extra-margin", self.margin_px, least=0, most=MAX_MARGIN_PX)
        check_whole("--bbox-shift", self.shift_px, least=-MAX_SHIFT_PX, most=MAX_SHIFT_PX)
        check_whole("--batch", self.batch, least=1)
