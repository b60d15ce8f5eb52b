"""How far eyes and lips are open, as opening over width, and faces brought to a wanted openness.

The ratio is LivePortrait's (Guo et al. 2024): the distance of the lids at the middle of the eye
over the distance of its corners, that of the inner lips over the width of the mouth. Open eyes
have .25 to .45, lips 0 to .8.
"""

from __future__ import annotations

from typing import cast

import numpy as np

from mien.engines.mesh.bounds import ease_to
from mien.engines.mesh.lips import limit_opening
from mien.landmarks import LEFT_EYE, OUTER_LIPS, RIGHT_EYE
from mien.motion.arkit import SHAPE_INDEX
from mien.motion.blendshapes.basis import SKIN_BASIS, mouth_scale
from mien.motion.blendshapes.eyes import (
    CREASE_FOLLOWS,
    CREASES,
    LOWER_LIDS,
    POUCH_FOLLOWS,
    POUCHES,
    UPPER_LID_SHARE,
    UPPER_LIDS,
)
from mien.motion.blendshapes.lips import close_lips
from mien.motion.blendshapes.posing import pose_face
from mien.motion.face_template import FACE_TEMPLATE
from mien.types import MAX_RATIO, Floats, MotionFrame, MotionOptions

_UPPER = np.array((RIGHT_EYE[4], LEFT_EYE[4], 13))
_LOWER = np.array((RIGHT_EYE[12], LEFT_EYE[12], 14))
_FIRST = np.array((RIGHT_EYE[0], LEFT_EYE[0], OUTER_LIPS[0]))
_LAST = np.array((RIGHT_EYE[8], LEFT_EYE[8], OUTER_LIPS[10]))
"""Middle of the upper and the lower edge, and both corners, of right eye, left eye and lips."""
_EYES, _LIPS = slice(0, 2), 2
_CLOSED_READING = np.array((0.035, 0.035, 0.012))
_SURELY_OPEN = np.array((0.14, 0.14, 0.06))
"""What landmarks say of shut eyes and lips, and from where on they are right."""
_LIPS_APART = 0.03
"""Ratio from which lips count as open: LivePortrait's threshold."""
_SHUT = 0.08
"""Eyes of a portrait with a smaller ratio do not show what they look like open."""
_FREE_EYE, _WIDEST_EYE = 1.35, 1.75
"""Ratio against the portrait's own: reached faithfully, and never exceeded."""
_LIPS_ALONE = 0.12
"""Ratio up to which lips close without the jaw."""
_JAW = SHAPE_INDEX["jawOpen"]
_ROUNDS = 3


def opening_ratios(head: Floats) -> Floats:
    """(3,) opening over width of the right eye, the left eye and the lips of a face (478, 3) in
    the head frame."""
    apart, wide = head[_LOWER, :2] - head[_UPPER, :2], head[_LAST, :2] - head[_FIRST, :2]
    ratio = np.hypot(*apart.T) / np.maximum(np.hypot(*wide.T), 1e-6)
    return cast(Floats, np.where(apart[:, 1] > 0, ratio, 0.0))


def wanted_ratios(frame: MotionFrame, own: Floats, options: MotionOptions) -> Floats:
    """(3,) the ratios that right eye, left eye and lips are brought to, NaN where they are left
    to the motion.

    own: (3,) the portrait's. A number that is asked for holds in every frame, whatever region
    and multiplier; what comes from the driver obeys both.
    """
    wanted = np.full(3, np.nan)
    if options.retarget:
        reached = own + (driver_ratios(frame) - own) * options.multiplier
        reached = np.clip(reached, 0.0, MAX_RATIO)
        if "eyes" in options.retarget and options.region in ("all", "exp", "eyes"):
            wanted[_EYES] = reached[_EYES]
        if "lips" in options.retarget and options.region in ("all", "exp", "lip"):
            wanted[_LIPS] = reached[_LIPS]
    if options.eyes_open is not None:
        wanted[_EYES] = options.eyes_open
    if options.lips_open is not None:
        wanted[_LIPS] = options.lips_open
    return wanted


