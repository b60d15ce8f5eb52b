"""All that the mesh engine keeps of one portrait."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from mien.engines.mesh.geometry import FaceMesh, lay_mesh
from mien.face import Crop, crop_around, cut, feather, segment_portrait
from mien.types import Face, Image, Mask, Portrait

MAX_SIDE = 2048
_FEATHER_SHARE = 0.02
_FINE_SIDE = 1100
"""Crops up to this side are kept at twice their size: linear sampling of the doubled picture is
as sharp as cubic sampling and costs a quarter."""


@dataclass(frozen=True, slots=True)
class MeshSource:
    """One face of a portrait, ready to be moved.

    image: the crop, RGB. person: (h, w) mask. coverage: the portrait's own alpha, or None.
    texture: RGBA, the crop with ``person`` as alpha, ``texture_scale`` times as large.
    feather: (h, w), weight when pasted.
    """

    crop: Crop
    mesh: FaceMesh
    image: Image
    person: Mask
    coverage: Mask | None
    texture: Image
    texture_scale: int
    feather: Mask


def prepare_source(portrait: Portrait, face: Face, crop_scale: float) -> MeshSource:
    """Cut the face out of its picture and lay the mesh over it."""
    height, width = portrait.pixels.shape[:2]
    crop = crop_around(face.landmarks, (width, height), scale=crop_scale, max_side=MAX_SIDE)
    image = cut(portrait.pixels, crop)
    person = segment_portrait(image)
    landmarks = face.landmarks.astype(np.float64)
    zoom = crop.size[0] / (crop.box[2] - crop.box[0])
    landmarks[:, :2] = landmarks[:, :2] @ crop.from_picture[:, :2].T + crop.from_picture[:, 2]
    landmarks[:, 2] *= zoom
    scale = 2 if max(crop.size) <= _FINE_SIDE else 1
    texture = np.dstack([image, person])
    if scale > 1:
        texture = cv2.resize(texture, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC)
    return MeshSource(
        crop=crop,
        mesh=lay_mesh(landmarks, person),
        image=image,
        person=person,
        coverage=None if portrait.alpha is None else cut(portrait.alpha, crop),
        texture=texture,
        texture_scale=scale,
        feather=feather(crop, (width, height), max(2, round(_FEATHER_SHARE * max(crop.size)))),
    )
