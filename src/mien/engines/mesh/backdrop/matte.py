"""Sharpens the network's coarse person mask to the resolution of the picture.

The network answers in 256 x 256 cells and is unsure for a few cells around the outline. There
the colours decide: how far a pixel lies from the background's colour next to it towards the
person's, smoothed along the picture's own edges by a guided filter (He, Sun, Tang 2010).
"""

from __future__ import annotations

from typing import cast

import cv2
import numpy as np

from mien.landmarks import FACE_OVAL
from mien.types import Floats, Image, Mask

_WORK_SIDE = 512
_UNSURE = 0.016
"""Half the width of the zone around the coarse outline where colours decide, as a share of the
picture's longer side: four cells of the network."""
_NEARBY = 0.03
"""Reach of the local colour means, same unit."""
_INWARD = 0.6
"""How far inside the outline colours are asked, as a share of the zone: rim light and patterned
clothes look like background."""
_NOISE = 0.05**2
"""Squared colour distance (colours 0..1) at which colours say as much as the network."""
_SMOOTHNESS = 2e-4
"""The guided filter's epsilon for colours 0..1: grain is ignored, a hair is an edge."""
_SMALL_HOLE = 0.002
"""Gaps in the coarse mask up to this share of the picture are the network's mistakes."""
_TOE, _SHOULDER = 0.08, 0.92
"""Opacity is stretched between these: no veil over the background, no holes in the person."""


def refine_matte(image: Image, coarse: Mask, landmarks: Floats) -> Mask:
    """The opacity of the person in an RGB crop, (height, width), 0..255, with hair.

    coarse: the segmentation network's answer for this crop. landmarks: (478, 2 or 3) crop
    pixels; the face they outline is always person, and so is only what hangs together with it.
    """
    height, width = coarse.shape
    reduction = min(1.0, _WORK_SIDE / max(height, width))
    size = max(1, round(width * reduction)), max(1, round(height * reduction))
    small = cv2.resize(image, size, interpolation=cv2.INTER_AREA).astype(np.float32) / 255
    sure, opacity = _sure_and_soft(coarse, landmarks[:, :2], size)
    guess = _by_colour(small, sure, opacity)
    radius = max(1, round(0.35 * _UNSURE * max(size)))
    slope, offset = _guide(small, guess, radius)
    matte = _apply(image, slope, offset)
    matte = np.clip((matte - _TOE) / (_SHOULDER - _TOE), 0, 1)
    certain = cv2.resize(sure, (width, height), interpolation=cv2.INTER_LINEAR)
    matte = np.where(certain >= 0.999, 1.0, np.where(certain <= 0.001, 0.0, matte))
    return np.rint(matte * 255).astype(np.uint8)


def _sure_and_soft(coarse: Mask, points: Floats, size: tuple[int, int]) -> tuple[Floats, Floats]:
    """At the working size: 1 where surely person, 0 where surely not, 0.5 between; and the
    coarse opacity without stray blobs."""
    scale = np.array(size) / coarse.shape[::-1]
    oval = np.rint((points[list(FACE_OVAL)] + 0.5) * scale - 0.5).astype(np.int32)
    face = cast(Mask, cv2.fillPoly(np.zeros(size[::-1], np.uint8), [oval], 255))
    small = np.maximum(cv2.resize(coarse, size, interpolation=cv2.INTER_AREA), face)
    body = _with_the_face((small >= 128).astype(np.uint8), face)
    reach = max(1.0, _UNSURE * max(size))
    inside = cv2.distanceTransform(body, cv2.DIST_L2, 3)
    outside = cv2.distanceTransform(1 - body, cv2.DIST_L2, 3)
    sure = np.full(small.shape, 0.5, np.float32)
    sure[(inside > _INWARD * reach) | (face > 0)] = 1
    sure[outside > reach] = 0
    soft = small.astype(np.float32) / 255
    soft[sure == 0] = 0
    soft[sure == 1] = 1
    return sure, soft


def _with_the_face(body: Mask, face: Mask) -> Mask:
    """Of a 0/1 mask that covers the face the part that hangs together with it, without its
    small holes."""
    _, labels = cv2.connectedComponents(body)
    kept = np.isin(labels, np.unique(labels[face > 0])).astype(np.uint8)
    _, labels, stats, _ = cv2.connectedComponentsWithStats(1 - kept)
    small = stats[:, cv2.CC_STAT_AREA] < _SMALL_HOLE * body.size
    small[0] = False
    kept[small[labels]] = 1
    return kept


