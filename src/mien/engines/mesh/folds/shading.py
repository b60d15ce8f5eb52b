"""The shading of folds on one face, for blendshapes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import cast

import cv2
import numpy as np
from numpy.typing import NDArray

from mien.engines.mesh.folds.activation import PARTS, fold_depths
from mien.engines.mesh.folds.relief import Light, fold_gain
from mien.engines.mesh.folds.skin import look_at_skin
from mien.engines.mesh.gain import Gain
from mien.engines.mesh.geometry import FaceMesh
from mien.engines.mesh.raster import Triangles
from mien.engines.mesh.topology import SKIN
from mien.landmarks import NUM_LANDMARKS, NUM_SKIN
from mien.motion.face_template import FACE_TEMPLATE
from mien.types import Floats, Image

Field = NDArray[np.float32]

LIMIT = 0.2
"""No fold is darker or lighter than this, log gain."""
_UNIT = 192
"""Bytes of gain 1: fine, and with room for LIMIT in the strongest channel."""
_FINE_SIDE, _FINE_STEP, _STEP = 700, 2, 4
"""Longest side in pixels of crops whose folds are kept for every second pixel; of larger ones
every fourth."""
_FINEST_CELLS = 0.8
"""Spread of the finest line that a grid shows without steps."""
_LEAST = 0.004
"""Depths below this are not worth drawing."""
_FAINT = 0.0015
"""Log gains below this are not seen."""
_LINE, _GROOVE, _BLUR = (0.22, 1.0), (0.5, 1.0), (1.3, 1.0)
"""Of a fold on smooth and on rough skin."""
_SWELL = (0.9, 1.1)
"""In flat and in hard light."""


@dataclass(frozen=True, slots=True)
class _Face:
    """The face at rest on its grid of crop pixels. origin: x, y of the grid. x, y: (h, w) places
    on the template. skin: (h, w), 1 where folds may be seen. tint: (3,) of their shade."""

    origin: tuple[int, int]
    step: int
    x: Field
    y: Field
    skin: Field
    light: Light
    tint: Floats


class FoldShading:
    """Folds of one source at any expression. What an expression needs is prepared when it first
    occurs: about 5 ms for the face and .5 ms for each fold."""

    def __init__(self, mesh: FaceMesh, texture: Image) -> None:
        """texture: (h, w, 3 or 4) the crop that the mesh lies over."""
        self._mesh, self._texture = mesh, texture
        self._person: _Face | None = None
        self._face: _Face | None = None
        self._drawn: dict[int, tuple[tuple[slice, slice], Field] | None] = {}

    def in_next(self, mesh: FaceMesh, texture: Image) -> FoldShading:
        """The folds of another frame of the same film: how strong they are and how they are lit
        and tinted stays, so that they do not flicker."""
        following = FoldShading(mesh, texture)
        following._person = self._person
        return following

    def gain(self, own: Floats, worn: Floats) -> Gain | None:
        """Log gain for the source at rest, for the expression (52,) that it has there and the one
        (52,) that it wears; None where nothing changes. What the portrait shows already is not
        drawn again."""
        depths = np.maximum(fold_depths(worn) - fold_depths(own), 0.0)
        shown = np.flatnonzero(depths > _LEAST).tolist()
        if not shown:
            return None
        if self._face is None:
            self._face = self._seen_face()
        total = np.zeros(self._face.x.shape, np.float32)
        for number in shown:
            if number not in self._drawn:
                self._drawn[number] = _draw(number, self._face)
            fold = self._drawn[number]
            if fold is not None:
                total[fold[0]] += np.float32(depths[number]) * fold[1]
        np.clip(total, -LIMIT, LIMIT, out=total)
        return Gain(total, self._face.step, self._face.origin, _UNIT, self._face.tint)

    def _seen_face(self) -> _Face:
        face = _look_at_face(self._mesh, self._texture)
        if self._person is None:
            self._person = face
        light = replace(self._person.light, finest=face.light.finest)
        return replace(face, light=light, tint=self._person.tint)


def _look_at_face(mesh: FaceMesh, texture: Image) -> _Face:
    step = _FINE_STEP if max(mesh.size) <= _FINE_SIDE else _STEP
    points = mesh.landmarks[:NUM_SKIN, :2]
    low = np.clip(np.floor(points.min(0)).astype(int), 0, np.array(mesh.size) - 1)
    high = np.minimum(np.ceil(points.max(0)).astype(int) + 1, mesh.size)
    width, height = (max(1, -(-int(n) // step)) for n in high - low)
    template = Triangles(SKIN, np.asarray(FACE_TEMPLATE.landmarks[:, :2], np.float64))
    place, seen = template.draw(
        mesh.landmarks[:NUM_LANDMARKS], (width, height), corner=low + (step - 1) / 2, step=step
    )
    cells = mesh.pose.scale / step
    skin = look_at_skin(_colours(texture, low, (width, height), step), place, seen, cells)
    light = Light(
        skin.towards,
        line=float(np.interp(skin.relief, (0, 1), _LINE)),
        groove=float(np.interp(skin.relief, (0, 1), _GROOVE)),
        swell=float(np.interp(skin.contrast, (0, 1), _SWELL)),
        blur=float(np.interp(skin.relief, (0, 1), _BLUR)),
        finest=_FINEST_CELLS / cells,
    )
    return _Face((int(low[0]), int(low[1])), step, place[0], place[1], skin.bare, light, skin.tint)


def _colours(texture: Image, low: NDArray[np.int_], size: tuple[int, int], step: int) -> Image:
    """Colours of the cells of a grid, (height, width, 3)."""
    width, height = size
    part = texture[low[1] : low[1] + height * step, low[0] : low[0] + width * step, :3]
    return cast(Image, cv2.resize(part, size, interpolation=cv2.INTER_AREA))


def _draw(number: int, face: _Face) -> tuple[tuple[slice, slice], Field] | None:
    """One of ``PARTS`` at full depth where it shows: a box of the grid and its log gain there;
    None if it shows nowhere."""
    fold, mirror = PARTS[number]
    low, high = fold.reach(mirror=mirror)
    near = (face.skin > 0) & (low[0] < face.x) & (face.x < high[0])
    near &= (low[1] < face.y) & (face.y < high[1])
    if not near.any():
        return None
    gain = np.zeros(near.shape, np.float32)
    x, y = (place[near].astype(np.float64) for place in (face.x, face.y))
    gain[near] = fold_gain(fold, x, y, face.light, mirror=mirror)
    gain *= face.skin
    rows, columns = (np.flatnonzero((np.abs(gain) > _FAINT).any(axis=axis)) for axis in (1, 0))
    if not len(rows):
        return None
    box = np.s_[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    return box, np.ascontiguousarray(gain[box])
