"""The mesh engine: a portrait warped in real time, with no network and no GPU."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import repeat
from typing import ClassVar, cast

import cv2

from mien.engines.base import DEFAULT_FRAMING, EngineInfo
from mien.engines.mesh.change import weight_of_change
from mien.engines.mesh.driving import Step, follow
from mien.engines.mesh.folds.shading import FoldShading
from mien.engines.mesh.gain import Gain
from mien.engines.mesh.geometry import place_vertices
from mien.engines.mesh.lips import parting
from mien.engines.mesh.mouth.painter import MouthPainter
from mien.engines.mesh.sequence import next_source
from mien.engines.mesh.shading import ShadingTransfer
from mien.engines.mesh.source import CROP_SCALE, MAX_SIDE, MeshSource, prepare_source
from mien.engines.settings import DEFAULT_SETTINGS, EngineSettings
from mien.face import Segmenter
from mien.landmarks import NUM_LANDMARKS
from mien.types import (
    Face,
    Framing,
    Image,
    Mask,
    Motion,
    MotionFrame,
    MotionOptions,
    Portrait,
    Rendered,
)
from mien.weights.residents import MemoryBudget


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
        crop_scale=CROP_SCALE,
        parallel=True,
    )

    def __init__(
        self, settings: EngineSettings = DEFAULT_SETTINGS, *, budget: MemoryBudget | None = None
    ) -> None:
        """There is nothing to choose about it, and nothing to put away: any settings of its own
        will do."""
        self._segmenter: Segmenter | None = None

    @classmethod
    def check(cls, settings: EngineSettings, options: MotionOptions) -> None:
        """All motions can be made."""

    @classmethod
    def check_here(cls, settings: EngineSettings) -> None:
        """It runs everywhere."""

    def prepare(
        self,
        portrait: Portrait,
        face: Face,
        *,
        framing: Framing = DEFAULT_FRAMING,
        previous: MeshSource | None = None,
    ) -> MeshSource:
        """Cut out the face, separate the person, lay the mesh. 0.1 s at 512 pixels, 0.2 s where
        the background is filled in; with a ``previous`` source 40 ms."""
        self._segmenter = self._segmenter or Segmenter()
        if previous is None:
            return prepare_source(portrait, face, framing, self._segmenter)
        return next_source(previous, portrait, face, framing, self._segmenter)

    def warmup(self, source: MeshSource) -> None:
        """Nothing to warm: what the first frame makes for the others takes 10 ms."""

    def animate(
        self, source: MeshSource, motion: Motion, options: MotionOptions
    ) -> Iterator[Rendered]:
        """One rendered crop per motion frame, as large as the source's crop."""
        options = replace(options, head_rotation="add")  # there is no turning to be replaced
        return self.animate_film(repeat(source), motion, options)

    def animate_film(
        self, sources: Iterator[MeshSource], motion: Motion, options: MotionOptions
    ) -> Iterator[Rendered]:
        """The same for a source of its own for every frame; ends with the shorter of the two."""
        run: _Run | None = None
        for frame, source in zip(motion.frames, sources, strict=False):
            if run is None:
                run = _Run(source, motion, options)
            pixels, alpha = run.paint(source, frame)
            weight = source.feather
            if source.resting is not None:
                weight = weight_of_change(pixels, source.resting, weight)
            yield Rendered(
                pixels, weight, source.crop.to_picture, frame.pts, frame.time_base,
                alpha if source.transparent else None,
            )  # fmt: skip

    def reset(self) -> None:
        """Nothing is carried from run to run."""

    def close(self) -> None:
        """Give the network back that separates persons, if it was needed."""
        self._segmenter = None


class _Run:
    """One motion followed by one face, which may be another picture with every frame."""

    def __init__(self, source: MeshSource, motion: Motion, options: MotionOptions) -> None:
        self._options = options
        self._driver = motion.reference.pixels
        self._shading: ShadingTransfer | None = None
        self._mouth: MouthPainter | None = None
        self._folds: FoldShading | None = None
        self._follower = follow(motion, options, stiff=source.mesh.stiff)
        self._source: MeshSource | None = None

    def paint(self, source: MeshSource, frame: MotionFrame) -> tuple[Image, Mask]:
        """The next frame's crop (h, w, 3) and the alpha (h, w) of what was warped."""
        if source is not self._source:
            self._source, self._painter = source, self._painter_for(source)
        return self._painter.paint(self._follower.follow(frame, source.mesh))

    def _painter_for(self, source: MeshSource) -> _Painter:
        registration = self._follower.registration
        if self._shading is not None:
            self._shading.move_to(source.mesh)
        elif registration is not None:
            strength = min(1.0, self._options.multiplier)
            self._shading = ShadingTransfer(registration, source.mesh, strength=strength)
        mouth = source.mouth
        if self._driver is not None:
            mouth = self._mouth = mouth.following(self._driver, self._mouth)
        if self._folds is None:
            self._folds = source.folds
        else:
            self._folds = self._folds.in_next(source.mesh, source.texture)
        return _Painter(source, self._shading, self._folds, mouth)


class _Painter:
    """Draws the steps of one source. shading: as seen on the driver, if it is seen; folds: for
    the frames of which only blendshapes are known."""

    def __init__(
        self,
        source: MeshSource,
        shading: ShadingTransfer | None,
        folds: FoldShading,
        mouth: MouthPainter,
    ) -> None:
        self._source, self._mouth = source, mouth
        self._shading, self._folds = shading, folds
        self._warp = source.warp

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
        gain = self._shade(step)
        if gain is not None:
            gain.apply(picture, places.coarse, vertices)
        points = vertices[:NUM_LANDMARKS]
        self._source.eyes.paint(picture, points, target.apertures)
        self._source.lids.paint(picture, points, target.apertures)
        self._mouth.paint(picture, points, target.head, target.pose, step.driver, action=step.mouth)
        return picture, layer[..., 3]

    def _shade(self, step: Step) -> Gain | None:
        """What the expression does to the light on the skin: as seen on the driver, or made."""
        if self._shading is not None and step.reading is not None:
            return self._shading.gain(step.reading.luma, step.reading.trust)
        return None if step.expression is None else self._folds.gain(*step.expression)
