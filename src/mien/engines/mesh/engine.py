"""The mesh engine: a portrait warped in real time, with no network and no GPU."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import repeat
from typing import ClassVar, cast

import cv2
import numpy as np
from numpy.typing import NDArray

from mien.engines.base import EngineInfo
from mien.engines.mesh.driving import Step, follow
from mien.engines.mesh.geometry import place_vertices
from mien.engines.mesh.lips import parting
from mien.engines.mesh.mouth.painter import MouthPainter
from mien.engines.mesh.remap import remap
from mien.engines.mesh.shading import STEP as GAIN_STEP
from mien.engines.mesh.shading import ShadingTransfer
from mien.engines.mesh.source import MAX_SIDE, MeshSource, prepare_source
from mien.engines.mesh.warp import MAP_STEP, Warp
from mien.landmarks import NUM_LANDMARKS, NUM_SKIN
from mien.types import (
    Face,
    Floats,
    Image,
    Mask,
    Motion,
    MotionFrame,
    MotionOptions,
    Portrait,
    Rendered,
)


class MeshEngine:
    """Face mesh and 3D-aware image warp. Holds no state between runs."""

    info: ClassVar[EngineInfo] = EngineInfo(
        name="mesh",
        channels=("pixels", "landmarks", "blendshapes", "pose"),
        max_side=MAX_SIDE,
        latency_frames=0,
        devices=("cpu",),
        memory_mb=200,
        licence="Apache-2.0",
        crop_scale=2.2,
    )

    def prepare(
        self, portrait: Portrait, face: Face, *, crop_scale: float | None = None
    ) -> MeshSource:
        """Cut out the face, separate the person, lay the mesh. About 0.2 s at 512 pixels."""
        return prepare_source(portrait, face, crop_scale or self.info.crop_scale)

    def warmup(self, source: MeshSource) -> None:
        """Nothing to warm: the first frame costs what the others do."""

    def animate(
        self, source: MeshSource, motion: Motion, options: MotionOptions
    ) -> Iterator[Rendered]:
        """One rendered crop per motion frame, as large as the source's crop."""
        return self.animate_film(repeat(source), motion, options)

    def animate_film(
        self, sources: Iterator[MeshSource], motion: Motion, options: MotionOptions
    ) -> Iterator[Rendered]:
        """The same for a source of its own for every frame; ends with the shorter of the two."""
        run: _Run | None = None
        for source, frame in zip(sources, motion.frames, strict=False):
            if run is None:
                run = _Run(source, motion, options)
            pixels, alpha = run.paint(source, frame)
            yield Rendered(
                pixels, source.feather, source.crop.to_picture, frame.pts, frame.time_base,
                alpha if source.transparent else None,
            )  # fmt: skip

    def reset(self) -> None:
        """Nothing is carried from run to run."""

    def close(self) -> None:
        """Nothing is held."""


class _Run:
    """One motion followed by one face, which may be another picture with every frame."""

    def __init__(self, source: MeshSource, motion: Motion, options: MotionOptions) -> None:
        self._options = options
        self._driver = motion.reference.pixels
        self._follower = follow(motion, options, stiff=source.mesh.stiff)
        self._source: MeshSource | None = None

    def paint(self, source: MeshSource, frame: MotionFrame) -> tuple[Image, Mask]:
        """The next frame's crop (h, w, 3) and the alpha (h, w) of what was warped."""
        if source is not self._source:
            self._source, self._painter = source, self._painter_for(source)
        return self._painter.paint(self._follower.follow(frame, source.mesh))

    def _painter_for(self, source: MeshSource) -> Painter:
        registration, shading = self._follower.registration, None
        if registration is not None:
            strength = min(1.0, self._options.multiplier)
            shading = ShadingTransfer(registration, source.mesh, strength=strength)
        mouth = source.mouth.following(self._driver) if self._driver else source.mouth
        return Painter(source, shading, mouth)


class Painter:
    """Draws the steps of one source."""

    def __init__(
        self, source: MeshSource, shading: ShadingTransfer | None, mouth: MouthPainter
    ) -> None:
        self._source, self._shading, self._mouth = source, shading, mouth
        self._warp = Warp(source)

    def paint(self, step: Step) -> tuple[Image, Mask]:
        """The crop (h, w, 3) for one step, and the alpha (h, w) of what was warped."""
        target = step.target
        vertices = place_vertices(self._source.mesh, target.head, target.pose, step.ring_shift)
        places = self._warp.backward_map(vertices, parting(target.head, self._source.mesh.head))
        layer = self._warp.picture(places, vertices)
        if self._source.backdrop is not None:
            picture = self._source.backdrop.compose(layer, places.full)
        else:
            picture = cast(Image, cv2.cvtColor(layer, cv2.COLOR_RGBA2RGB))
        if self._shading is not None and step.reading is not None:
            self._shade(
                picture,
                places.coarse,
                vertices,
                self._shading.gain(step.reading.luma, step.reading.trust),
            )
        points = vertices[:NUM_LANDMARKS]
        self._source.eyes.paint(picture, points, target.apertures)
        self._source.lids.paint(picture, points, target.apertures)
        self._mouth.paint(picture, points, target.head, target.pose, step.driver)
        return picture, layer[..., 3]

    def _shade(
        self,
        picture: Image,
        coarse: NDArray[np.float32],
        vertices: Floats,
        gain: NDArray[np.float32],
    ) -> None:
        """Multiply the face in place with a log gain given for the source at rest."""
        step = MAP_STEP
        low = np.maximum(np.floor(vertices[:NUM_SKIN, :2].min(0) / step), 0).astype(int)
        high = np.ceil(vertices[:NUM_SKIN, :2].max(0) / step).astype(int) + 1
        x, y = (coarse[:, low[1] : high[1], low[0] : high[0]] + 0.5) / GAIN_STEP - 0.5
        if x.size == 0:
            return
        moved = remap(gain, x, y, border=cv2.BORDER_CONSTANT)
        factor = np.clip(np.exp(moved) * 128, 0, 255).astype(np.uint8)
        factor = cv2.resize(factor, None, fx=step, fy=step)
        region = picture[low[1] * step : high[1] * step, low[0] * step : high[0] * step]
        factor = factor[: region.shape[0], : region.shape[1]]
        cv2.multiply(region, cv2.merge([factor] * 3), dst=region, scale=1 / 128)
