"""Moves the picture under the mesh."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from mien.engines.mesh.fine_texture import FineTexture
from mien.engines.mesh.geometry import FaceMesh
from mien.engines.mesh.lips import draw_back_lips
from mien.engines.mesh.raster import Place, Triangles
from mien.engines.mesh.remap import remap
from mien.engines.mesh.topology import OPENINGS, RING_BANDS, SKIN
from mien.landmarks import LEFT_EYE_OUTER_RING, NUM_SKIN, OUTER_LIPS, RIGHT_EYE_OUTER_RING
from mien.motion.face_template import FACE_TEMPLATE
from mien.types import Floats, Image

MAP_STEP = 4
"""The map is drawn for every fourth pixel and enlarged: it is smooth, and pixels are what costs
time. Where it is not smooth, at eyes and mouth and at hidden edges, it is drawn finely."""
_FINE_SIDE = 700
"""Longest side in pixels of crops whose parts are drawn for every pixel; of larger ones every
second."""
_MARGIN_PX = 3
_PARTS = (OUTER_LIPS, RIGHT_EYE_OUTER_RING, LEFT_EYE_OUTER_RING)
_PART_POINTS = [np.array(part) for part in _PARTS]
_PART_MARGIN = 0.25
"""Head units around a part in which triangles are drawn with it."""
_JUMP_PX = 2.2 * MAP_STEP
"""A step of the map between neighbouring samples that stretching alone does not make."""
_STEP_PX = 4.0
"""The same between neighbouring pixels."""
_AROUND = np.ones((3, 3), np.uint8)
_FEWEST_JUMPS = 24
"""Smaller groups of samples, their surroundings counted in, are not worth drawing."""
_LINE_SHARE = 0.5
"""Width of the dark line between closed lips, as a share of the way to the next ring."""
_PARTINGS = 4
"""Steps from closed lips to parted ones, each with an origin of its own."""


_Box: TypeAlias = tuple[tuple[slice, slice], Floats, Floats]
"""A part of the crop: as slices, low and high corner."""


@dataclass(frozen=True, slots=True)
class BackwardMap:
    """Where the crop's pixels come from, in crop pixels, (2, h, w): ``coarse`` for every
    MAP_STEP-th pixel, ``full`` for all. ``outlines``: the parts of the crop where the face hides
    what is behind it."""

    coarse: Place
    full: Place
    outlines: list[tuple[slice, slice]]


class _Layers:
    """Groups of triangles drawn one behind the other, skin in front by its own depth.

    groups: (m, 3) vertex numbers each, skin first. origins: (n, 2 or 3) crop pixels each, where
    the vertices lie in the portrait, one of which is chosen when they are drawn.
    """

    def __init__(self, groups: list[NDArray[np.intp]], origins: list[Floats]) -> None:
        vertices, levels, indices, count = [], [], [], 0
        for level, group in enumerate(groups):
            used, local = np.unique(group, return_inverse=True)
            indices.append(local.reshape(-1, 3) + count)
            vertices.append(used)
            levels.append(np.full(len(used), float(level)))
            count += len(used)
        self._vertices, self._levels = np.concatenate(vertices), np.concatenate(levels)
        self._own_depth = self._levels == 0
        corners = np.concatenate(indices)
        self._triangles = [Triangles(corners, origin[self._vertices, :2]) for origin in origins]

    def draw(
        self, vertices: Floats, low: Floats, high: Floats, *, origin: int, step: int
    ) -> tuple[Place, NDArray[np.bool_]]:
        """The map between two corners (x, y) of the crop, the second excluded."""
        points = vertices.take(self._vertices, axis=0)
        depth = points[:, 2]
        span = max(float(np.ptp(depth)), 1e-6)
        front = (depth - depth.min()) / span
        points[:, 2] = np.where(self._own_depth, front, 1 + self._levels)
        width, height = (-(-(b - a) // step) for a, b in zip(low, high, strict=True))
        corner = np.array(low) + (step - 1) / 2
        size = int(width), int(height)
        return self._triangles[origin].draw(points, size, corner=corner, step=step)


class Warp:
    """Draws backward maps for one source, and pictures through them; the same in every run.

    texture, fine, seen_once: as of :class:`mien.engines.mesh.source.MeshSource`.
    """

    def __init__(
        self, mesh: FaceMesh, texture: Image, fine: FineTexture | None, *, seen_once: bool
    ) -> None:
        self._size = mesh.size
        width, height = self._size
        self._padded = -(-width // MAP_STEP) * MAP_STEP, -(-height // MAP_STEP) * MAP_STEP
        self._fine_step = 1 if max(self._size) <= _FINE_SIDE else 2
        self._texture, self._fine, self._seen_once = texture, fine, seen_once
        rest = mesh.vertices
        parted = [
            draw_back_lips(rest, _LINE_SHARE * level / _PARTINGS) for level in range(_PARTINGS + 1)
        ]
        everything = [SKIN, OPENINGS, *RING_BANDS, mesh.border]
        self._all = _Layers(everything, parted)
        self._parts = [_Layers(near, parted) for near in _NEAR]
        self._outline = _Layers([SKIN, RING_BANDS[0], RING_BANDS[1]], [rest])

    def backward_map(self, vertices: Floats, parting: float) -> BackwardMap:
        """The map for vertices (NUM_VERTICES, 3) in crop pixels and lips parted so far, 0..1."""
        level = round(parting * _PARTINGS)
        end = np.array(self._padded)
        start = np.zeros(2, int)
        coarse, covered = self._all.draw(vertices, start, end, origin=level, step=MAP_STEP)
        _fill_holes(coarse, covered)
        full = np.empty((2, *self._padded[::-1]), np.float32)
        for axis in (0, 1):
            cv2.resize(coarse[axis], self._padded, dst=full[axis])
        boxes = [self._box(vertices[points, :2]) for points in _PART_POINTS]
        outlines = self._find_outlines(coarse, vertices, boxes)
        for part in outlines:
            target = full[:, part[0], part[1]]
            self._put(target, self._outline, vertices, part, origin=0, step=1)
        full = full[:, : self._size[1], : self._size[0]]
        self._hold_border(full)
        for (part, low, high), layers in zip(boxes, self._parts, strict=True):
            if (high > low).all():
                target = full[:, part[0], part[1]]
                step = self._fine_step
                self._put(target, layers, vertices, part, origin=level, step=step)
        return BackwardMap(coarse, full, outlines)

    @staticmethod
    def _put(
        target: Place,
        layers: _Layers,
        vertices: Floats,
        part: tuple[slice, slice],
        *,
        origin: int,
        step: int,
    ) -> None:
        """Draw a part of the map finely, in place, where these layers cover it."""
        # Enlarging repeats the outermost samples: one more all around is drawn and left out.
        margin = step if step > 1 else 0
        low = np.array([part[1].start, part[0].start]) - margin
        high = np.array([part[1].stop, part[0].stop]) + margin
        fine, covered = layers.draw(vertices, low, high, origin=origin, step=step)
        if step > 1:
            size = fine.shape[2] * step, fine.shape[1] * step
            fine = np.stack([cv2.resize(place, size) for place in fine])
            # Whatever was mixed with a place that is not covered is none.
            covered = cv2.resize(covered.astype(np.float32), size) == 1
        inside = np.s_[margin : margin + target.shape[1], margin : margin + target.shape[2]]
        np.copyto(target, fine[(slice(None), *inside)], where=covered[inside])

    def _find_outlines(
        self, coarse: Place, vertices: Floats, parts: list[_Box]
    ) -> list[tuple[slice, slice]]:
        """Where the map jumps: where the face hides what is behind it. parts: of the face, those
        that are drawn finely anyway."""
        _, low, high = self._box(vertices[:NUM_SKIN, :2])
        first, last = low // MAP_STEP, high // MAP_STEP + 1
        face = coarse[:, first[1] : last[1], first[0] : last[0]]
        if min(face.shape) < 2:
            return []
        across, down = _steps(face, _JUMP_PX)
        jump = np.zeros(face.shape[1:], np.uint8)
        jump[:, :-1] = across
        jump[:-1] |= down
        for _, low, high in parts:
            (left, top), (right, bottom) = low // MAP_STEP - first, high // MAP_STEP + 1 - first
            jump[max(top - 1, 0) : max(bottom, 0), max(left - 1, 0) : max(right, 0)] = 0
        if np.count_nonzero(jump) == 0:
            return []
        _, _, places, _ = cv2.connectedComponentsWithStats(cv2.dilate(jump, _AROUND))
        outlines = []
        for left, top, width, height, size in places[1:]:
            if size >= _FEWEST_JUMPS:
                low = (np.array([left, top]) + first) * MAP_STEP
                high = np.minimum(low + np.array([width, height]) * MAP_STEP, self._size)
                outlines.append(np.s_[low[1] : high[1], low[0] : high[0]])
        return outlines

    def _hold_border(self, full: Place) -> None:
        """Beyond the outermost samples enlarging repeats them; there, by construction, nothing
        moves."""
        edge, (width, height) = MAP_STEP // 2, self._size
        column, row = np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32)
        for first, last in ((0, edge), (height - edge, height)):
            full[0, first:last], full[1, first:last] = column, row[first:last, None]
        for first, last in ((0, edge), (width - edge, width)):
            full[0, :, first:last], full[1, :, first:last] = column[first:last], row[:, None]

    def _box(self, points: Floats) -> _Box:
        """The part of the crop around some points: as slices, low and high corner."""
        low = np.maximum(np.floor(points.min(0)).astype(int) - _MARGIN_PX, 0)
        high = np.minimum(np.ceil(points.max(0)).astype(int) + _MARGIN_PX, self._size)
        return np.s_[low[1] : high[1], low[0] : high[0]], low, high

    def picture(self, places: BackwardMap, vertices: Floats) -> Image:
        """The warped crop, (height, width, 4): RGB and alpha."""
        full = places.full
        picture = remap(self._texture, full[0], full[1])
        if self._fine is not None:
            part, _, _ = self._box(vertices[:NUM_SKIN, :2])
            x, y = ((full[axis][part] - self._fine.origin[axis]) * 2 for axis in (0, 1))
            if self._fine.holds(x, y):
                picture[part] = remap(self._fine.pixels, x, y)
        elif self._seen_once:
            part, _, _ = self._box(vertices[:NUM_SKIN, :2])
            picture[part] = remap(
                self._texture, full[0][part], full[1][part], interpolation=cv2.INTER_CUBIC
            )
        for part in places.outlines:
            _soften_steps(picture[part], full[:, part[0], part[1]])
        return picture


def _steps(place: Place, limit_px: float) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Where a map (2, h, w) jumps by more than a limit: from each column to the next (h, w - 1),
    from each row to the next (h - 1, w)."""
    across = np.abs(place[:, :, 1:] - place[:, :, :-1]).max(axis=0) > limit_px
    down = np.abs(place[:, 1:] - place[:, :-1]).max(axis=0) > limit_px
    return across, down


