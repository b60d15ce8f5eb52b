"""Edits as LivePortrait's own editor makes them: its sliders instead of blendshapes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from mien.motion.edits import Edits
from mien.motion.keypoints.conversion import keypoints_from_blendshapes
from mien.motion.keypoints.directions import NUM_KEYPOINTS, slider_moves
from mien.motion.keypoints.editor import EDITOR
from mien.types import Floats, Keypoints

_SLIDERS = {
    "smile": ("smile", 1),
    "grin": ("grin", 1),
    "pout": ("pouting", 1),
    "purse": ("pursing", 1),
    "lip_close": ("lip close-open", -1),
    "brow": ("eyebrow", 1),
    "wink_left": ("wink, mirrored", 1),
    "wink_right": ("wink", 1),
    "gaze_x": ("eyeball x", 1),
    "gaze_y": ("eyeball y", 1),
    "move_x": ("movement x", 1),
    "move_y": ("movement y", 1),
}
"""Our slider -> the editor's, and its direction. docs/editing.md lists what comes of it."""


def keypoints_of_edits(edits: Edits) -> Keypoints:
    """What the edits change of LivePortrait's keypoints: an expression to be added to any, a scale
    to multiply by, no translation. Angles and fixed openings are told elsewhere.

    A slider of ours at 1 is the editor's at its end. ``--set`` moves what its shape would beside
    the sliders' own blendshapes.
    """
    expression = np.zeros((NUM_KEYPOINTS, 3))
    for ours, (theirs, sign) in _SLIDERS.items():
        position = sign * getattr(edits, ours)
        slider = EDITOR[theirs]
        end = slider.high if position > 0 else -slider.low
        expression += slider_moves(theirs, position * end)
    if edits.shapes:
        expression += _set_shapes(edits)
    return Keypoints(expression.astype(np.float32), edits.zoom, np.zeros(3, np.float32))


def _set_shapes(edits: Edits) -> Floats:
    """(21, 3): what shapes set by name change beside the sliders."""
    without = replace(edits, shapes={})
    both = np.stack([edits.moment.weights, without.moment.weights])
    with_them, others = keypoints_from_blendshapes(both)
    return np.asarray(with_them - others)
