"""All that the LivePortrait engine keeps of one face of a portrait."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from mien.engines.liveportrait.algebra import SourceMotion, source_motion
from mien.engines.liveportrait.driving import INPUT_SIDE
from mien.engines.liveportrait.framing import Placement, frame_box, frame_source, ratios_of
from mien.engines.liveportrait.framing.points import PointsOf, same_points
from mien.engines.liveportrait.framing.subjects import SOURCE_SCALE, SOURCE_Y
from mien.engines.liveportrait.runtimes.base import Runtime
from mien.types import Face, Floats, Framing, Mask, Portrait


@dataclass(frozen=True, slots=True)
class LivePortraitSource:
    """One face, ready to be moved.

    placement: the crop that is rendered. motion: what the motion extractor says of it. prepared:
    what the runtime keeps of it. coverage: (512, 512), the crop's transparency, where the
    portrait has one; it stays where it is, whatever moves.
    """

    placement: Placement
    motion: SourceMotion
    prepared: Any
    coverage: Mask | None


def prepare_source(
    runtime: Runtime,
    portrait: Portrait,
    face: Face,
    framing: Framing,
    points_of: PointsOf = same_points,
) -> LivePortraitSource:
    """Cut the face out and let the networks look at it."""
    known = face.box is None
    points = points_of(portrait.pixels, face.landmarks) if known else face.landmarks
    placement = _placement(face, points, framing)
    picture = placement.cut(portrait.pixels, INPUT_SIDE)
    (reading,) = runtime.read_motion(picture[None])
    motion = source_motion(reading, ratios_of(points) if known else None)
    return LivePortraitSource(
        placement,
        motion,
        runtime.prepare(picture, motion.keypoints),
        None if portrait.alpha is None else placement.cut(portrait.alpha),
    )


def _placement(face: Face, points: Floats, framing: Framing) -> Placement:
    scale, x, y = framing.usual(SOURCE_SCALE, SOURCE_Y)
    if face.box is not None:
        return frame_box(face.box, scale=scale, x=x, y=y)
    return frame_source(points, scale=scale, x=x, y=y)
