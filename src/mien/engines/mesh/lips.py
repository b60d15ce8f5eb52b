"""Lips of one person moved by those of another: thickness and opening stay plausible."""

from __future__ import annotations

import numpy as np

from mien.engines.mesh.bounds import ease_to
from mien.engines.mesh.mouth.opening import LOWER, UPPER, lip_gap
from mien.landmarks import INNER_LIPS, LEFT_EYE, OUTER_LIPS, RIGHT_EYE
from mien.motion.face_template import FACE_TEMPLATE
from mien.motion.fields import LIP_RINGS
from mien.types import Floats

_RINGS = np.array(LIP_RINGS)
"""(4, 20): rings from the skin to the opening."""
_EDGE = _RINGS[3]
_SURROUNDINGS = np.array(
    (57, 186, 92, 165, 167, 164, 393, 391, 322, 410, 287, 273, 335, 406, 313, 18, 83, 182, 106, 43)
)
"""The skin next to the lips, point by point beside their outer edge."""
_LEAST_SHARE = 0.35
"""The share of its thickness that is left of a squeezed lip and of the skin next to it."""
_PARTED_GAP = 0.06
"""Head units between lips from which they are fully parted."""
_SKIN_REACH = 0.3
"""Head units around the lips in which skin makes room for them."""
_LEAST_BESIDE = 0.03
"""Head units by which the skin next to a lip lies outside of it."""
_FREE_OPENING, _WIDEST_OPENING = 0.55, 0.85
"""Head units between the middles of the lips: reached faithfully, and never exceeded."""


def _jaw_share() -> Floats:
    """How far each landmark goes along when the lower lip is held back, (478,)."""
    points = FACE_TEMPLATE.landmarks[:, :2]
    below = np.clip((points[:, 1] - points[list(INNER_LIPS), 1].mean()) / 0.1, 0, 1)
    sideways = np.clip(1.6 - np.abs(points[:, 0]) / 0.6, 0, 1)
    share = below * sideways
    share[LOWER[1:-1]] = 1
    share[UPPER[1:-1]] = 0
    share[list(OUTER_LIPS[1:10])] = 0
    return np.asarray(share)


_JAW_SHARE = _jaw_share()


def _skin_share() -> Floats:
    """How far each landmark goes along with each of the lips' surroundings, (478, 20); rows sum
    up to 1 next to them, to 0 from _SKIN_REACH on, at the lips and at the surroundings."""
    points = FACE_TEMPLATE.landmarks[:, :2]
    distance = np.linalg.norm(points[:, None] - points[_SURROUNDINGS], axis=2)
    share = np.exp(-((distance / 0.08) ** 2)) + 1e-9
    fade = np.clip(1 - distance.min(axis=1) / _SKIN_REACH, 0, 1)
    fade[_RINGS.ravel()] = 0
    fade[_SURROUNDINGS] = 0
    return np.asarray(share / share.sum(axis=1, keepdims=True) * fade[:, None])


_SKIN_SHARE = _skin_share()


def proportion_lips(
    head: Floats, source: Floats, reference: Floats, driver: Floats, gain: float
) -> None:
    """Set the lips of ``head`` (478, 3) in place: their edges as they are, their red in
    proportion to the source's. Added as it is, the change of full lips would turn thin ones
    inside out."""
    outline = head[_SURROUNDINGS]
    own = source[_RINGS[:3]] - source[_EDGE]
    before = reference[_RINGS[:3]] - reference[_EDGE]
    now = driver[_RINGS[:3]] - driver[_EDGE]
    head[_RINGS[:3]] = head[_EDGE] + _in_proportion(own, before, now, gain)
    own = source[_SURROUNDINGS] - source[_RINGS[0]]
    before = reference[_SURROUNDINGS] - reference[_RINGS[0]]
    now = driver[_SURROUNDINGS] - driver[_RINGS[0]]
    head[_SURROUNDINGS] = head[_RINGS[0]] + _in_proportion(own, before, now, gain)
    # The skin around makes room, or the lips would be drawn into it.
    head += _SKIN_SHARE @ (head[_SURROUNDINGS] - outline)


def _in_proportion(own: Floats, before: Floats, now: Floats, gain: float) -> Floats:
    """Offsets (..., 3) of the source changed as those of the driver, in proportion to their
    length, and never turned over."""
    length = np.linalg.norm(own, axis=-1, keepdims=True)
    ratio = length / np.maximum(np.linalg.norm(before, axis=-1, keepdims=True), 1e-3)
    offset = own + (now - before) * (np.clip(ratio, 0, 1.5) * gain)
    along = (offset * own).sum(axis=-1, keepdims=True) / np.maximum(length * length, 1e-6)
    return np.asarray(offset + np.maximum(_LEAST_SHARE - along, 0) * own)


def unfold_lips(landmarks: Floats) -> Floats:
    """Pixel landmarks (478, 3) with the skin around the lips outside of the lips. Around a wide
    open mouth the tracker pulls the skin of the chin up over the lower lip; when such a mouth
    closes, that lip would be seen twice."""
    unit = float(np.linalg.norm((landmarks[list(RIGHT_EYE)] - landmarks[list(LEFT_EYE)]).mean(0)))
    outward = (landmarks[_RINGS[0]] - landmarks[_RINGS[3]])[:, :2]
    outward /= np.maximum(np.linalg.norm(outward, axis=1, keepdims=True), 1e-6)
    beside = (landmarks[_SURROUNDINGS] - landmarks[_RINGS[0]])[:, :2]
    missing = np.maximum(_LEAST_BESIDE * unit - (beside * outward).sum(axis=1), 0)
    if not missing.any():
        return landmarks
    unfolded = landmarks.copy()
    push = missing[:, None] * outward
    unfolded[_SURROUNDINGS, :2] += push
    unfolded[:, :2] += _SKIN_SHARE @ push
    return unfolded


def draw_back_lips(vertices: Floats, share: float) -> Floats:
    """Where the skin of parted lips lies in a picture of closed ones: the edges of the lips
    (n, 2 or 3 pixels, n >= 478) drawn back by a share of the way to the next ring. The dark line
    where the lips met belongs to neither of them."""
    parted = vertices.copy()
    parted[_EDGE] += share * (vertices[_RINGS[2]] - vertices[_EDGE])
    return parted


def parting(head: Floats, source: Floats) -> float:
    """How far lips that are closed in the source are parted in ``head``, 0..1."""
    own, now = lip_gap(source), lip_gap(head)
    closed = 1 - min(max(own / _PARTED_GAP, 0.0), 1.0)
    return closed * min(max((now - own) / _PARTED_GAP, 0.0), 1.0)


def limit_opening(head: Floats, source: Floats) -> None:
    """Hold the jaw of ``head`` (478, 3) back, in place, where it would open unnaturally far:
    the driver's opening adds to one that the source may have already."""
    middle = slice(3, 8)
    opening = float((head[LOWER[middle], 1] - head[UPPER[middle], 1]).mean())
    own = float((source[LOWER[middle], 1] - source[UPPER[middle], 1]).mean())
    free, widest = max(_FREE_OPENING, own), max(_WIDEST_OPENING, own + 0.1)
    if opening > free:
        head[:, 1] -= _JAW_SHARE * (opening - ease_to(opening, free, widest))
