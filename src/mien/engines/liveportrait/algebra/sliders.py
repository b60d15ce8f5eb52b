"""LivePortrait's portrait editor: a picture moved by sliders alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from mien.engines.liveportrait.algebra.networks import Correctors
from mien.engines.liveportrait.algebra.openings import known_ratios
from mien.engines.liveportrait.algebra.readings import SourceMotion, source_motion
from mien.engines.liveportrait.algebra.rotation import rotation_from_degrees
from mien.engines.liveportrait.runtimes.base import KeypointReading
from mien.motion.keypoints.directions import NUM_KEYPOINTS, slider_moves
from mien.types import Floats


@dataclass(frozen=True, slots=True)
class EditorState:
    """Where LivePortrait's sliders stand, in its own units and signs.

    pitch, yaw, roll: degrees added to the portrait's. zoom: its "z-axis movement".
    sliders: positions by the names in :data:`mien.motion.keypoints.editor.EDITOR`.
    eyes_open, lips_open: targets, 0..0.8; None leaves them where they are.
    """

    pitch: float = 0.0
    yaw: float = 0.0
    roll: float = 0.0
    zoom: float = 1.0
    sliders: Mapping[str, float] = field(default_factory=dict)
    eyes_open: float | None = None
    lips_open: float | None = None


def edited(
    reading: KeypointReading,
    ratios: Floats | None,
    state: EditorState,
    correctors: Correctors,
    *,
    stitching: bool = True,
) -> Floats:
    """(21, 3) float32 keypoints of a portrait, read as ``reading`` and open as ``ratios`` (3,),
    with these edits.

    As in LivePortrait the translation's z counts here, and not in motion. OptionError for a slider
    that there is not, and for targets where the ratios are not known.
    """
    source = source_motion(reading, ratios)
    angles = reading.pitch + state.pitch, reading.yaw + state.yaw, reading.roll + state.roll
    expression = source.expression + _moved(state.sliders)
    head = source.canonical @ rotation_from_degrees(*angles) + expression
    keypoints = state.zoom * source.scale * head + source.translation
    targets = (state.eyes_open, state.lips_open)
    if targets != (None, None):
        keypoints = keypoints + _opened(source, targets, correctors)
    batch = keypoints[None].astype(np.float32)
    stitched = correctors.stitch(source.keypoints, batch) if stitching else batch
    return np.asarray(stitched[0])


def _moved(sliders: Mapping[str, float]) -> Floats:
    return sum((slider_moves(*at) for at in sliders.items()), np.zeros((NUM_KEYPOINTS, 3)))


def _opened(
    source: SourceMotion, targets: tuple[float | None, float | None], correctors: Correctors
) -> Floats:
    """(21, 3) that opens eyes and lips to their targets."""
    right, left, own_lips = known_ratios(source)
    eyes, lips = targets
    delta = np.zeros((NUM_KEYPOINTS, 3))
    if eyes is not None:
        asked = np.array([right, left, eyes], np.float32)
        delta = delta + correctors.eye_delta(source.keypoints, asked)
    if lips is not None:
        asked = np.array([own_lips, lips], np.float32)
        delta = delta + correctors.lip_delta(source.keypoints, asked)
    return delta
