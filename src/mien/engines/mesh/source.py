"""All that the mesh engine keeps of one portrait."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from mien.engines.mesh.backdrop.background import Backdrop, choose_background
from mien.engines.mesh.eyes.lids import LidPainter
from mien.engines.mesh.eyes.opening import snap_openings
from mien.engines.mesh.eyes.painter import EyePainter
from mien.engines.mesh.fine_texture import FineTexture, fine_texture
from mien.engines.mesh.folds.shading import FoldShading
from mien.engines.mesh.geometry import FaceMesh, lay_mesh
from mien.engines.mesh.mouth.painter import MouthPainter
from mien.engines.mesh.once import Once
from mien.engines.mesh.warp import Warp
from mien.face import Crop, Segmenter, crop_around, cut, feather, in_crop
from mien.types import Face, Framing, Image, Mask, Portrait

MAX_SIDE = 2048
CROP_SCALE = 2.2
"""Side of the crop in heights of the face."""
_FEATHER_SHARE = 0.02
"""Width of the crop's soft edge, as a share of its longer side."""


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
    _warp: Once[Warp] = field(default_factory=Once, repr=False, compare=False)
    _folds: Once[FoldShading] = field(default_factory=Once, repr=False, compare=False)

    @property
    def warp(self) -> Warp:
        """What moves the texture under the mesh."""
        return self._warp.of(
            lambda: Warp(self.mesh, self.texture, self.fine_texture, seen_once=self.seen_once)
        )

    @property
    def folds(self) -> FoldShading:
        """The skin's folds; those that were drawn once stay."""
        return self._folds.of(lambda: FoldShading(self.mesh, self.texture))


def prepare_source(
    portrait: Portrait, face: Face, framing: Framing, segmenter: Segmenter
) -> MeshSource:
    """Cut the face out of its picture, lay the mesh over it and study what is painted.

    framing: the crop's, CROP_SCALE heights of the face unless it says otherwise.
    """
    height, width = portrait.pixels.shape[:2]
    crop = crop_of(face, (width, height), framing)
    image = cut(portrait.pixels, crop)
    landmarks = snap_openings(image, in_crop(face.landmarks, crop))
    coverage = None if portrait.alpha is None else cut(portrait.alpha, crop)
    person = segmenter.segment(image)
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
        fine_texture=fine_texture(texture, landmarks),
        feather=feather(crop, (width, height), crop_edge(crop)),
        eyes=EyePainter(image, landmarks),
        lids=LidPainter(image, landmarks),
        mouth=MouthPainter(image, landmarks, mesh.head, mesh.pose),
        resting=image if crop.reduced else None,
    )


def crop_of(face: Face, picture_size: tuple[int, int], framing: Framing) -> Crop:
    """The part of the picture that is worked on; ``picture_size`` is (width, height)."""
    scale, x, y = framing.usual(CROP_SCALE)
    return crop_around(face.landmarks, picture_size, scale=scale, shift=(x, y), max_side=MAX_SIDE)


def crop_edge(crop: Crop) -> int:
    """Width of the crop's soft edge, crop pixels."""
    return max(2, round(_FEATHER_SHARE * max(crop.size)))
