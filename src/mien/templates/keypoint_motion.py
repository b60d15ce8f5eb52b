"""LivePortrait's keypoints and rotations as a motion that any engine plays."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from mien.motion.keypoints import blendshapes_from_keypoints, head_units_from_canvas
from mien.templates.checks import check_rate, check_ratios
from mien.templates.own_share import own_shares
from mien.templates.template import KeypointTrack, MotionTemplate, check_keypoints
from mien.types import Floats


def template_from_keypoints(
    keypoints: KeypointTrack,
    *,
    rate: Fraction,
    rotation: Floats,
    ratios: Floats | None,
    first_frame: int = 0,
    made_from: str = "",
) -> MotionTemplate:
    """The template whose pose, place, size and blendshapes are what the keypoints say, measured
    against row 0. Its expression replaces the portrait's own as far as it is one.

    rotation: (rows, 3, 3) camera from head. ratios: (rows, 3) right eye, left eye, lips, or None.
    UnusableError for what is not sound.
    """
    check_rate(rate)
    check_keypoints(keypoints, len(rotation))
    if ratios is not None:
        check_ratios(ratios, len(rotation))
    blendshapes = blendshapes_from_keypoints(
        keypoints.expression,
        keypoints.expression[0],
        ratios,
        None if ratios is None else ratios[0],
    )
    scale = float(keypoints.scale[0])
    travel = head_units_from_canvas(keypoints.translation[:, :2], scale)
    return MotionTemplate(
        rate=rate,
        rotation=np.asarray(rotation, np.float32),
        translation=travel.astype(np.float32),
        scale=(keypoints.scale / scale).astype(np.float32),
        blendshapes=blendshapes,
        own_expression=own_shares(blendshapes, rate),
        closure=np.zeros(len(rotation), np.float32),
        ratios=ratios,
        keypoints=keypoints,
        first_frame=first_frame,
        made_from=made_from,
    )