def _by_colour(image: Floats, sure: Floats, opacity: Floats) -> Floats:
    """The coarse opacity, corrected where the colours of person and background differ."""
    if not (sure == 0).any():
        return opacity
    person, person_spread = _local(image, (sure == 1).astype(np.float32))
    behind, behind_spread = _local(image, (sure == 0).astype(np.float32))
    across = person - behind
    distance = cv2.transform(across * across, np.ones((1, 3)))
    along = cv2.transform((image - behind) * across, np.ones((1, 3)))
    coloured = np.clip(along / (distance + 1e-6), 0, 1)
    trust = distance / (distance + 2 * (person_spread + behind_spread) + _NOISE)
    trust = np.where(sure == 0.5, trust, 0)
    return _fill_holes((opacity + trust * (coloured - opacity)).astype(np.float32), sure)


def _fill_holes(opacity: Floats, sure: Floats) -> Floats:
    """What the background does not reach through other background is person."""
    _, labels = cv2.connectedComponents((opacity < 0.5).astype(np.uint8))
    open_air = np.zeros(labels.max() + 1, bool)
    open_air[labels[sure == 0]] = True
    open_air[0] = True
    opacity[~open_air[labels]] = 1
    return opacity


def _local(image: Floats, where: Floats) -> tuple[Floats, Floats]:
    """Mean colour and its variance (summed over channels) of the pixels ``where`` around each
    pixel; from further away where there are none near."""
    power = cv2.transform(image * image, np.ones((1, 3)))
    data = cv2.merge([*cv2.split(image), power]) * where[..., None]
    size = tuple(max(1, side // 4) for side in where.shape[::-1])
    small = [cv2.resize(part, size, interpolation=cv2.INTER_AREA) for part in (data, where)]
    radius = max(1, round(_NEARBY * max(size)))
    total = _blurred(np.dstack(small), radius)
    total += np.float32(1e-3) * _blurred(np.dstack(small), 4 * radius)
    mean = cv2.resize(total[..., :4] / (total[..., 4:] + 1e-9), where.shape[::-1])
    spread = mean[..., 3] - cv2.transform(mean[..., :3] ** 2, np.ones((1, 3)))
    return cast(Floats, mean[..., :3]), np.maximum(spread, 0)


def _blurred(data: Floats, radius: int) -> Floats:
    span = 2 * radius + 1, 2 * radius + 1
    return cast(Floats, cv2.blur(cv2.blur(data, span), span))


def _guide(image: Floats, guess: Floats, radius: int) -> tuple[Floats, Floats]:
    """Coefficients (slope (h, w, 3), offset (h, w)) of the colour-guided filter of ``guess``."""

    def mean(data: Floats) -> Floats:
        return cast(Floats, cv2.blur(data, (2 * radius + 1, 2 * radius + 1)))

    centre, level = mean(image), mean(guess)
    covariance = mean(image * guess[..., None]) - centre * level[..., None]
    pairs = [(0, 0), (0, 1), (0, 2), (1, 1), (1, 2), (2, 2)]
    products = np.dstack([image[..., i] * image[..., j] for i, j in pairs])
    spread = np.dstack([mean(products[..., :3]), mean(products[..., 3:])])
    spread -= np.dstack([centre[..., i] * centre[..., j] for i, j in pairs])
    spread[..., [0, 3, 5]] += _SMOOTHNESS
    slope = _solve(spread, covariance)
    offset = level - (slope * centre).sum(axis=2)
    return mean(slope), mean(offset)


def _solve(matrix: Floats, right: Floats) -> Floats:
    """Solve symmetric 3 x 3 systems: matrix (h, w, 6) upper rows, right (h, w, 3)."""
    a, b, c, d, e, f = np.moveaxis(matrix, -1, 0)
    p, q, r = np.moveaxis(right, -1, 0)
    aa, ab, ac = d * f - e * e, c * e - b * f, b * e - c * d
    bb, bc, cc = a * f - c * c, b * c - a * e, a * d - b * b
    scale = 1 / np.maximum(a * aa + b * ab + c * ac, 1e-20)
    rows = [aa * p + ab * q + ac * r, ab * p + bb * q + bc * r, ac * p + bc * q + cc * r]
    return np.dstack([row * scale for row in rows])


def _apply(image: Image, slope: Floats, offset: Floats) -> Floats:
    """The filter's answer at the resolution of ``image``."""
    size = image.shape[1::-1]
    matte = cast(Floats, cv2.resize(offset, size, interpolation=cv2.INTER_LINEAR))
    for channel in range(3):
        part = cv2.resize(slope[..., channel], size, interpolation=cv2.INTER_LINEAR)
        matte = matte + part * (image[..., channel] * np.float32(1 / 255))
    return matte
