"""Whether the person is moved apart from the background, and what is then seen behind.

A sheet of rubber is enough over plain backgrounds and never shows a seam. Where lines would be
seen to bend, the person becomes a layer over a still plate: the background with the rim of the
person's silhouette filled in, which is all that a moving head reveals.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import cv2
import numpy as np
from numpy.typing import NDArray

from mien.engines.mesh.backdrop.inpaint import fill
from mien.engines.mesh.backdrop.matte import refine_matte
from mien.engines.mesh.backdrop.residue import Residue, find_residue
from mien.engines.mesh.backdrop.scattered import for_each_channel, put_pixels
from mien.engines.mesh.raster import Place
from mien.landmarks import FACE_OVAL, NUM_SKIN
from mien.types import Floats, Image, Mask

_REVEALED = 0.3
"""How far inside the silhouette the plate must be good, in face widths."""
_FRINGE = 0.02
"""How far beyond the matte colours of the person are still expected, in face widths."""
_OPAQUE, _CLEAR = 250, 4
_MIN_FACE_PX = 8
_FACE_SEEN = 215
"""Mean of the person mask over the face below which it has missed the person."""
_UNSURE = 0.06
"""Mean width of the unsure zone around the head above which it is not trusted, in face widths."""
_FACE_PX = 64
"""Structure is measured at this width of the face: what is finer is texture."""
_RING = (5, 32)
"""The part of the background that a sheet would drag along: distance from the person then."""
_MIN_RING = 0.02
"""Least share of it in the picture."""
_GRAIN = 3.0
_VISIBLE = 0.25
"""Plain walls, studio gradients, canvas and grain measure below 0.02, a shadow's edge on a wall
0.17, a door post 0.4, landscapes 0.4 to 4."""
_WORK_SIDE = 512


@dataclass(frozen=True, slots=True)
class Backdrop:
    """A still background, and the person cut out of it.

    plate: RGB, the picture with the person's rim filled in. matte: the person's opacity.
    foreground: RGB, the person's own colours, free of background where it is see-through.
    lost: what these three do not show of the picture.
    """

    plate: Image
    matte: Mask
    foreground: Image
    lost: Residue

    def compose(self, layer: Image, place: Place) -> Image:
        """Lay the moved person (h, w, 4), RGB of ``foreground`` with ``matte``, over the plate.

        place: (2, h, w) where each pixel of the layer comes from. A person at rest gives back
        the picture that was taken apart, exactly.
        """
        result = overlay(layer, self.plate)
        self.lost.give_back(result, place)
        return result


def overlay(layer: Image, plate: Image) -> Image:
    """An RGBA layer (h, w, 4) over a plate (h, w, 3)."""
    opacity = cast(Mask, cv2.extractChannel(layer, 3))
    result = cast(Image, cv2.cvtColor(layer, cv2.COLOR_RGBA2RGB))
    cv2.copyTo(plate, cv2.inRange(opacity, 0, 0), result)
    soft = np.flatnonzero(cv2.inRange(opacity, 1, 254).view(bool))
    weight = for_each_channel(opacity.ravel().take(soft)).astype(np.uint16)
    mixed = layer.reshape(-1, 4).take(soft, axis=0)[:, :3] * weight
    np.subtract(255, weight, out=weight)
    weight *= plate.reshape(-1, 3).take(soft, axis=0)
    mixed += weight
    mixed += np.uint16(128)
    mixed += mixed >> 8  # with the next shift: a division by 255, rounded
    put_pixels(result, soft, (mixed >> 8).astype(np.uint8))
    return result


def choose_background(image: Image, landmarks: Floats, coarse: Mask) -> Backdrop | None:
    """A still background for an RGB crop, or None where an elastic one looks better.

    landmarks: (478, 2 or 3) crop pixels. coarse: the segmentation network's person mask.
    """
    face_width = float(np.ptp(landmarks[:NUM_SKIN, 0]))
    if not face_width >= _MIN_FACE_PX or not is_trustworthy(coarse, landmarks):
        return None
    if structure(image, coarse, landmarks) < _VISIBLE:
        return None
    return separate(image, landmarks, coarse)


def is_trustworthy(coarse: Mask, landmarks: Floats) -> bool:
    """Whether the network knows where the head ends: it takes the face for a person and is
    unsure only along a thin line around the head."""
    face_width = float(np.ptp(landmarks[:NUM_SKIN, 0]))
    oval = landmarks[list(FACE_OVAL), :2]
    face = cv2.fillConvexPoly(np.zeros_like(coarse), np.rint(oval).astype(np.int32), 1)
    if not face.any() or coarse[face > 0].mean() < _FACE_SEEN:
        return False
    head = _around_the_head(coarse.shape, landmarks)
    person = (coarse >= 128).astype(np.uint8)
    outline = (cv2.dilate(person, np.ones((3, 3), np.uint8)) != person) & head
    unsure = cv2.inRange(coarse, 40, 215).astype(bool) & head
    return bool(outline.any()) and unsure.sum() / outline.sum() < _UNSURE * face_width


def structure(image: Image, coarse: Mask, landmarks: Floats) -> float:
    """How much there is to bend in the background next to the head: the mean strength of edges
    that keep one direction, in grey levels per 1/64 of the face's width, beyond what canvas,
    film grain and soft shadows reach."""
    reduction = _FACE_PX / float(np.ptp(landmarks[:NUM_SKIN, 0]))
    size = tuple(max(1, round(side * reduction)) for side in image.shape[1::-1])
    shrink = cv2.INTER_AREA if reduction < 1 else cv2.INTER_LINEAR
    gray = cv2.resize(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), size, interpolation=shrink)
    person = cv2.resize(coarse, size, interpolation=shrink) > 25
    away = cv2.distanceTransform((~person).astype(np.uint8), cv2.DIST_L2, 3)
    head = _around_the_head(away.shape, landmarks * (np.array(size[0]) / image.shape[1]))
    ring = (away > _RING[0]) & (away < _RING[1]) & head
    if ring.mean() < _MIN_RING:
        return 0.0
    gray = cv2.GaussianBlur(gray.astype(np.float32), (0, 0), 1.0)
    x, y = (
        cv2.Sobel(gray, cv2.CV_32F, *axis, scale=1 / 8) * (away > 2) for axis in ((1, 0), (0, 1))
    )
    xx, yy, xy = (cv2.GaussianBlur(product, (0, 0), 2.0) for product in (x * x, y * y, x * y))
    one_way = np.sqrt(np.sqrt((xx - yy) ** 2 + 4 * xy * xy))
    return float(np.maximum(one_way[ring] - _GRAIN, 0).mean())


def _around_the_head(shape: tuple[int, ...], landmarks: Floats) -> NDArray[np.bool_]:
    """What lies above the shoulders and at most one face's width beside the face, (h, w)."""
    oval = landmarks[list(FACE_OVAL), :2]
    (left, _), (right, bottom) = oval.min(axis=0), oval.max(axis=0)
    width = right - left
    y, x = np.arange(shape[0])[:, None], np.arange(shape[1])
    beside = np.abs(x - (left + right) / 2) < 1.5 * width
    return cast(NDArray[np.bool_], (y < bottom + 0.3 * width) & beside)


