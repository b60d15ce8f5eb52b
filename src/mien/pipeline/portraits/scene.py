"""What the driver's motion is played on: it turns motion frames into shots."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import tee
from typing import Any, Protocol

from mien.engines import Engine
from mien.pipeline.portraits.canvas import with_alpha
from mien.pipeline.stopwatch import Stopwatch
from mien.types import Image, Motion, MotionFrame, MotionOptions, Portrait, Rendered


@dataclass(frozen=True, slots=True)
class Shot:
    """One moment of the driver, the picture it is played on, RGB or RGBA, and all faces rendered
    for it. face_lost: whether the driver's face or the portrait's was not seen."""

    moment: MotionFrame
    picture: Image
    faces: Sequence[Rendered]
    face_lost: bool


class Scene(Protocol):
    """A portrait, still or moving, with the faces that are chosen in it."""

    def shots(self, motion: Motion, options: MotionOptions, watch: Stopwatch) -> Iterator[Shot]:
        """A shot for every frame of the motion, in order; a film may end it earlier. Closing it
        stops whatever works ahead."""
        ...


@dataclass(frozen=True, slots=True)
class PreparedFace:
    """One face of the portrait, prepared, and the engine that moves it."""

    engine: Engine[Any]
    source: Any


class StillScene:
    """A picture and the faces that move in it."""

    def __init__(self, portrait: Portrait, faces: Sequence[PreparedFace]) -> None:
        self._picture = with_alpha(portrait)
        self._faces = faces

    def shots(self, motion: Motion, options: MotionOptions, watch: Stopwatch) -> Iterator[Shot]:
        """All faces of each moment, in lockstep. ``tee`` holds on only to what the engine that
        is furthest ahead has read and another one has not: at most its latency."""
        moments, *copies = tee(motion.frames, 1 + len(self._faces))
        rendering = [
            watch.around("render", _animate(face, replace(motion, frames=copy), options))
            for face, copy in zip(self._faces, copies, strict=True)
        ]
        for moment, *rendered in zip(moments, *rendering, strict=True):
            yield Shot(moment, self._picture, rendered, moment.presence < 1)


def _animate(face: PreparedFace, motion: Motion, options: MotionOptions) -> Iterator[Rendered]:
    return face.engine.animate(face.source, motion, options)
