"""How much of what is painted counts, pixel by pixel of a face's box: the jaw, with soft edges.

From our own landmarks, or from the 19 classes of a BiSeNet that parses faces, which also leaves out
hands and hair. MuseTalk 1.5's rules (musetalk/utils/blending.py, face_parsing), but that the mask
ends inside the box: there its edge cannot be seen.
"""

from __future__ import annotations

from typing import Literal, TypeAlias, cast, get_args

import cv2
import numpy as np

from mien.retouch.musetalk.boxes import CHIN, JAW, NOSE_BASE, FaceBox
from mien.types import Floats, Image, Mask

MaskMode = Literal["auto", "outline", "ellipse", "jaw", "raw", "neck"]
MASK_MODES: tuple[MaskMode, ...] = get_args(MaskMode)
PARSED = ("jaw", "raw", "neck")
"""Those that need a face that is parsed; ``auto`` is ``jaw`` where it is, else ``outline``."""
PARSED_SIDE = 512
Size: TypeAlias = tuple[int, int]
"""Width and height of the whole picture."""

_SKIN, _NOSE, _MOUTH, _UPPER_LIP, _LOWER_LIP, _NECK = 1, 10, 11, 12, 13, 14
_LIPS = (_MOUTH, _UPPER_LIP, _LOWER_LIP)
_CHEEK = 90
"""Pixels of the 512 from the middle to where the cheeks begin."""
_LEAST_FACE = 0.1
"""Share of the middle of a parsed square that is skin or lips, where there is a face."""
_CHIN = 0.04
"""Heights of the box by which an outline reaches below the jaw."""
_ELLIPSE = 0.3, 0.55
"""Radii of an ellipse: in widths of the box, and in lengths from the nose to the chin."""
_BLUR = 0.05
"""Size of the blur's kernel in sides of the square around the face."""
_SUBPIXEL = 4
"""Binary digits of a pixel to which polygons are drawn."""


def outline_mask(box: FaceBox, landmarks: Floats, picture_size: Size) -> Mask:
    """(height, width) of the box, 0..255: the lower face between jaw and nose."""
    points = _inside(box, landmarks)
    jaw = points[list(JAW[2:-2])]
    nose = points[list(NOSE_BASE)]
    mask = _polygon(box, np.concatenate([jaw, nose]))
    down = max(1, round(_CHIN * box.height))
    kernel = np.zeros((2 * down + 1, 1), np.uint8)
    kernel[: down + 1] = 1  # what lies above reaches down
    return soften(box, cast(Mask, cv2.dilate(mask, kernel)), picture_size)


def ellipse_mask(box: FaceBox, landmarks: Floats, picture_size: Size) -> Mask:
    """(height, width) of the box, 0..255: an ellipse around mouth and chin."""
    points = _inside(box, landmarks)
    nose, chin = points[NOSE_BASE[2]], points[CHIN]
    centre = (nose + chin) / 2
    radii = np.multiply(_ELLIPSE, (box.width, float(np.hypot(*(chin - nose)))))
    angles = np.linspace(0, 2 * np.pi, 72, endpoint=False)
    rim = centre + np.column_stack([np.cos(angles), np.sin(angles)]) * radii
    return soften(box, _polygon(box, rim), picture_size)


def parsed_mask(box: FaceBox, classes: Image, mode: MaskMode, picture_size: Size) -> Mask:
    """(height, width) of the box, 0..255, from the (512, 512) classes of the square around it."""
    region = parsed_region(classes, mode)
    x0, y0, x1, _ = box.around
    side = x1 - x0
    large = cv2.resize(region, (side, side), interpolation=cv2.INTER_LINEAR)
    left, top = box.left - x0, box.top - y0
    part = cast(Mask, large[top : top + box.height, left : left + box.width])
    return soften(box, part, picture_size)


def shows_face(classes: Image) -> bool:
    """Whether a parser made out a face in the square around one: paintings and puppets may have
    none to it."""
    middle = classes[PARSED_SIDE // 4 : -PARSED_SIDE // 4, PARSED_SIDE // 4 : -PARSED_SIDE // 4]
    return bool(np.isin(middle, (_SKIN, *_LIPS)).mean() >= _LEAST_FACE)


def parsed_region(classes: Image, mode: MaskMode) -> Mask:
    """(512, 512), 0 or 255: what of a parsed face is painted, before it is cut to its box."""
    if mode == "raw":
        return _where(classes, (_SKIN, *_LIPS))
    if mode == "neck":
        return _where(classes, (_SKIN, *_LIPS, _NECK))
    grown = cv2.dilate(_where(classes, (_SKIN,)), _upwards())
    thin = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (35, 3))
    region = cast(Mask, grown.copy())
    sides = np.abs(np.arange(PARSED_SIDE) - PARSED_SIDE // 2) >= _CHEEK
    region[:, sides] = cv2.erode(grown, thin, iterations=2)[:, sides]
    region[classes == _NOSE] = 0
    region[_where(classes, _LIPS) > 0] = 255
    return region


def soften(box: FaceBox, mask: Mask, picture_size: Size) -> Mask:
    """A mask of the box with soft edges: nothing above the box's middle or, with the blur, along
    its sides and bottom, where what is painted ends. Where the picture ends there is no edge."""
    x0, _, x1, _ = box.around
    kernel = int(_BLUR * (x1 - x0) // 2 * 2) + 1
    reach = kernel // 2 + 1
    left = 0 if box.left == 0 else reach
    right = box.width if box.right == picture_size[0] else max(0, box.width - reach)
    bottom = box.height if box.bottom == picture_size[1] else max(0, box.height - reach)
    kept = np.zeros_like(mask)
    part = np.s_[box.middle : bottom, left:right]
    kept[part] = mask[part]
    return cast(Mask, cv2.GaussianBlur(kept, (kernel, kernel), 0, borderType=cv2.BORDER_REPLICATE))


def _upwards() -> Image:
    """A kernel of 33 x 33 that grows what it dilates 16 pixels up and 6 down, the sides less."""
    kernel = np.zeros((33, 33), np.uint8)
    for row in range(10, 33):
        half = min(row - 10, 10)
        kernel[row, 16 - half : 17 + half] = 1
    return kernel


def _where(classes: Image, wanted: tuple[int, ...]) -> Mask:
    return np.where(np.isin(classes, wanted), 255, 0).astype(np.uint8)


def _inside(box: FaceBox, landmarks: Floats) -> Floats:
    return np.asarray(landmarks[:, :2], np.float64) - (box.left, box.top)


def _polygon(box: FaceBox, points: Floats) -> Mask:
    mask = np.zeros((box.height, box.width), np.uint8)
    exact = np.rint(points * 2**_SUBPIXEL).astype(np.int32)
    cv2.fillPoly(mask, [exact], (255,), lineType=cv2.LINE_8, shift=_SUBPIXEL)
    return mask
