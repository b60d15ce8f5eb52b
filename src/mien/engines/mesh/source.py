"""All that the mesh engine keeps of one portrait."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import cv2
import numpy as np

from mien.engines.mesh.backdrop.background import Backdrop, choose_background
from mien.engines.mesh.eyes.lids import LidPainter
from mien.engines.mesh.eyes.opening import snap_openings
from mien.engines.mesh.eyes.painter import EyePainter
from mien.engines.mesh.geometry import FaceMesh, lay_mesh
from mien.engines.mesh.mouth.painter import MouthPainter
from mien.face import Crop, crop_around, cut, feather, segment_portrait
from mien.landmarks import NUM_SKIN
from mien.types import Face, Floats, Framing, Image, Mask, Portrait

MAX_SIDE = 2048
CROP_SCALE = 2.2
"""Side of the crop in heights of the face."""
_FEATHER_SHARE = 0.02
"""Width of the crop's soft edge, as a share of its longer side."""
_FINE_FACE_PX = 450
"""Faces up to this width have a texture of twice their size: linear sampling of the doubled
picture is sharper than cubic sampling and costs a fifth. Larger faces hide the difference."""
_FINE_MARGIN = 0.3
"""Room around the face in the fine texture, in face sizes."""
_SHARPEN = 0.75
"""Strength of the unsharp mask between pixels."""


@dataclass(frozen=True, slots=True)
class FineTexture:
    """A part of the crop at twice its size: texel ``2 * ((x, y) - origin)`` is crop pixel
    (x, y)."""

    pixels: Image
    origin: tuple[int, int]

    def holds(self, x: Floats, y: Floats) -> bool:
        """Whether all these texel coordinates lie inside."""
        height, width = self.pixels.shape[:2]
        inside = x.size and x.min() >= 0 and y.min() >= 0 and x.max() < width and y.max() < height
        return bool(inside)


@dataclass(frozen=True, slots=True)
class MeshSource:
    """One face of a portrait, ready to be moved.

    transparent: whether the portrait has an alpha of its own.
    backdrop: what lies behind the person, None where the whole crop is one elastic sheet.
    texture: RGBA, what is warped; alpha is the portrait's own or, with a backdrop, the person's
        opacity. fine_texture: the same around the face, finer; None for large faces.
    feather: (h, w), weight when pasted. eyes, lids, mouth: what paints them.
    seen_once: whether this is a frame of a film: for one picture a fine texture does not pay.
    resting: the crop of a picture that is worked on at a reduced size, else None.
    """

    crop: Crop
    mesh: FaceMesh
    transparent: bool
    backdrop: Backdrop | None
    texture: Image
    fine_texture: FineTexture | None
    feather: Mask
    eyes: EyePainter
    lids: LidPainter
    mouth: MouthPainter
    seen_once: bool = False
    resting: Image | None = None


def prepare_source(portrait: Portrait, face: Face, framing: Framing) -> MeshSource:
    """Cut the face out of its picture, lay the mesh over it and study what is painted.

    framing: the crop's, CROP_SCALE heights of the face unless it says otherwise.
    """
    height, width = portrait.pixels.shape[:2]
    crop = crop_of(face, (width, height), framing)
    image = cut(portrait.pixels, crop)
    landmarks = snap_openings(image, to_crop(face.landmarks, crop))
    coverage = None if portrait.alpha is None else cut(portrait.alpha, crop)
    person = segment_portrait(image)
    backdrop = choose_background(image, landmarks, person) if coverage is None else None
    everywhere = np.full_like(person, 255)
    if backdrop is not None:
        texture = np.dstack([backdrop.foreground, backdrop.matte])
    else:
        texture = np.dstack([image, everywhere if coverage is None else coverage])
    # What lies outside the person is unseen in a layer of its own: it may follow freely.
    mesh = lay_mesh(landmarks, everywhere if backdrop else person, stiff=backdrop is not None)
    return MeshSource(
        crop=crop,
        mesh=mesh,
        transparent=coverage is not None,
        backdrop=backdrop,
        texture=texture,
        fine_texture=_fine_texture(texture, landmarks),
        feather=feather(crop, (width, height), crop_edge(crop)),
        eyes=EyePainter(image, landmarks),
        lids=LidPainter(image, landmarks),
        mouth=MouthPainter(image, landmarks, mesh.head, mesh.pose),
        resting=image if crop.reduced else None,
    )


def crop_of(face: Face, picture_size: tuple[int, int], framing: Framing) -> Crop:
    """The part of the picture that is worked on; ``picture_size`` is (width, height)."""
    return crop_around(
        face.landmarks,
        picture_size,
        scale=framing.scale or CROP_SCALE,
        shift=(framing.x or 0.0, framing.y or 0.0),
        max_side=MAX_SIDE,
    )


def to_crop(landmarks: Floats, crop: Crop) -> Floats:
    """Landmarks (478, 3) of the picture in crop pixels."""
    placed: Floats = landmarks.astype(np.float64)
    placed[:, :2] = placed[:, :2] @ crop.from_picture[:, :2].T + crop.from_picture[:, 2]
    placed[:, 2] *= crop.size[0] / (crop.box[2] - crop.box[0])
    return placed


def crop_edge(crop: Crop) -> int:
    """Width of the crop's soft edge, crop pixels."""
    return max(2, round(_FEATHER_SHARE * max(crop.size)))


def _fine_texture(texture: Image, landmarks: Floats) -> FineTexture | None:
    low, high = landmarks[:NUM_SKIN, :2].min(0), landmarks[:NUM_SKIN, :2].max(0)
    if high[0] - low[0] > _FINE_FACE_PX:
        return None
    margin = _FINE_MARGIN * (high - low)
    x0, y0 = np.maximum(low - margin, 0).astype(int)
    x1, y1 = np.minimum(high + margin, (texture.shape[1], texture.shape[0])).astype(int)
    return FineTexture(_doubled(texture[y0:y1, x0:x1]), (int(x0), int(y0)))


def _doubled(image: Image) -> Image:
    """(2h - 1, 2w - 1): the pixels themselves, and sharp values between them."""
    height, width = image.shape[:2]
    doubled = np.empty((2 * height - 1, 2 * width - 1, image.shape[2]), np.uint8)
    doubled[::2, ::2] = image
    doubled[::2, 1::2] = _half_way(image, along=1)[:, :-1]
    doubled[1::2] = _half_way(np.ascontiguousarray(doubled[::2]), along=0)[:-1]
    # What lies between pixels has lost its finest detail, and linear sampling takes more: a face
    # would be sharp only while it rests. Sharpening what is between evens this out.
    soft = cv2.GaussianBlur(doubled, (0, 0), 1.2)
    sharp = cv2.addWeighted(doubled, 1 + _SHARPEN, soft, -_SHARPEN, 0)
    sharp[::2, ::2] = image
    sharp[..., 3] = doubled[..., 3]
    return cast(Image, sharp)


def _half_way(image: Image, along: int) -> Image:
    """Lanczos-interpolated values half a pixel further along an axis."""
    offset = np.arange(-3, 5) - 0.5
    taps = np.sinc(offset) * np.sinc(offset / 4)
    taps = (taps / taps.sum()).astype(np.float32)
    one = np.ones(1, np.float32)
    horizontal, vertical = (taps, one) if along == 1 else (one, taps)
    anchor = (3, 0) if along == 1 else (0, 3)
    between = cv2.sepFilter2D(
        image, -1, horizontal, vertical, anchor=anchor, borderType=cv2.BORDER_REPLICATE
    )
    return cast(Image, between)
