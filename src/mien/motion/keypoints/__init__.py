"""LivePortrait's 21 implicit keypoints and what they say in our terms.

The keypoints carry no meaning of their own: a network invented them. What is known of them is
what LivePortrait's editor does with them (:mod:`.directions`) and how they went along with the
measured opening of eyes and lips in films (:mod:`.apertures`). docs/keypoints.md tells the story.
"""

from mien.motion.keypoints.apertures import person_ratios, template_ratios
from mien.motion.keypoints.canvas import (
    HEAD_UNIT,
    canvas_from_head_units,
    head_units_from_canvas,
    rotation_from_template,
    rotation_to_template,
    rotations_from_degrees,
)
from mien.motion.keypoints.conversion import blendshapes_from_keypoints, keypoints_from_blendshapes
from mien.motion.keypoints.edited import keypoints_of_edits

__all__ = [
    "HEAD_UNIT",
    "blendshapes_from_keypoints",
    "canvas_from_head_units",
    "head_units_from_canvas",
    "keypoints_from_blendshapes",
    "keypoints_of_edits",
    "person_ratios",
    "rotation_from_template",
    "rotation_to_template",
    "rotations_from_degrees",
    "template_ratios",
]
