"""How a face looks in its picture: the colour of its skin, its darkest parts, its sharpness."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import cv2
import numpy as np

from mien.engines.mesh.mouth.blending import soften
from mien.landmarks import INNER_LIPS, LEFT_EYE, OUTER_LIPS, RIGHT_EYE
from mien.types import Floats, Image, Mask

_CHEEKS = (
    (116, 117, 118, 101, 36, 205, 187, 123),
    (345, 346, 347, 330, 266, 425, 411, 352),
)
_FEATURES = (RIGHT_EYE, LEFT_EYE, OUTER_LIPS)
"""Where every face has edges."""
_STEP_EDGE = 2.5
"""Contrast over steepest slope of an edge that is blurred by one pixel: sqrt(2 pi)."""
_LEAST_CONTRAST = 12
_WORK_SIDE = 256
"""Faces are measured no larger than this."""
_PALE, _GREY_NOISE, _LIT = 0.7, 6.0, 0.8
"""Teeth have less chroma than that part of the skin's, and more light."""


@dataclass(frozen=True, slots=True)
class Complexion:
    """luma, chroma: of the skin, 0..255 and (2,) Cr and Cb less 128; lips_luma, lips_chroma: of
    the lips. black: luma of the darkest parts of the face. softness: blur of its edges in head
    units.
    """

    luma: float
    chroma: Floats
    lips_luma: float
    lips_chroma: Floats
    black: float
    softness: float

    @property
    def saturation(self) -> float:
        """How far the skin is from grey, grey levels."""
        return float(np.hypot(*self.chroma))


def measure_complexion(image: Image, landmarks: Floats) -> Complexion:
    """Look at the face with these landmarks (478, 2+), pixels of the image."""
    points = landmarks[:, :2]
    low = np.maximum(np.floor(points.min(0)).astype(int) - 2, 0)
    high = np.minimum(np.ceil(points.max(0)).astype(int) + 3, image.shape[1::-1])
    if (high - low).min() < 4:
        return Complexion(128.0, np.zeros(2), 110.0, np.zeros(2), 16.0, 0.0)
    face = image[low[1] : high[1], low[0] : high[0]]
    zoom = min(1.0, _WORK_SIDE / max(face.shape[:2]))
    if zoom < 1:
        face = cast(Image, cv2.resize(face, None, fx=zoom, fy=zoom, interpolation=cv2.INTER_AREA))
    points = (points - low) * zoom
    unit = float(np.linalg.norm(_middle(points, RIGHT_EYE) - _middle(points, LEFT_EYE)))
    colours = cast(Image, cv2.cvtColor(face, cv2.COLOR_RGB2YCrCb))
    skin, lips = np.zeros((2, *face.shape[:2]), np.uint8)
    for cheek in _CHEEKS:
        cv2.fillConvexPoly(skin, cv2.convexHull(points[list(cheek)].astype(np.int32)), 255)
    rims = [np.rint(points[list(rim)]).astype(np.int32) for rim in (OUTER_LIPS, INNER_LIPS)]
    cv2.fillPoly(lips, rims, 255)  # even-odd: what lies between the two
    cv2.polylines(lips, rims[1:], True, 0, 2)
    luma, chroma = _mean(colours, skin, darkest_share=0.5)  # no beard, no shadow
    lips_luma, lips_chroma = _mean(colours, lips)
    return Complexion(
        luma, chroma, lips_luma, lips_chroma, float(np.percentile(colours[..., 0], 1)),
        _softness(np.ascontiguousarray(colours[..., 0]), points) / max(unit, 1.0),
    )  # fmt: skip


def _mean(colours: Image, mask: Mask, *, darkest_share: float = 0.0) -> tuple[float, Floats]:
    """Luma and chroma under a mask, the darkest pixels left out."""
    found = colours[mask > 0] if mask.any() else colours.reshape(-1, 3)
    lighter = found[found[:, 0] >= np.quantile(found[:, 0], darkest_share)]
    luma, cr, cb = lighter.mean(0)
    return float(luma), np.array([cr - 128, cb - 128])


