"""The source's own interior of the mouth, moved like teeth and jaw and not like rubber."""

from __future__ import annotations

from dataclasses import replace
from typing import cast

import cv2
import numpy as np

from mien.engines.mesh.mouth.action import MouthAction
from mien.engines.mesh.mouth.blending import Field, fade, in_shade, light, ramp, smooth
from mien.engines.mesh.mouth.complexion import Complexion, lips_in, to_rgb
from mien.engines.mesh.mouth.opening import LOWER, UPPER, Opening, lip_gap, mouth_surface
from mien.engines.mesh.mouth.teeth import UpperRow
from mien.engines.mesh.mouth.tips import find_upper_row
from mien.engines.mesh.remap import remap
from mien.motion.pose import Pose
from mien.types import Floats, Image, Mask

_JAW_OPEN = (0.18, 0.30)
"""Gap in head units up to which one sees the upper teeth between parted lips, and from which
one looks into an open mouth."""
_STRETCH = (1.25, 1.6)
"""An open mouth's interior is stretched to that many times its height, then gives way."""
_EDGE = 0.02
_LIP_EDGE = 0.06
"""Head units above the lower lip's landmarks in which its colour may still be found."""
_GUESSED, _BELOW_TIPS = 0.008, 0.02
"""Head units below the tips from which, and in which, what is seen between the lips is no tooth
any more, and stays behind when they move."""
_REST_SHOWS, _SMILE_SHOWS = 0.05, 0.075
"""Head units of teeth below a resting upper lip, and how many more below a smiling one."""
_TUCKED = 0.12
"""Head units that round lips hide of the teeth at most."""
_SIDE = 0.03
"""Head units by which the lower lip lies above the tips of the teeth where it hides them in the
source, and others have to be painted."""
_FORGOTTEN, _OUTGROWN = 0.03, (1.1, 1.6)
"""What lips show that are parted in the source, but no teeth, goes when the upper one has come
down by so much, or when the gap has become so many times wider."""
_SQUEEZED = (0.3, 0.65)
"""An open mouth that closes to that part of its gap shows what is painted instead."""
_SHADED_GAP, _SHADED = 0.055, 0.45
"""Head units between lips that are nearer to each other than that, and than in the source: they
leave little light to what is between them; the least."""
_RUN_OUT, _RUN_OUT_SHADE = (0.45, 1.0), 0.75
"""Parts of the height of the source's opening by which a lip has come down: from the first on
teeth lie in its shade, at the second hardly any is left."""
_SCALE = 3
"""The interior is kept enlarged: linear sampling of it is as sharp as cubic sampling, and
at an odd scale each pixel is found again unchanged."""