def separate(image: Image, landmarks: Floats, coarse: Mask) -> Backdrop:
    """Cut the person out and fill in what is behind the silhouette's rim."""
    matte = refine_matte(image, coarse, landmarks)
    face_width = float(np.ptp(landmarks[:NUM_SKIN, 0]))
    margin = max(1.0, _FRINGE * face_width)
    away = cv2.distanceTransform((matte <= _CLEAR).astype(np.uint8), cv2.DIST_L2, 3)
    plate = fill(image, (away <= margin).astype(np.uint8), _REVEALED * face_width)
    rim = np.flatnonzero((matte < 255) & (away <= margin + 1))
    foreground = _foreground(image, plate, matte, rim)
    together = overlay(np.dstack([foreground, matte]), plate)
    return Backdrop(plate, matte, foreground, find_residue(image, together, face_width))


def _foreground(image: Image, plate: Image, matte: Mask, rim: NDArray[np.intp]) -> Image:
    """The picture with the person's own colours in the pixels ``rim``, where the background
    shines through, or may once the picture is resampled."""
    if rim.size == 0:
        return image.copy()
    own = _own_colours(image, matte).reshape(-1, 3).take(rim, axis=0).astype(np.float32)
    opacity = matte.ravel().take(rim)[:, None].astype(np.float32) / 255
    seen, behind = (p.reshape(-1, 3).take(rim, axis=0).astype(np.float32) for p in (image, plate))
    missing = seen - opacity * own - (1 - opacity) * behind
    # Where the person is nearly opaque the picture itself tells its colour; where it is not,
    # what is missing is the background's.
    told = np.clip((opacity - 0.3) / 0.6, 0, 1) / np.maximum(opacity, 0.1)
    result = image.copy()
    result.reshape(-1, 3)[rim] = np.clip(np.rint(own + missing * told), 0, 255)
    return result


def _own_colours(image: Image, matte: Mask) -> Image:
    """Colours of the opaque person, spread outwards and blurred."""
    height, width = matte.shape
    reduction = min(1.0, _WORK_SIDE / max(height, width))
    size = max(1, round(width * reduction)), max(1, round(height * reduction))
    weight = (matte >= _OPAQUE).astype(np.float32)
    data = cv2.merge([*cv2.split(image * weight[..., None]), weight])
    data = cv2.resize(data, size, interpolation=cv2.INTER_AREA)
    total = np.zeros_like(data)
    for reach, share in ((1, 1.0), (3, 1e-2), (8, 1e-4), (24, 1e-6)):
        span = 2 * max(1, round(2 * reach * max(size) / _WORK_SIDE)) + 1
        total = total + np.float32(share) * cv2.blur(data, (span, span))
    mean = np.clip(np.rint(total[..., :3] / (total[..., 3:] + 1e-9)), 0, 255).astype(np.uint8)
    return cast(Image, cv2.resize(mean, (width, height), interpolation=cv2.INTER_LINEAR))