def _middle(points: Floats, indices: tuple[int, ...]) -> Floats:
    return np.asarray(points[list(indices)].mean(0))


def _softness(luma: Image, points: Floats) -> float:
    """Blur in pixels of the sharpest edges of eyes and lips: contrast over slope."""
    smooth = cv2.GaussianBlur(luma, (0, 0), 0.7).astype(np.float32)
    slope = np.hypot(*(cv2.Sobel(smooth, cv2.CV_32F, i, 1 - i, scale=1 / 8) for i in (0, 1)))
    found = []
    for feature in _FEATURES:
        corners = points[list(feature)]
        low = np.maximum(corners.min(0).astype(int) - 2, 0)
        part = np.s_[low[1] : int(corners[:, 1].max()) + 3, low[0] : int(corners[:, 0].max()) + 3]
        if min(smooth[part].shape) < 5:
            continue
        kernel = np.ones((9, 9), np.uint8)
        contrast = cv2.dilate(smooth[part], kernel) - cv2.erode(smooth[part], kernel)
        steep = slope[part] >= np.percentile(slope[part], 92)
        if np.median(contrast[steep]) > _LEAST_CONTRAST:
            found.append(float(np.median(contrast[steep] / np.maximum(slope[part][steep], 0.5))))
    if not found:
        return 0.0
    blur = min(found) / _STEP_EDGE
    return float(np.sqrt(max(0.0, blur**2 - 1.0)))


def interior_colours(image: Image, landmarks: Floats) -> Image:
    """Pixels (n, 3) between the lips of the face with these landmarks, edges left out."""
    rim = landmarks[list(INNER_LIPS), :2]
    low = np.clip(np.floor(rim.min(0)).astype(int), 0, image.shape[1::-1])
    high = np.clip(np.ceil(rim.max(0)).astype(int) + 1, 0, image.shape[1::-1])
    part = image[low[1] : high[1], low[0] : high[0]]
    mask = np.zeros(part.shape[:2], np.uint8)
    if mask.size == 0:
        return np.zeros((0, 3), np.uint8)
    cv2.fillPoly(mask, [np.rint(rim - low).astype(np.int32)], 255)
    return np.asarray(part[cv2.erode(mask, np.ones((3, 3), np.uint8)) > 0])


def to_rgb(luma: float, chroma: Floats) -> Image:
    """(3,) the colour of a luma, 0..255, and a chroma (2,), Cr and Cb less 128."""
    colour = np.array([[[luma, *(chroma + 128)]]])
    bounded = np.clip(colour, 0, 255).astype(np.uint8)
    return cast(Image, cv2.cvtColor(bounded, cv2.COLOR_YCrCb2RGB).ravel())


def lips_in(colours: Image, complexion: Complexion) -> Mask:
    """How much RGB pixels (h, w, 3) have the colour of the lips of a face; (h, w), 0..255."""
    y, cr, cb = cv2.split(cv2.cvtColor(colours, cv2.COLOR_RGB2YCrCb).astype(np.float32))
    lips = complexion.lips_chroma
    alike = ((cr - 128) * lips[0] + (cb - 128) * lips[1]) / max(float(lips @ lips), 25.0)
    light = y / max(complexion.lips_luma, 8.0)
    mask = np.clip((alike - 0.65) / 0.3, 0, 1) * np.clip((light - 0.65) / 0.2, 0, 1)
    return soften((mask * 255).astype(np.uint8), 0.7)


def teeth_in(colours: Image, complexion: Complexion) -> Mask:
    """Where RGB pixels (h, w, 3) from between the lips of a face are those of teeth; (h, w)."""
    y, cr, cb = (
        c.astype(np.float32) for c in cv2.split(cv2.cvtColor(colours, cv2.COLOR_RGB2YCrCb))
    )
    pale = np.hypot(cr - 128, cb - 128) < max(_PALE * complexion.saturation, _GREY_NOISE)
    return np.asarray(pale & (y > _LIT * complexion.luma))