class OwnInterior:
    """What can be seen between the lips of one source."""

    def __init__(
        self, image: Image, landmarks: Floats, head: Floats, pose: Pose, complexion: Complexion
    ) -> None:
        self._surface = mouth_surface(head, pose)
        self._upper, self._lower = self._surface.upper, self._surface.lower
        self._gap = lip_gap(head)
        self._jaw = ramp(self._gap, _JAW_OPEN)
        rim = landmarks[np.r_[UPPER, LOWER], :2]
        low = np.maximum(np.floor(rim.min(0)).astype(int) - 8, 0)
        high = np.maximum(np.ceil(rim.max(0)).astype(int) + 9, low + 1)
        part = image[low[1] : high[1], low[0] : high[0]]
        self._texture: Image | None = None
        if part.size:
            kept = np.dstack([part, 255 - lips_in(part, complexion)])
            self._texture = cast(Image, cv2.resize(
                kept, None, fx=_SCALE, fy=_SCALE, interpolation=cv2.INTER_CUBIC
            ))  # fmt: skip
        to_texture = self._surface.plane * _SCALE
        to_texture[:, 2] += 0.5 * _SCALE - 0.5 - low * _SCALE
        self._to_texture = to_texture.astype(np.float32)
        self._lips = to_rgb(complexion.lips_luma, complexion.lips_chroma).astype(np.float32)
        self._tips: UpperRow | None = None
        if self._texture is not None:
            self._tips = find_upper_row(self._surface, self._sample, complexion)

    def lowered(self, action: MouthAction | None) -> float:
        """Head units by which the upper teeth, and their lip, lie lower than in the source.

        Where a smiling lip comes to rest is estimated. Teeth show below it as they do below
        lips at rest; where by estimate they would not, the estimate is wrong."""
        if action is None or self._tips is None:
            return 0.0
        dropped = action.rest_upper - float(self._upper[5, 1])
        shows = (_REST_SHOWS + _SMILE_SHOWS * action.smile) * (1 - action.rounded)
        wanted = action.rest_upper + shows - self._tips.tip
        return float(np.clip(wanted, -_TUCKED * action.rounded, max(dropped, 0.0)))

    def row(self, action: MouthAction | None) -> UpperRow | None:
        """The upper teeth, where blendshapes lower them to; None where none are seen."""
        if self._tips is None:
            return None
        return replace(self._tips, tip=self._tips.tip + self.lowered(action))

    def teeth_behind(self, opening: Opening, action: MouthAction | None) -> Field | None:
        """How much painted upper teeth may show behind what is seen here: none behind teeth, all
        (None) where what is seen shows none and gives way."""
        if self._jaw == 1 or (self._tips is None and action is not None):
            return None
        if self._tips is None:
            return np.full_like(opening.y, self._jaw)
        x, _, own_lower = self._columns(opening)
        hidden = smooth((self._tips.at(x - np.float32(self._upper[5, 0])) - own_lower) / _SIDE)
        return cast(Field, np.maximum(hidden, self._jaw).astype(np.float32))

    def stays(self, opening: Opening, action: MouthAction | None) -> float:
        """How much of it is of use, 0..1, while blendshapes move the mouth."""
        if action is None:
            return 1.0
        ratio = self._widened(opening)
        squeezed = self._jaw * (1 - ramp(ratio, _SQUEEZED))
        if self._tips is not None:
            return 1 - squeezed
        down = (action.rest_upper - float(self._upper[5, 1])) / _FORGOTTEN
        gone = min(max(down, ramp(ratio, _OUTGROWN), 0.0), 1.0)
        return 1 - max(squeezed, (1 - self._jaw) * gone)

    def show(self, opening: Opening, action: MouthAction | None = None) -> tuple[Image, Mask]:
        """Colours (h, w, 3) on the opening's box, and how much they cover (h, w)."""
        if self._texture is None:
            shape = (*opening.mask.shape, 3)
            return np.zeros(shape, np.uint8), np.zeros(shape[:2], np.uint8)
        lowered = self.lowered(action)
        x, own_upper, own_lower = self._columns(opening)
        hidden = np.maximum(opening.upper - np.float32(lowered) - own_upper, 0)
        y = self._rows(opening, own_upper + hidden, own_lower)
        beyond = own_upper + (opening.lower - opening.upper) + hidden - own_lower
        edge = own_lower - np.clip(beyond, 0, _EDGE)
        bared = np.clip(beyond / _EDGE, 0, 1)
        parted = np.clip((edge - y) / _EDGE + 8 - 7.5 * bared, 0, 1)
        ratio = self._widened(opening)
        wide = 1 - np.clip((ratio - _STRETCH[0]) / (_STRETCH[1] - _STRETCH[0]), 0, 1)
        within = np.clip((y - own_upper) / np.maximum(own_lower - own_upper, 1e-3), 0, 1)
        columns, rows = self._places(x, y, within)
        seen = remap(self._texture, opening.enlarge(columns), opening.enlarge(rows))
        cover = parted + (wide - parted) * self._jaw
        lips = np.maximum(bared, np.float32(min(lowered / _EDGE, 1.0))) * (1 - self._jaw)
        if action is not None and self._tips is not None:
            below = smooth(
                (y - self._tips.at(x - np.float32(self._upper[5, 0])) - _GUESSED) / _BELOW_TIPS
            )
            cover *= 1 - below * lips
        near_lip = lips * np.clip(1 - (own_lower - y) / _LIP_EDGE, 0, 1)
        covered = _bytes(opening.enlarge(cover))
        if near_lip.any():
            lip = _times(~seen[..., 3], _bytes(opening.enlarge(near_lip)))
            covered = _times(covered, ~lip)
        inside = cast(Image, cv2.cvtColor(seen, cv2.COLOR_RGBA2RGB))
        inside = fade(inside, 1 - 0.45 * self._jaw * float(np.clip(1 - ratio, 0, 1)))
        if action is not None:
            inside = self._in_shade(
                inside, opening, np.maximum(own_lower - own_upper, 0.01), hidden
            )
        return inside, covered

    def _widened(self, opening: Opening) -> float:
        """The gap against the source's own."""
        return opening.gap / max(self._gap, 1e-3)

    def _in_shade(self, inside: Image, opening: Opening, height: Field, hidden: Field) -> Image:
        """The interior darker, and redder; height: of the source's opening, hidden: how much of
        it the upper lip has come down, head units on the grid."""
        open_share = (opening.lower - opening.upper) / np.minimum(height, _SHADED_GAP)
        lit = _SHADED + (1 - _SHADED) * smooth(open_share)
        gone = (hidden / height - _RUN_OUT[0]) / (_RUN_OUT[1] - _RUN_OUT[0])
        lit *= 1 - _RUN_OUT_SHADE * smooth(gone)
        if lit.min() == 1:
            return inside
        return light(inside, opening.enlarge(in_shade(np.ones(3, np.float32), lit, self._lips, 1)))

    def _rows(self, opening: Opening, top: Field, bottom: Field) -> Field:
        """Where each row of the opening is in the source, head units; top, bottom: where those at
        its lips are. Between lips that are parted all stays with the skull, in an open mouth the
        lower part goes with the jaw."""
        from_skull = top + (opening.y - opening.upper)
        from_jaw = bottom - (opening.lower - opening.y)
        depth = opening.depth
        share = depth if opening.gap > self._gap else smooth((depth - 0.2) / 0.6)
        open_y = from_skull + (from_jaw - from_skull) * share
        return cast(Field, from_skull + (open_y - from_skull) * self._jaw)

    def _places(self, x: Field, y: Field, within: Field) -> tuple[Field, Field]:
        """Columns and rows of the texture; within: 0 at the upper lip, 1 at the lower one."""
        (a, b, c), (d, e, f) = self._to_texture
        bulge, (x_tilt, y_tilt) = self._surface.bulge(x, within), self._surface.tilt * _SCALE
        columns = (a * x + b * y + c + x_tilt * bulge).astype(np.float32)
        return columns, (d * x + e * y + f + y_tilt * bulge).astype(np.float32)

    def _sample(self, x: Field, y: Field, within: Field) -> Image:
        assert self._texture is not None, "there is nothing to look at"
        seen = remap(self._texture, *self._places(x, y, within))
        return cast(Image, cv2.cvtColor(seen, cv2.COLOR_RGBA2RGB))

    def _columns(self, opening: Opening) -> tuple[Field, Field, Field]:
        """Where each column of the opening is in the source, and the lips' edges there. Teeth
        stay where they are; a mouth wider than the source's own is filled by stretching."""
        upper, lower = self._upper, self._lower
        centre = (upper[0, 0] + upper[-1, 0]) / 2
        narrow = min(1.0, float(upper[-1, 0] - upper[0, 0]) / max(opening.width, 1e-3))
        x = (centre + (opening.x - centre) * narrow).astype(np.float32)
        edges = [np.interp(x, e[:, 0], e[:, 1]).astype(np.float32) for e in (upper, lower)]
        return x, edges[0], edges[1]


def _bytes(share: Floats) -> Mask:
    return cast(Mask, (share * np.float32(255)).astype(np.uint8))


def _times(mask: Mask, weight: Mask) -> Mask:
    return cast(Mask, cv2.multiply(mask, weight, scale=1 / 255))
