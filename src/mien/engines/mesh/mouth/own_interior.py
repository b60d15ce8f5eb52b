"""The source's own interior of the mouth, moved like teeth and jaw and not like rubber."""

from __future__ import annotations

from typing import cast

import cv2
import numpy as np

from mien.engines.mesh.mouth.blending import Field, smooth, soften
from mien.engines.mesh.mouth.complexion import Complexion
from mien.engines.mesh.mouth.opening import LOWER, UPPER, Opening, lip_gap, mouth_surface
from mien.engines.mesh.remap import remap
from mien.motion.pose import Pose
from mien.types import Floats, Image, Mask

_PARTED, _JAW_OPEN = 0.18, 0.30
"""Gap in head units up to which one sees the upper teeth between parted lips, and from which
one looks into an open mouth."""
_STRETCH = (1.25, 1.6)
"""An open mouth's interior is stretched to that many times its height, then gives way."""
_EDGE = 0.02
_LIP_EDGE = 0.06
"""Head units above the lower lip's landmarks in which its colour may still be found."""
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
        self._jaw = float(np.clip((self._gap - _PARTED) / (_JAW_OPEN - _PARTED), 0, 1))
        rim = landmarks[np.r_[UPPER, LOWER], :2]
        low = np.maximum(np.floor(rim.min(0)).astype(int) - 8, 0)
        high = np.maximum(np.ceil(rim.max(0)).astype(int) + 9, low + 1)
        part = image[low[1] : high[1], low[0] : high[0]]
        self._texture: Image | None = None
        if part.size:
            kept = np.dstack([part, 255 - _lips(part, complexion)])
            self._texture = cast(Image, cv2.resize(
                kept, None, fx=_SCALE, fy=_SCALE, interpolation=cv2.INTER_CUBIC
            ))  # fmt: skip
        to_texture = self._surface.plane * _SCALE
        to_texture[:, 2] += 0.5 * _SCALE - 0.5 - low * _SCALE
        self._to_texture = to_texture.astype(np.float32)

    @property
    def teeth_behind(self) -> float:
        """How much painted upper teeth may show behind what is seen here: none behind teeth."""
        return self._jaw

    def show(self, opening: Opening) -> tuple[Image, Mask]:
        """Colours (h, w, 3) on the opening's box, and how much they cover (h, w)."""
        if self._texture is None:
            shape = (*opening.mask.shape, 3)
            return np.zeros(shape, np.uint8), np.zeros(shape[:2], np.uint8)
        x, own_upper, own_lower = self._columns(opening)
        hidden = np.maximum(opening.upper - own_upper, 0)
        from_skull = own_upper + (opening.y - opening.upper) + hidden
        from_jaw = own_lower - (opening.lower - opening.y)
        depth = opening.depth
        share = depth if opening.gap > self._gap else smooth((depth - 0.2) / 0.6)
        open_y = from_skull + (from_jaw - from_skull) * share
        y = from_skull + (open_y - from_skull) * self._jaw
        beyond = own_upper + (opening.lower - opening.upper) + hidden - own_lower
        edge = own_lower - np.clip(beyond, 0, _EDGE)
        bared = np.clip(beyond / _EDGE, 0, 1)
        parted = np.clip((edge - y) / _EDGE + 8 - 7.5 * bared, 0, 1)
        ratio = opening.gap / max(self._gap, 1e-3)
        wide = 1 - np.clip((ratio - _STRETCH[0]) / (_STRETCH[1] - _STRETCH[0]), 0, 1)
        (a, b, c), (d, e, f) = self._to_texture
        within = np.clip((y - own_upper) / np.maximum(own_lower - own_upper, 1e-3), 0, 1)
        bulge, (x_tilt, y_tilt) = self._surface.bulge(x, within), self._surface.tilt * _SCALE
        seen = remap(
            self._texture,
            opening.enlarge((a * x + b * y + c + x_tilt * bulge).astype(np.float32)),
            opening.enlarge((d * x + e * y + f + y_tilt * bulge).astype(np.float32)),
        )
        cover = opening.enlarge((parted + (wide - parted) * self._jaw).astype(np.float32))
        if bared.any():
            near_lip = bared * np.clip(1 - (own_lower - y) / _LIP_EDGE, 0, 1) * (1 - self._jaw)
            lip = seen[..., 3] * np.float32(-1 / 255) + 1
            cover = cover * (1 - lip * opening.enlarge(near_lip.astype(np.float32)))
        shade = 1 - 0.45 * self._jaw * float(np.clip(1 - ratio, 0, 1))
        inside = cv2.convertScaleAbs(cv2.cvtColor(seen, cv2.COLOR_RGBA2RGB), alpha=shade)
        return cast(Image, inside), (cover * 255).astype(np.uint8)

    def _columns(self, opening: Opening) -> tuple[Field, Field, Field]:
        """Where each column of the opening is in the source, and the lips' edges there. Teeth
        stay where they are; a mouth wider than the source's own is filled by stretching."""
        upper, lower = self._upper, self._lower
        centre = (upper[0, 0] + upper[-1, 0]) / 2
        narrow = min(1.0, float(upper[-1, 0] - upper[0, 0]) / max(opening.width, 1e-3))
        x = (centre + (opening.x - centre) * narrow).astype(np.float32)
        edges = [np.interp(x, e[:, 0], e[:, 1]).astype(np.float32) for e in (upper, lower)]
        return x, edges[0], edges[1]


def _lips(part: Image, complexion: Complexion) -> Mask:
    """Where a picture has the colour of the lips."""
    y, cr, cb = cv2.split(cv2.cvtColor(part, cv2.COLOR_RGB2YCrCb).astype(np.float32))
    lips = complexion.lips_chroma
    alike = ((cr - 128) * lips[0] + (cb - 128) * lips[1]) / max(float(lips @ lips), 25.0)
    light = y / max(complexion.lips_luma, 8.0)
    mask = np.clip((alike - 0.65) / 0.3, 0, 1) * np.clip((light - 0.65) / 0.2, 0, 1)
    return soften((mask * 255).astype(np.uint8), 0.7)