def _soften_steps(picture: Image, place: Place) -> None:
    """Smooth the staircase where the map jumps from pixel to pixel, in place."""
    edge = np.zeros(picture.shape[:2], bool)
    across, down = _steps(place, _STEP_PX)
    edge[:, 1:] |= across
    edge[:, :-1] |= across
    edge[1:] |= down
    edge[:-1] |= down
    smooth = cv2.GaussianBlur(picture, (3, 3), 0)
    picture[edge] = smooth[edge]


def _fill_holes(coarse: Place, covered: NDArray[np.bool_]) -> None:
    """Where no triangle was drawn, in the padding and between two that miss each other by a
    rounding error, take the mean displacement of the neighbours; in place."""
    row, column = np.nonzero(~covered)
    if not len(row):
        return
    y, x = (np.indices(covered.shape, np.float32) + np.float32(0.5)) * MAP_STEP - np.float32(0.5)
    known = covered.astype(np.float32)
    share = np.maximum(cv2.blur(known, (3, 3)), np.float32(1e-3))
    for place, rest in zip(coarse, (x, y), strict=True):
        moved = cv2.blur((place - rest) * known, (3, 3)) / share
        place[row, column] = (rest + moved)[row, column]


def _near(part: tuple[int, ...]) -> list[NDArray[np.intp]]:
    """Skin and openings around a part of the face."""
    points = FACE_TEMPLATE.landmarks[:, :2]
    low, high = points[list(part)].min(0) - _PART_MARGIN, points[list(part)].max(0) + _PART_MARGIN
    inside = ((points >= low) & (points <= high)).all(axis=1)
    return [triangles[inside[triangles].any(axis=1)] for triangles in (SKIN, OPENINGS)]


_NEAR = [_near(part) for part in _PARTS]
"""Of each of ``_PARTS``."""
