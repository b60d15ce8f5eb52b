"""The sliders of LivePortrait's portrait editor, as it has them.

Each moves a few coordinates of a few keypoints; people found them by hand. Numbers are thousandths
of a canvas unit per unit of the slider, by keypoint and axis: ``"20y": -10.0`` moves keypoint 20 up
by .01 at 1. Its angles and its zoom are no such moves, its targets for eyes and lips are networks.
The mirrored wink is ours: keypoints 3, 11 and 13 lie opposite of 7, 15 and 16. :mod:`.directions`
reads these moves backwards. Pure data.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

Moves = dict[str, float]


@dataclass(frozen=True, slots=True)
class EditorSlider:
    """low, high: the ends of the slider. above, below: moves per unit for positions above 0, and
    for the others."""

    low: float
    high: float
    above: Moves
    below: Moves


def _even(low: float, high: float, moves: Moves) -> EditorSlider:
    """One that moves the same way on both sides of 0."""
    return EditorSlider(low, high, moves, moves)


EDITOR: Mapping[str, EditorSlider] = {
    "smile": _even(-0.3, 1.3, {
        "20y": -10.0, "14y": -20.0, "17y": 6.5, "17z": 3.0,
        "13y": -2.75, "16y": -2.75, "3y": -3.5, "7y": -3.5,
    }),
    "grin": _even(0.0, 15.0, {"20z": -1.0, "20y": -1.0, "14y": -1.0}),
    "pursing": _even(-20.0, 15.0, {"14y": 1.0, "3y": -0.5, "7y": -0.5, "17z": -0.5}),
    "pouting": _even(-0.09, 0.09, {"19x": 1000.0}),
    "lip close-open": _even(-90.0, 120.0, {"19y": 1.0, "19z": 0.1, "17y": -0.1}),
    "wink": _even(0.0, 39.0, {"11y": 1.0, "13y": -0.3, "17x": 0.3, "17y": 0.3, "3y": -0.3}),
    "wink, mirrored": _even(
        0.0, 39.0, {"15y": 1.0, "16y": -0.3, "17x": -0.3, "17y": 0.3, "7y": -0.3}
    ),
    "eyebrow": EditorSlider(
        -30.0, 30.0,
        {"1y": 1.0, "2y": -1.0},
        {"1x": -1.0, "2x": 1.0, "1y": 0.3, "2y": -0.3},
    ),
    "eyeball x": EditorSlider(
        -30.0, 30.0, {"11x": 0.7, "15x": 1.0}, {"11x": 1.0, "15x": 0.7}
    ),
    # the gaze's own -1 of 11y and 15y, and half a blink the other way
    "eyeball y": _even(-63.0, 63.0, {"11y": -0.5, "15y": -0.5, "13y": -0.15, "16y": -0.15}),
    "movement x": _even(-0.19, 0.19, {"5x": -1000.0}),
    "movement y": _even(-0.19, 0.19, {"5y": 1000.0}),
}  # fmt: skip
