"""Where the eyes look, as blendshapes."""

from __future__ import annotations


def gaze_shapes(right: float, up: float) -> dict[str, float]:
    """Both eyes together: -1..1, to the right of the picture and up; 1 is as far as they go."""
    return {
        "eyeLookOutLeft": max(right, 0.0),
        "eyeLookInRight": max(right, 0.0),
        "eyeLookInLeft": max(-right, 0.0),
        "eyeLookOutRight": max(-right, 0.0),
        "eyeLookUp": max(up, 0.0),
        "eyeLookDown": max(-up, 0.0),
    }