def driver_ratios(frame: MotionFrame) -> Floats:
    """(3,) the driver's own ratios: as it states them, else measured on its landmarks, else on
    the canonical face with its expression."""
    if frame.ratios is not None:
        return np.asarray(frame.ratios, np.float64)
    if frame.landmarks is None:
        posed = pose_face(FACE_TEMPLATE.landmarks, frame.blendshapes, frame.closure)
        return opening_ratios(posed)
    seen = opening_ratios(frame.landmarks)
    doubt = np.clip((_SURELY_OPEN - seen) / (_SURELY_OPEN - _CLOSED_READING), 0, 1)
    return cast(Floats, np.maximum(seen - _CLOSED_READING * doubt, 0.0))


def bring_to(head: Floats, source: Floats, wanted: Floats) -> Floats:
    """The face (478, 3) in the head frame with eyes and lips at ``wanted`` ratios (3,), NaN where
    they stay; lids keep the curves they have in the ``source``. Eyes stop at 1.75 times their
    ratio in the source, a jaw where :func:`limit_opening` holds it."""
    if np.isnan(wanted).all():
        return head
    head = np.array(head, np.float64)
    for eye in (0, 1):
        if np.isfinite(wanted[eye]):
            _set_lids(head, source, eye, float(wanted[eye]))
    if np.isfinite(wanted[_LIPS]):
        _set_lips(head, float(wanted[_LIPS]))
        limit_opening(head, source)
    return head


def with_closed_lips(head: Floats) -> Floats:
    """The face (478, 3) with its lips closed if they are open."""
    if opening_ratios(head)[_LIPS] < _LIPS_APART:
        return head
    return bring_to(head, head, np.array((np.nan, np.nan, 0.0)))


def _set_lids(head: Floats, source: Floats, eye: int, wanted: float) -> None:
    """Move the lids of one eye, the upper one most, in place."""
    own = float(opening_ratios(source)[eye])
    model = FACE_TEMPLATE.landmarks if own < _SHUT else source
    usual = float(opening_ratios(model)[eye])
    share = ease_to(wanted / usual, _FREE_EYE, _WIDEST_EYE)
    width = np.linalg.norm((head[_LAST] - head[_FIRST])[eye, :2])
    size = width / np.linalg.norm((model[_LAST] - model[_FIRST])[eye, :2])
    gap = (model[LOWER_LIDS[eye]] - model[UPPER_LIDS[eye]]) * (share * size)
    upper, lower = head[UPPER_LIDS[eye]], head[LOWER_LIDS[eye]]
    meeting = upper + UPPER_LID_SHARE * (lower - upper)
    raised = meeting - UPPER_LID_SHARE * gap - upper
    lowered = meeting + (1 - UPPER_LID_SHARE) * gap - lower
    head[UPPER_LIDS[eye]] += raised
    head[LOWER_LIDS[eye]] += lowered
    head[CREASES[eye]] += CREASE_FOLLOWS * raised
    head[POUCHES[eye]] += POUCH_FOLLOWS * lowered


def _set_lips(head: Floats, wanted: float) -> None:
    """Drop or raise the jaw; lips that are still apart then meet half way, in place."""
    now = float(opening_ratios(head)[_LIPS])
    if wanted > now:
        _move_jaw(head, wanted)
        return
    if now > _LIPS_ALONE:
        _move_jaw(head, max(wanted, _LIPS_ALONE))
        now = float(opening_ratios(head)[_LIPS])
    close_lips(head, 1.0 - wanted / now if now > 0 else 0.0)


def _move_jaw(head: Floats, wanted: float) -> None:
    drop = SKIN_BASIS[_JAW] * mouth_scale(head)
    per_weight = float(drop[_LOWER[_LIPS], 1] - drop[_UPPER[_LIPS], 1])
    for _ in range(_ROUNDS):  # the mouth's width changes a little with the jaw
        width = np.linalg.norm((head[_LAST] - head[_FIRST])[_LIPS, :2])
        gap = float(head[_LOWER[_LIPS], 1] - head[_UPPER[_LIPS], 1])
        head += drop * ((wanted * width - gap) / per_weight)
