"""Whether the person is moved apart from the background, and what is then seen behind.

A sheet of rubber is enough over plain backgrounds and never shows a seam. Where lines would be
seen to bend, the person becomes a layer over a still plate: the background with the rim of the
person's silhouette filled in, which is all that a moving head reveals.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import cv2
import numpy as np
from numpy.typing import NDArray

from mien.engines.mesh.inpaint import fill
from mien.engines.mesh.matte import refine_matte
from mien.landmarks import FACE_OVAL, NUM_SKIN
from mien.types import Floats, Image, Mask

_Pixels = NDArray[np.float32]

_REVEALED = 0.3
"""How far inside the silhouette the plate must be good, in face widths."""
_FRINGE = 0.02
"""How far beyond the matte colours of the person are still expected, in face widths."""
_OPAQUE, _CLEAR = 250, 4
_VISIBLE = 0.1
_WORK_SIDE = 512


@dataclass(frozen=True, slots=True)
class Backdrop:
    """A still background, and the person cut out of it.

    plate: RGB, the picture with the person's rim filled in. matte: the person's opacity.
    foreground: RGB, the person's own colours, free of background where it is see-through.
    """

    plate: Image
    matte: Mask
    foreground: Image

    def compose(self, layer: Image) -> Image:
        """Lay the moved person (h, w, 4), RGB of ``foreground`` with ``matte``, over the plate."""
        opacity = cv2.extractChannel(layer, 3)
        result = self.plate.copy()
        cv2.copyTo(cv2.cvtColor(layer, cv2.COLOR_RGBA2RGB), cv2.compare(opacity, 254, cv2.CMP_GT), result)
        soft = np.flatnonzero(cv2.inRange(opacity, 1, 254))
        person = layer.reshape(-1, 4).take(soft, axis=0).astype(np.int32)
        flat = result.reshape(-1, 3)
        behind = flat.take(soft, axis=0).astype(np.int32)
        behind += ((person[:, :3] - behind) * person[:, 3:] + 127) // 255
        flat[soft] = behind
        return result


def choose_background(image: Image, landmarks: Floats, coarse: Mask) -> Backdrop | None:
    """A still background for an RGB crop, or None where an elastic one looks better.

    landmarks: (478, 2 or 3) crop pixels. coarse: the segmentation network's person mask.
    """
    face_width = float(np.ptp(landmarks[:NUM_SKIN, 0]))
    if face_width < 8 or min(coarse.shape) < 32 or not is_trustworthy(coarse, landmarks):
        return None
    if structure(image, coarse, face_width) < _VISIBLE:
        return None
    return separate(image, landmarks, coarse)


def separate(image: Image, landmarks: Floats, coarse: Mask) -> Backdrop:
    """Cut the person out and fill in what is behind the silhouette's rim."""
    matte = refine_matte(image, coarse, landmarks)
    face_width = float(np.ptp(landmarks[:NUM_SKIN, 0]))
    margin = max(1, round(_FRINGE * face_width))
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * margin + 1, 2 * margin + 1))
    hole = cv2.dilate((matte > _CLEAR).astype(np.uint8), disc)
    plate = fill(image, hole, _REVEALED * face_width)
    return Backdrop(plate, matte, _foreground(image, plate, matte, margin))


def _foreground(image: Image, plate: Image, matte: Mask, margin: int) -> Image:
    """The person's colours where the background shines through, and a little around."""
    pure = _own_colours(image, matte)
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * margin + 3, 2 * margin + 3))
    rim = np.flatnonzero((matte < 255) & (cv2.dilate(matte, disc) > 0))
    size = image.shape[1::-1]
    y, x = np.divmod(rim, size[0])
    ratio = np.array(pure.shape[1::-1]) / size
    place = np.stack([(x + 0.5) * ratio[0] - 0.5, (y + 0.5) * ratio[1] - 0.5], -1).astype(np.float32)
    own = np.concatenate([
        cv2.remap(pure, part[None], None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)[0]
        for part in np.array_split(place, len(place) // 30_000 + 1)
    ])
    opacity = matte.ravel()[rim][:, None].astype(np.float32) / 255
    seen, behind = (p.reshape(-1, 3)[rim].astype(np.float32) for p in (image, plate))
    missing = seen - opacity * own - (1 - opacity) * behind
    own += missing / np.maximum(opacity, 0.1) * np.clip((opacity - 0.3) / 0.6, 0, 1)
    result = image.copy()
    result.reshape(-1, 3)[rim] = np.clip(np.rint(own), 0, 255)
    return result


def _own_colours(image: Image, matte: Mask) -> _Pixels:
    """Colours of the opaque person, spread outwards, at a reduced size."""
    height, width = matte.shape
    reduction = min(1.0, _WORK_SIDE / max(height, width))
    size = max(1, round(width * reduction)), max(1, round(height * reduction))
    weight = (matte >= _OPAQUE).astype(np.float32)
    data = cv2.merge([*cv2.split(image * weight[..., None]), weight])
    data = cv2.resize(data, size, interpolation=cv2.INTER_AREA)
    total, share = np.zeros_like(data), 1.0
    for reach in (1, 3, 8, 24):
        reach = max(1, round(reach * max(size) / _WORK_SIDE * 2))
        total += share * cv2.blur(data, (2 * reach + 1,) * 2)
        share *= 1e-2
    return cast(_Pixels, total[..., :3] / (total[..., 3:] + 1e-9))
